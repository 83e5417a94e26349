/** The scores against what the challenge's own classes gave; needs the golden values and the sections' labels. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeImage } from '@cotrace/image-io';
import { type LabelledSection, scoreStack } from '@cotrace/metrics';
import { describe, expect, it } from 'vitest';
import { goldenMetricsFolder, readPng, realMembraneFolder } from '../support/realSections.ts';

interface Golden {
  maxVRand: number;
  maxVRandPooled: number;
  maxVInfo: number;
  legacyRandError: number;
  pixelError: number;
  thresholds: { vRand: number; merge: number; split: number; vInfo: number }[];
}

const folder = goldenMetricsFolder();
const membranes = realMembraneFolder();
const here = folder !== undefined && membranes !== undefined;
const golden: Record<string, Golden> = here
  ? JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'))
  : {};

describe.skipIf(!here)('scores equal the reference implementation', () => {
  const pixels = (bytes: Uint8Array, name: string) => decodeImage(bytes, name)[0]!;
  const labels = (): LabelledSection[] =>
    [0, 1, 2, 3].map((index) => {
      const { width, height, data } = pixels(readPng(membranes!, 'label', index), `label/${index}.png`);
      return { width, height, labels: Uint8Array.from(data) };
    });
  const proposal = (name: string): Float32Array[] =>
    name === 'all-cell'
      ? labels().map(({ labels }) => new Float32Array(labels.length).fill(1))
      : [0, 1, 2, 3].map((index) => {
          const { data } = pixels(readFileSync(join(folder!, name, `${index}.png`)), `${name}/${index}.png`);
          return Float32Array.from(data, (value) => value / 255);
        });

  it('for all five proposals', () => {
    expect(Object.keys(golden)).toHaveLength(5);
  });

  it.each(Object.keys(golden))('of %s', (name) => {
    const expected = golden[name]!;
    const score = scoreStack(labels(), proposal(name));
    expect(Math.abs(score.vRand - expected.maxVRand)).toBeLessThan(1e-9);
    expect(Math.abs(score.vInfo - expected.maxVInfo)).toBeLessThan(1e-9);
    expect(Math.abs(score.pixelError - expected.pixelError)).toBeLessThan(1e-9);
    expect(Math.abs(score.randError - expected.legacyRandError)).toBeLessThan(1e-9);
    const pooled = score.thresholds.map(({ merge, split }) => (2 * merge * split) / (merge + split));
    expect(Math.max(...pooled)).toBeCloseTo(expected.maxVRandPooled, 9);
    for (const key of ['vRand', 'vInfo', 'merge', 'split'] as const) {
      score.thresholds.forEach((row, i) => {
        expect(Math.abs(row[key] - expected.thresholds[i]![key])).toBeLessThan(1e-9);
      });
    }
  });
});
