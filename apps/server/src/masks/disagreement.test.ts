import { rasterizeStroke, toBitmap } from '@cotrace/mask';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Disagreement, disagreementOf, type PersonsStroke } from './disagreement.ts';

const SIZE = { width: 180, height: 140 };
const block = (x: number, y: number, side: number) =>
  rasterizeStroke([{ x, y }], { shape: 'square', diameter: side }, SIZE);

function solve(strokes: PersonsStroke[]): Disagreement {
  const work = disagreementOf(strokes, SIZE);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** The same by the words alone: for each pixel, everybody's last label. */
function naive(strokes: PersonsStroke[]): Uint8Array {
  const bitmaps = strokes.map(({ runs }) => toBitmap(runs, SIZE));
  return Uint8Array.from({ length: SIZE.width * SIZE.height }, (_, at) => {
    const here = strokes.filter((_, i) => bitmaps[i]![at] === 1);
    const [first] = here;
    if (first?.userId === undefined) return 0;
    const last = new Map<string | undefined, number>();
    for (const { userId, label } of here) if (!last.has(userId)) last.set(userId, label);
    for (const [userId, label] of last)
      if (userId !== undefined && userId !== first.userId && label !== 0 && label !== first.label)
        return label;
    return 0;
  });
}

describe('where people do not agree', () => {
  const stroke = (userId: string | undefined, label: number, x: number): PersonsStroke => ({
    ...{ userId, label, runs: block(x, 60, 20) },
  });
  /** What shows on top first. */
  const told = (...strokes: PersonsStroke[]) =>
    solve(strokes).disputes.map(({ over, under, shows, was, pixels }) => [over, under, shows, was, pixels]);

  it('is where somebody’s last label was painted over with another, or erased', () => {
    expect(told(stroke('ben', 2, 60), stroke('ada', 1, 50))).toEqual([['ben', 'ada', 2, 1, 200]]);
    expect(told(stroke('ben', 0, 50), stroke('ada', 1, 50))).toEqual([['ben', 'ada', 0, 1, 400]]);
  });
  it('is not where they paint the same, nor where one corrects oneself, nor over an eraser', () => {
    expect(told(stroke('ben', 1, 50), stroke('ada', 1, 50))).toEqual([]);
    expect(told(stroke('ada', 2, 50), stroke('ada', 1, 50))).toEqual([]);
    expect(told(stroke('ben', 2, 50), stroke('ada', 0, 50), stroke('ada', 1, 50))).toEqual([]);
  });
  it('is no more where the one who was painted over has come to agree', () => {
    expect(told(stroke('ada', 2, 50), stroke('ben', 2, 50), stroke('ada', 1, 50))).toEqual([]);
  });
  it('is between people, not with an import', () => {
    expect(told(stroke('ada', 2, 50), stroke(undefined, 1, 50))).toEqual([]);
    expect(told(stroke(undefined, 2, 50), stroke('ada', 1, 50))).toEqual([]);
  });
  it('has the box of each dispute, and the largest first', () => {
    const { disputes } = solve([
      stroke('ben', 2, 130),
      stroke('cleo', 2, 45),
      stroke('ada', 1, 50),
      stroke('ada', 1, 130),
    ]);
    expect(disputes.map(({ over, pixels, box }) => [over, pixels, box])).toEqual([
      ['ben', 400, { x0: 120, y0: 50, x1: 140, y1: 70 }],
      ['cleo', 300, { x0: 40, y0: 50, x1: 55, y1: 70 }],
    ]);
  });

  it('is what the words say, for any strokes', () => {
    const strokes = fc.array(
      fc.record({
        userId: fc.constantFrom('ada', 'ben', 'cleo', undefined),
        label: fc.integer({ min: 0, max: 3 }),
        runs: fc
          .tuple(
            fc.integer({ min: 0, max: 179 }),
            fc.integer({ min: 0, max: 139 }),
            fc.integer({ min: 1, max: 70 }),
          )
          .map(([x, y, side]) => block(x, y, side)),
      }),
      { maxLength: 9 },
    );
    fc.assert(
      fc.property(strokes, (all) => {
        const { plane, disputes } = solve(all);
        expect(Buffer.compare(plane, naive(all))).toBe(0);
        const disputed = plane.filter((label) => label !== 0).length;
        expect(disputes.reduce((sum, { pixels }) => sum + pixels, 0)).toBe(disputed);
      }),
      { numRuns: 40 },
    );
  });
});
