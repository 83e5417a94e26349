import { describe, expect, it } from 'vitest';
import { drawTissue, tissueSections } from './index.ts';

const OPTIONS = { seed: 11, width: 160, height: 128, sections: 3 };
const sections = drawTissue(OPTIONS);
const share = (mask: Uint8Array, value: number) => mask.filter((v) => v === value).length / mask.length;
const mean = (image: Uint8Array, mask: Uint8Array, value: number) => {
  let sum = 0;
  let count = 0;
  mask.forEach((v, at) => {
    if (v !== value) return;
    sum += image[at]!;
    count++;
  });
  return sum / count;
};

describe('drawn tissue', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(drawTissue(OPTIONS)).toEqual(sections);
    expect(drawTissue({ ...OPTIONS, seed: 12 })[0]!.image).not.toEqual(sections[0]!.image);
  });
  it('does not depend on how many sections are drawn', () => {
    expect([...tissueSections({ ...OPTIONS, sections: 1 })][0]).toEqual(sections[0]);
  });
  it('has labels of two values, both present, membranes the rarer', () => {
    for (const { image, membrane, mitochondrion } of sections) {
      expect([image.length, membrane.length, mitochondrion.length]).toEqual(Array(3).fill(160 * 128));
      expect(new Set(membrane)).toEqual(new Set([0, 255]));
      expect(share(membrane, 0)).toBeGreaterThan(0.08);
      expect(share(membrane, 0)).toBeLessThan(0.4);
      expect([...new Set(mitochondrion)].every((v) => v === 0 || v === 255)).toBe(true);
    }
    expect(sections.some(({ mitochondrion }) => mitochondrion.includes(255))).toBe(true);
  });
  it('has mitochondria inside cells, where no oblique wall runs over them', () => {
    for (const { membrane, mitochondrion } of sections) {
      const inside = mitochondrion.filter((v, at) => v === 255 && membrane[at] === 255).length;
      expect(inside).toBeGreaterThanOrEqual(0.97 * mitochondrion.filter((v) => v === 255).length);
    }
  });
  it('has the greys of a micrograph: spread out, membranes dark, nothing burnt out', () => {
    for (const { image, membrane } of sections) {
      const sorted = Uint8Array.from(image).sort();
      const at = (q: number) => sorted[Math.floor(q * (sorted.length - 1))]!;
      expect(at(0.95) - at(0.05)).toBeGreaterThan(60);
      expect(share(image, 0) + share(image, 255)).toBeLessThan(0.05);
      expect(new Set(image).size).toBeGreaterThan(100);
      expect(mean(image, membrane, 255) - mean(image, membrane, 0)).toBeGreaterThan(25);
    }
  });
  it('changes from section to section as neighbours do: alike, not equal', () => {
    const [a, b] = sections.map(({ membrane }) => membrane);
    const wall = (mask: Uint8Array) => mask.filter((v) => v === 0).length;
    const both = a!.filter((v, i) => v === 0 && b![i] === 0).length;
    const dice = (2 * both) / (wall(a!) + wall(b!));
    expect(dice).toBeGreaterThan(share(a!, 0) + 0.05);
    expect(dice).toBeLessThan(0.9);
  });
});
