import { drawTissue } from '@cotrace/tissue';
import { describe, expect, it } from 'vitest';
import {
  encodePng,
  encodeTiff,
  SUBMISSION_RULES,
  type SubmissionOptions,
  type SubmissionRule,
  validateSubmission,
} from './index.ts';

const SIDE = 96;
const tissue = drawTissue({ seed: 5, width: SIDE, height: SIDE, sections: 3 });
const images = tissue.map(({ image }) => ({ width: SIDE, height: SIDE, data: image }));
const probability = tissue.map(({ membrane }) =>
  Float32Array.from(membrane, (label) => 0.1 + (0.8 * label) / 255),
);
const float = (pages: Float32Array[], width = SIDE) =>
  encodeTiff(
    pages.map((data) => ({ width, height: data.length / width, data })),
    { sampleFormat: 'float32' },
  );
const good = float(probability);
const changed = (page: number, at: number, value: number) =>
  float(probability.map((data, i) => data.map((p, j) => (i === page && j === at ? value : p))));

function failures(bytes: Uint8Array, options: SubmissionOptions = { images }): [SubmissionRule, string][] {
  const verdicts = validateSubmission(bytes, options);
  expect(verdicts.map(({ rule }) => rule)).toEqual([...SUBMISSION_RULES]);
  return verdicts
    .filter(({ passed }) => passed === false)
    .map(({ rule, sentence }) => [rule, sentence.split(':')[0]!]);
}

describe('a submission', () => {
  it('that keeps all rules passes each by name', () => {
    expect(validateSubmission(good, { images }).map(({ passed }) => passed)).toEqual(
      SUBMISSION_RULES.map(() => true),
    );
  });
  it('without images: what needs them is not checked, and says so', () => {
    const open = validateSubmission(good).filter(({ passed }) => passed === null);
    expect(open.map(({ rule }) => rule)).toEqual(['page-count', 'polarity']);
    expect(failures(good, {})).toEqual([]);
  });
  it.each<[string, Uint8Array, [SubmissionRule, string][]]>([
    ['is no file', new Uint8Array(0), [['readable-tiff', 'IMAGE_EMPTY']]],
    [
      'is a PNG',
      encodePng({ width: 1, height: 1, bitDepth: 8, data: Uint8Array.of(1) }),
      [['readable-tiff', 'FLOAT_EXPECTED']],
    ],
    ['is cut', good.subarray(0, good.length - 1000), [['readable-tiff', 'IMAGE_TRUNCATED']]],
    ['holds integers', encodeTiff(images, { sampleFormat: 'uint8' }), [['float32', 'FLOAT_EXPECTED']]],
    ['lacks a page', float(probability.slice(0, 2)), [['page-count', 'PAGE_COUNT_DIFFERS']]],
    ['has a page too many', float([...probability, probability[0]!]), [['page-count', 'PAGE_COUNT_DIFFERS']]],
    ['has pages of another size', float(probability, 48), [['one-size', 'PAGE_SIZE_DIFFERS']]],
    ['holds NaN', changed(1, 100, Number.NaN), [['no-nan', 'VALUE_NOT_A_NUMBER']]],
    ['goes above 1', changed(2, 7, 255), [['range-0-1', 'VALUE_OUT_OF_RANGE']]],
    ['goes below 0', changed(0, 7, -0.01), [['range-0-1', 'VALUE_OUT_OF_RANGE']]],
    ['holds infinity', changed(0, 7, Number.POSITIVE_INFINITY), [['range-0-1', 'VALUE_OUT_OF_RANGE']]],
    [
      'is inverted',
      float(probability.map((data) => data.map((p) => 1 - p))),
      [['polarity', 'POLARITY_INVERTED']],
    ],
  ])('that %s fails by that rule', (_, bytes, expected) => {
    expect(failures(bytes)).toEqual(expected);
  });
  it('with RGB pages fails by its samples', () => {
    const rgb = good.slice();
    const view = new DataView(rgb.buffer);
    view.setUint16(8 + 2 + 12 * 7 + 8, 3, true); // SamplesPerPixel of page 1
    expect(failures(rgb)).toEqual([['one-sample', 'SAMPLES_EXPECTED']]);
  });
  it('with pages of differing sizes names the page', () => {
    const differing = good.slice();
    const view = new DataView(differing.buffer);
    const second = view.getUint32(8 + 2 + 12 * view.getUint16(8, true), true);
    view.setUint32(second + 2 + 12 + 8, 95, true);
    const [verdict] = validateSubmission(differing, { images }).filter(({ passed }) => passed === false);
    expect(verdict).toMatchObject({ rule: 'one-size' });
    expect(verdict!.sentence).toMatch(/^PAGES_DIFFER: .* page 2 is 95 × 96/);
  });
  it('that is constant has no polarity that can be told', () => {
    const flat = float(probability.map((data) => data.map(() => 0.5)));
    expect(validateSubmission(flat, { images }).at(-1)).toMatchObject({ rule: 'polarity', passed: null });
    expect(failures(flat)).toEqual([]);
  });
  it('of blurred brightness still has its polarity', () => {
    const raw = float(images.map(({ data }) => Float32Array.from(data, (gray) => gray / 255)));
    expect(failures(raw)).toEqual([]);
    expect(
      failures(float(images.map(({ data }) => Float32Array.from(data, (gray) => 1 - gray / 255)))),
    ).toEqual([['polarity', 'POLARITY_INVERTED']]);
  });
});
