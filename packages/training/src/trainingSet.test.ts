import { describe, expect, test } from 'vitest';
import { MEMBRANE_LABELS, type Section, UNKNOWN_CLASS } from './section.ts';
import { partlyLabelled, stripes } from './testing/tissueSections.ts';
import { prepareTrainingSet } from './trainingSet.ts';

const prepare = (sections: Section[], balance = 0.5) =>
  prepareTrainingSet({ sections, labels: MEMBRANE_LABELS, balance, seed: 1 });
const section = stripes({ width: 40, height: 24 });

describe('a training set', () => {
  test('turns label values into class indices by ascending grey, whatever their order and values', () => {
    const labels = [
      { value: 1, name: 'light', gray: 200 },
      { value: 2, name: 'dark', gray: 10 },
    ];
    const [prepared] = prepareTrainingSet({ sections: [section], labels, balance: 0, seed: 1 }).sections;
    expect(prepared!.classes[0]).toBe(1);
    expect(prepared!.classes[8]).toBe(0);
  });

  test('gives unknown pixels no weight and no anchor', () => {
    const sparse = partlyLabelled(section, (x, y) => x >= 6 && x < 10 && y === 3);
    const set = prepare([sparse]);
    expect(set.labelledPixels).toBe(4);
    expect(set.classWeights[UNKNOWN_CLASS]).toBe(0);
    expect(set.sections[0]!.anchors.map((anchors) => [...anchors])).toEqual([
      [3 * 40 + 6, 3 * 40 + 7],
      [3 * 40 + 8, 3 * 40 + 9],
    ]);
  });

  test('weighs classes so that a lone stroke counts, with mean 1 over painted pixels', () => {
    const lone = partlyLabelled(section, (x, y) => x % 16 < 8 || (x === 8 && y === 3));
    const { classPixels, classWeights, labelledPixels } = prepare([lone], 1);
    expect(classPixels[1]).toBe(1);
    expect(classWeights[1]! / classWeights[0]!).toBeCloseTo(10, 5);
    const mean = (classPixels[0]! * classWeights[0]! + classPixels[1]! * classWeights[1]!) / labelledPixels;
    expect(mean).toBeCloseTo(1, 6);
    const alike = prepare([lone], 0).classWeights;
    expect(alike[0]).toBe(alike[1]);
  });

  test('does not depend on the contrast of a section', () => {
    const pale = { ...section, image: section.image.map((value) => 0.5 + 0.1 * value) };
    const [one] = prepare([section]).sections;
    const [other] = prepare([pale]).sections;
    for (const [at, value] of other!.image.entries()) expect(value).toBeCloseTo(one!.image[at]!, 4);
  });

  test.each([
    [
      'NO_LABELS',
      [
        { ...section, labels: null },
        { ...section, labels: new Uint8Array(40 * 24) },
      ],
    ],
    ['ONE_CLASS_ONLY', [partlyLabelled(section, (x) => x < 8)]],
    ['LABEL_VALUE_UNKNOWN', [{ ...section, labels: section.labels!.map(() => 7) }]],
    ['SECTION_INVALID', [{ ...section, labels: new Uint8Array(9) }]],
    ['SECTION_INVALID', [{ ...section, image: new Float32Array(9) }]],
  ])('refuses with %s', (code, sections) => {
    expect(() => prepare(sections)).toThrow(expect.objectContaining({ code }));
  });

  test.each([
    [[{ value: 1, name: 'a', gray: 0 }]],
    [
      [
        { value: 1, name: 'a', gray: 0 },
        { value: 1, name: 'b', gray: 9 },
      ],
    ],
    [
      [
        { value: 1, name: 'a', gray: 0 },
        { value: 0, name: 'b', gray: 9 },
      ],
    ],
  ])('refuses a label table that makes no classes: %j', (labels) => {
    expect(() => prepareTrainingSet({ sections: [section], labels, balance: 0, seed: 1 })).toThrow(
      expect.objectContaining({ code: 'LABEL_TABLE_INVALID' }),
    );
  });
});
