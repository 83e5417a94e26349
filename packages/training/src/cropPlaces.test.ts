import { describe, expect, test } from 'vitest';
import { cropPlaces, ENOUGH_NEW, NEW_SHARE } from './cropPlaces.ts';
import { MEMBRANE_LABELS, type Section } from './section.ts';
import { seededRandom } from './seededRandom.ts';
import { partlyLabelled, stripes } from './testing/tissueSections.ts';
import { prepareTrainingSet } from './trainingSet.ts';

const side = 128;
const whole = stripes({ width: side, height: side });
/** As if only `kept` had been painted when the weights were trained. */
const since = (section: Section, kept: (x: number, y: number) => boolean): Section => ({
  ...section,
  earlierLabels: partlyLabelled(section, kept).labels!,
});
const placesOf = (sections: Section[], count = 4000, seed = 3) => {
  const draw = cropPlaces(prepareTrainingSet({ sections, labels: MEMBRANE_LABELS, balance: 0.5, seed: 1 }));
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => draw(random));
};
const shareOf = <T>(all: readonly T[], fits: (one: T) => boolean) => all.filter(fits).length / all.length;

describe('crops of a run that goes on from earlier weights', () => {
  // 1,024 of 32,768 pixels are new.
  const bottom = (_: number, y: number) => y < side - 8;
  const sections = [{ ...whole, name: 'old', earlierLabels: whole.labels! }, since(whole, bottom)];

  test('lie around new paint with the promised share, and the rest around all paint', () => {
    const places = placesOf(sections);
    const isNew = ({ section, anchorY }: (typeof places)[number]) =>
      section.name !== 'old' && anchorY >= side - 8;
    // The half that replays meets new paint by chance, too.
    const expected = NEW_SHARE + (1 - NEW_SHARE) * (1_024 / 32_768);
    expect(Math.abs(shareOf(places, isNew) - expected)).toBeLessThan(0.03);
    expect(Math.abs(shareOf(places, ({ section }) => section.name === 'old') - 0.25)).toBeLessThan(0.03);
  });

  test('count a label that became another one as new, and one that was erased not', () => {
    const labels = whole.labels!.slice();
    labels.fill(0, 0, 8 * side);
    const earlierLabels = labels.slice();
    earlierLabels.fill(1, 0, 8 * side);
    const corrected = { ...whole, labels, earlierLabels };
    for (let at = (side - 16) * side; at < labels.length; at++) earlierLabels[at] = 3 - labels[at]!;
    const places = placesOf([corrected]);
    expect(shareOf(places, ({ anchorY }) => anchorY >= side - 16)).toBeGreaterThan(NEW_SHARE);
    expect(places.some(({ anchorY }) => anchorY < 8)).toBe(false);
  });

  test('are not ruled by a stray dot', () => {
    const dot = since(whole, (x, y) => x !== 64 || y !== 64);
    const around = shareOf(placesOf([dot]), ({ anchorX, anchorY }) => anchorX === 64 && anchorY === 64);
    expect(around).toBeLessThan((4 * NEW_SHARE) / ENOUGH_NEW);
  });

  test('are those of any run where nothing is new, or nothing is known', () => {
    const plain = placesOf([whole]).map(({ anchorX, anchorY }) => [anchorX, anchorY]);
    for (const earlierLabels of [whole.labels!, undefined]) {
      const places = placesOf([{ ...whole, earlierLabels }]);
      expect(places.map(({ anchorX, anchorY }) => [anchorX, anchorY])).toEqual(plain);
    }
  });

  test('are the same for the same seed', () => {
    const told = (seed: number) =>
      placesOf(sections, 50, seed).map(({ section, anchorX, anchorY }) => [section.name, anchorX, anchorY]);
    expect(told(3)).toEqual(told(3));
    expect(told(3)).not.toEqual(told(4));
  });
});

test('earlier labels of another size are refused', () => {
  expect(() => placesOf([{ ...whole, earlierLabels: new Uint8Array(9) }])).toThrow(
    expect.objectContaining({ code: 'SECTION_INVALID' }),
  );
});
