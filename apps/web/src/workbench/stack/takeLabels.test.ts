import { openMaskDoc } from '@cotrace/mask-doc';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { paintStep } from '../tools/paintStep.ts';
import { labelsBetween, strokesOfLabels } from './takeLabels.ts';

const size = { width: 60, height: 40 };
const bars = (left: number) =>
  Uint8Array.from({ length: size.width * size.height }, (_, i) => {
    const x = i % size.width;
    return x >= left && x < left + 10 ? 1 : x >= left + 10 && x < left + 20 ? 2 : 0;
  });

function openMask() {
  const labels = new Set([1, 2]);
  const maskDoc = openMaskDoc({ doc: new Y.Doc(), ...size, sessionId: 'anna', labels });
  return { maskDoc, mayPaint: true, pendingBytes: 0, paintTogether: maskDoc.paintTogether };
}

describe('labels of another section', () => {
  it('become what that section shows, in one step of undo', () => {
    const session = openMask();
    const strokes = strokesOfLabels(bars(5), size, new Set([1, 2]));
    expect(paintStep(session, strokes, { onlyUnknown: true })).toBe('painted');
    expect(Buffer.compare(session.maskDoc.composition.toLabels(), bars(5))).toBe(0);
    expect([session.maskDoc.undo(), session.maskDoc.canUndo]).toEqual([true, false]);
    expect(strokesOfLabels(bars(5), size, new Set([2])).map(({ label }) => label)).toEqual([2]);
  });

  it('leave what is labelled already as it is', () => {
    const session = openMask();
    const [one] = strokesOfLabels(bars(20), size, new Set([1]));
    paintStep(session, [one!], { onlyUnknown: false });
    paintStep(session, strokesOfLabels(bars(5), size, new Set([1, 2])), { onlyUnknown: true });
    const shown = session.maskDoc.composition.toLabels();
    bars(20).forEach((label, i) => {
      if (label === 1) expect(shown[i]).toBe(1);
    });
    expect(paintStep(session, strokesOfLabels(bars(5), size, new Set([1, 2])), { onlyUnknown: true })).toBe(
      'nothing',
    );
  });

  it('go over from one section to the next', async () => {
    const { signal } = new AbortController();
    const between = await labelsBetween(bars(5), bars(9), { size, places: [0.5], signal });
    // Bars of the same width move by half the way; at their very ends distances to corners count.
    const wrong = between![0]!.reduce((sum, label, i) => sum + (label === bars(7)[i] ? 0 : 1), 0);
    expect(wrong / (20 * size.height)).toBeLessThan(0.06);
    expect(
      await labelsBetween(bars(5), new Uint8Array(2400), { size, places: [0.5], signal }),
    ).toBeUndefined();
  });

  it('can be called off', async () => {
    const stop = new AbortController();
    const large = { width: 1500, height: 1500 };
    const labels = Uint8Array.from({ length: 1500 * 1500 }, (_, i) => (i % 7) % 3);
    const work = labelsBetween(labels, labels, { size: large, places: [0.5], signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
  });
});
