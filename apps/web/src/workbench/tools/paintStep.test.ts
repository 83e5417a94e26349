import { runsFromTriples } from '@cotrace/mask';
import { openMaskDoc } from '@cotrace/mask-doc';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { paintStep } from './paintStep.ts';

const size = { width: 256, height: 256 };

function open(pendingBytes: number) {
  const maskDoc = openMaskDoc({ doc: new Y.Doc(), ...size, sessionId: 'anna', labels: new Set([1]) });
  return { maskDoc, mayPaint: true, pendingBytes, paintTogether: maskDoc.paintTogether };
}
/** Every other pixel of so many rows. */
const comb = (rows: number) =>
  runsFromTriples(
    Array.from({ length: rows * 128 }, (_, i) => [
      Math.floor(i / 128),
      (i % 128) * 2,
      (i % 128) * 2 + 1,
    ]).flat(),
  );

describe('a step', () => {
  it('of a hand is painted however much waits; a large one waits, too', () => {
    const waiting = 2 * 1024 * 1024;
    const step = (rows: number, pendingBytes: number) =>
      paintStep(open(pendingBytes), [{ label: 1, runs: comb(rows) }], { onlyUnknown: false });
    expect([step(40, waiting), step(100, waiting), step(100, 0)]).toEqual(['painted', 'tooMuch', 'painted']);
  });

  it('paints nothing where it may not, or where there is nothing', () => {
    const session = open(0);
    const stroke = [{ label: 1, runs: comb(2) }];
    expect(paintStep({ ...session, mayPaint: false }, stroke, { onlyUnknown: false })).toBe('refused');
    expect(paintStep(session, [], { onlyUnknown: false })).toBe('nothing');
    expect(paintStep(session, stroke, { onlyUnknown: true })).toBe('painted');
    expect(paintStep(session, stroke, { onlyUnknown: true })).toBe('nothing');
    expect(paintStep(session, [{ label: 7, runs: comb(2) }], { onlyUnknown: false })).toBe('labelGone');
  });
});
