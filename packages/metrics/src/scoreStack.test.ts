import { hashUnit } from '@cotrace/tissue';
import { describe, expect, it } from 'vitest';
import { connectedComponents, frameOf } from './components.ts';
import { type LabelledSection, scoreStack, THRESHOLDS } from './index.ts';
import { thinBorders } from './watershed.ts';

/** '#' is membrane, anything else cell; '?' unknown. */
function drawn(...rows: string[]): LabelledSection {
  const text = rows.join('');
  return {
    width: rows[0]!.length,
    height: rows.length,
    labels: Uint8Array.from(text, (mark) => (mark === '#' ? 0 : 255)),
    known: Uint8Array.from(text, (mark) => (mark === '?' ? 0 : 1)),
  };
}
const asProbability = ({ labels }: LabelledSection) => Float32Array.from(labels, (label) => label / 255);

/** V_Rand by its definition: over all pairs of pixels that count, those together in both, of those together in either. */
function vRandByPairs(truth: Int32Array, segments: Int32Array): number {
  let both = 0;
  let inTruth = 0;
  let inSegments = 0;
  for (let a = 0; a < truth.length; a++) {
    for (let b = 0; b < truth.length; b++) {
      if (truth[a] === 0 || truth[b] === 0) continue;
      const sameTruth = truth[a] === truth[b];
      const sameSegment = a === b || (segments[a] !== 0 && segments[a] === segments[b]);
      if (sameTruth) inTruth++;
      if (sameSegment) inSegments++;
      if (sameTruth && sameSegment) both++;
    }
  }
  return (2 * both) / (inTruth + inSegments);
}

/** A picture with its frame, and what is inside a framed array. */
function framed({ width, height, labels }: Pick<LabelledSection, 'width' | 'height' | 'labels'>) {
  const frame = frameOf(width, height);
  const index = Array.from(labels, (_, at) => (Math.floor(at / width) + 1) * frame.stride + (at % width) + 1);
  const picture = new Uint8Array(frame.size);
  labels.forEach((label, at) => {
    picture[index[at]!] = label > 0 ? 1 : 0;
  });
  const components = () => connectedComponents(picture, frame);
  const thinned = () => thinBorders(components(), frame, new Int32Array(frame.size));
  return { components, thinned, inside: (array: Int32Array) => Int32Array.from(index, (at) => array[at]!) };
}

describe('components', () => {
  const components = (...rows: string[]) => {
    const picture = framed(drawn(...rows));
    return [...picture.inside(picture.components().labels)].join('');
  };
  it('join along sides, not across corners', () => {
    expect(components('.#', '#.')).toBe('1002');
  });
  it('do not reach around the edge', () => {
    expect(components('#.', '.#')).toBe('0120');
  });
  it('that meet late are one, counted in the order of their first pixels', () => {
    expect(components('#.#.#', '#.#.#', '#...#', '#####', '..#..')).toBe('0101001010011100000022033');
  });
});

describe('thinned borders', () => {
  const thin = (...rows: string[]) => {
    const picture = framed(drawn(...rows));
    return [...picture.inside(picture.thinned().labels)].join('');
  };
  it('keep one dam where two floods meet in the middle', () => {
    expect(thin('..###..')).toBe('1110222');
  });
  it('of an even width fall to the flood that came first', () => {
    expect(thin('.##.')).toBe('1102');
  });
  it('vanish inside one cell', () => {
    expect(thin('.....', '.###.', '.....')).toBe('1'.repeat(15));
  });
  it('of a picture without cells are one basin', () => {
    expect(thin('###', '###')).toBe('111111');
  });
});

describe('the scores of a stack', () => {
  const two = drawn('...#...', '...#...', '...#...');

  it('are perfect for the truth itself', () => {
    const score = scoreStack([two], [asProbability(two)]);
    expect(score).toMatchObject({ vRand: 1, vInfo: 1, randError: 0, pixelError: 0, sections: 1 });
    expect(score.thresholds).toHaveLength(11);
  });
  it('of one merged cell: half of all pairs are right', () => {
    const score = scoreStack([two], [new Float32Array(21).fill(1)]);
    // t = 9/18 twice, s = 1: 2 · 1/2 / (1 + 1/2)
    expect(score.vRand).toBeCloseTo(2 / 3, 12);
    expect(score.vInfo).toBe(0);
    expect(score.pixelError).toBeCloseTo(1 - 36 / 39, 12);
    expect(score.thresholds[0]).toMatchObject({ split: 1, merge: 0.5 });
  });
  it('compare in float64: 0.3 as float32 is above 0.1 + 0.1 + 0.1', () => {
    const prediction = asProbability(two).map((p) => (p === 1 ? 1 : Math.fround(0.3)));
    const merged = scoreStack([two], [prediction]).thresholds.map(({ vRand }) => vRand < 1);
    expect(merged).toEqual([true, true, true, Math.fround(0.3) > THRESHOLDS[3]!, ...Array(7).fill(false)]);
    expect(THRESHOLDS.at(-1)).toBe(0.9999999999999999);
  });
  it('take one threshold for the whole stack', () => {
    const leaky = (inside: number, border: number) =>
      asProbability(two).map((p) => (p === 1 ? inside : border));
    // Each section alone has a perfect threshold; no threshold serves both.
    const score = scoreStack([two, two], [leaky(0.35, 0.15), leaky(0.95, 0.75)]);
    expect(score.vRand).toBeLessThan(0.9);
    expect(scoreStack([two], [leaky(0.35, 0.15)]).vRand).toBe(1);
  });

  it.each([1, 2, 3, 4, 5, 6])('agree with counting pairs, seed %i', (seed) => {
    const width = 13;
    const height = 11;
    const at = Uint8Array.from({ length: width * height }, (_, i) => i);
    const labels = at.map((i) => (hashUnit(seed, i) < 0.7 ? 255 : 0));
    const prediction = Float32Array.from(at, (i) => hashUnit(seed, i, 1));
    const score = scoreStack([{ width, height, labels }], [prediction], { thresholds: [0.4] });
    const truth = framed({ width, height, labels });
    const cells = truth.inside(truth.components().labels);
    const above = framed({ width, height, labels: Uint8Array.from(prediction, (p) => (p > 0.4 ? 1 : 0)) });
    const plain = above.inside(above.components().labels);
    const thinned = above.inside(above.thinned().labels);
    expect(score.vRand).toBeCloseTo(vRandByPairs(cells, thinned), 12);
    expect(score.randError).toBeCloseTo(1 - vRandByPairs(cells, plain), 12);
  });
});

describe('labels that are known in places', () => {
  const sparse = drawn('..?#??.', '..?#??.', '????...');

  it('do not judge what nobody knows', () => {
    const prediction = asProbability(sparse);
    const elsewhere = prediction.map((p, at) => (sparse.known![at] === 0 ? hashUnit(7, at) * 0.5 + 0.5 : p));
    const score = scoreStack([sparse], [elsewhere], { thresholds: [0.1] });
    expect(score).toEqual(scoreStack([sparse], [prediction], { thresholds: [0.1] }));
    expect(score.pixelError).toBe(0);
  });
  it('still find what is wrong where somebody knows', () => {
    const inverted = asProbability(sparse).map((p) => 1 - p);
    expect(scoreStack([sparse], [inverted], { thresholds: [0.5] }).pixelError).toBe(1);
  });
  it('leave out a section without any known cell', () => {
    const none = { ...sparse, known: new Uint8Array(21) };
    const both = scoreStack([sparse, none], [asProbability(sparse), new Float32Array(21)]);
    expect(both).toEqual(scoreStack([sparse], [asProbability(sparse)]));
    expect(() => scoreStack([none], [new Float32Array(21)])).toThrow(/^NOTHING_TO_SCORE: Expected/);
  });
});

describe('what cannot be scored', () => {
  const one = drawn('.#.');
  it.each([
    ['no section', [], [], 'NOTHING_TO_SCORE'],
    ['a missing prediction', [one], [], 'COUNTS_DIFFER'],
    ['another size', [one], [new Float32Array(4)], 'SIZES_DIFFER'],
    ['not a number', [one], [Float32Array.of(0, Number.NaN, 1)], 'NOT_A_PROBABILITY'],
    ['a grey value', [one], [Float32Array.of(0, 255, 1)], 'NOT_A_PROBABILITY'],
  ])('%s', (_, labels, predictions, code) => {
    expect(() => scoreStack(labels, predictions)).toThrow(new RegExp(`^${code}: Expected .+\\.`));
  });
});

describe('time', () => {
  it('30 sections of 512² at 11 thresholds take less than 10 s', () => {
    const side = 512;
    const pixels = Uint32Array.from({ length: side * side }, (_, at) => at);
    const wall = (at: number) => (at % side) % 37 < 4 || Math.floor(at / side) % 29 < 4;
    const section = {
      width: side,
      height: side,
      labels: Uint8Array.from(pixels, (at) => (wall(at) ? 0 : 255)),
    };
    const noisy = Float32Array.from(pixels, (at) => 0.6 * hashUnit(3, at) + (wall(at) ? 0 : 0.4));
    const started = process.cpuUsage(); // time of the processor: other tests run beside this one
    const score = scoreStack(Array(30).fill(section), Array(30).fill(noisy));
    const { user, system } = process.cpuUsage(started);
    const seconds = (user + system) / 1e6;
    expect(score.vRand).toBeGreaterThan(0.2);
    expect(seconds).toBeLessThan(10);
    console.info(`30 sections of 512² at 11 thresholds: ${seconds.toFixed(1)} s`);
  }, 120_000); // on a busy machine three seconds of work take their time
});
