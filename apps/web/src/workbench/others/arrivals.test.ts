import { rasterizeStroke, runsEqual } from '@cotrace/mask';
import { type MaskDoc, openMaskDoc } from '@cotrace/mask-doc';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { type Arrival, followArrivals } from './arrivals.ts';

const SIZE = { width: 200, height: 150 };
const dot = (x: number) => rasterizeStroke([{ x, y: 40 }], { shape: 'round', diameter: 9 });

/** Documents that see one another at once while they are connected. */
function pages(...names: string[]): (MaskDoc & { connect(to: MaskDoc): void })[] {
  return names.map((sessionId) => {
    const maskDoc = openMaskDoc({ doc: new Y.Doc(), ...SIZE, sessionId, labels: new Set([1, 2]) });
    return Object.assign(maskDoc, {
      connect(to: MaskDoc) {
        for (const [from, into] of [
          [maskDoc.doc, to.doc],
          [to.doc, maskDoc.doc],
        ] as const) {
          Y.applyUpdate(into, Y.encodeStateAsUpdate(from), 'network');
          from.on('update', (update: Uint8Array, origin: unknown) => {
            if (origin !== 'network') Y.applyUpdate(into, update, 'network');
          });
        }
      },
    });
  });
}

function follow(maskDoc: MaskDoc, live = { now: true }) {
  const heard: Arrival[] = [];
  const waiting: (() => void)[] = [];
  const stop = followArrivals({
    maskDoc,
    isLive: () => live.now,
    onArrivals: (arrivals) => heard.push(...arrivals),
    soon: (work) => waiting.push(work),
  });
  const flush = () => {
    for (const work of waiting.splice(0)) work();
    return heard.splice(0).map(({ sessionId, label }) => [sessionId, label]);
  };
  return { heard, waiting, flush, stop };
}

describe('what others have painted just now', () => {
  it('is told with its pixels, once, and together when it came together', () => {
    const [mine, adas] = pages('me', 'ada') as [MaskDoc, ReturnType<typeof pages>[0]];
    const { heard, waiting, flush } = follow(mine);
    adas.connect(mine);
    adas.paint({ label: 2, runs: dot(30) });
    adas.paint({ label: 0, runs: dot(60) });
    expect(waiting).toHaveLength(1);
    waiting.splice(0)[0]!();
    expect(heard.map(({ sessionId, strokeId, label }) => [sessionId, strokeId, label])).toEqual([
      ['ada', 1, 2],
      ['ada', 2, 0],
    ]);
    expect(runsEqual(heard[0]!.runs, dot(30))).toBe(true);
    heard.length = 0;
    adas.paint({ label: 1, runs: dot(90) });
    expect(flush()).toEqual([['ada', 1]]);
  });

  it('is not what was there before, nor one’s own, nor what is undone and redone', () => {
    const [mine, adas] = pages('me', 'ada') as [MaskDoc, ReturnType<typeof pages>[0]];
    adas.paint({ label: 1, runs: dot(30) });
    const live = { now: false };
    const { flush } = follow(mine, live);
    adas.connect(mine);
    live.now = true;
    mine.paint({ label: 1, runs: dot(50) });
    adas.undo();
    adas.redo();
    expect(flush()).toEqual([]);
    adas.paint({ label: 2, runs: dot(80) });
    expect(flush()).toEqual([['ada', 2]]);
  });

  it('is told no more when nobody asks', () => {
    const [mine, adas] = pages('me', 'ada') as [MaskDoc, ReturnType<typeof pages>[0]];
    const { flush, stop } = follow(mine);
    adas.connect(mine);
    adas.paint({ label: 1, runs: dot(30) });
    stop();
    adas.paint({ label: 1, runs: dot(60) });
    expect(flush()).toEqual([]);
  });
});
