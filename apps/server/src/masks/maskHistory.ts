/**
 * A mask at a past moment, and who painted a pixel: had from the log alone, page by page, so that the strokes of those who
 * paint meanwhile are not held up. Knows no route; one replay at a time, since each holds a whole history in memory.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { createComposition, type Size } from '@cotrace/mask';
import { createReplay, type Replay, type ReplayedStroke } from '@cotrace/mask-doc';
import type { HistoryStore, Moment } from '../store/historyStore.ts';

export interface MaskHistory {
  /** Label values row-major, 0 = unknown. */
  labelsAt(maskId: string, size: Size, until: Moment): Promise<Uint8Array>;
  /** The same at a time of the clock; undefined: nothing was committed since, or there is no such mask. */
  labelsAsOf(maskId: string, at: Date): Promise<(Size & { values: Uint8Array }) | undefined>;
  /** Strokes over a pixel, undone ones too, the topmost first. */
  strokesAt(
    maskId: string,
    size: Size,
    until: Moment,
    pixel: { x: number; y: number },
  ): Promise<ReplayedStroke[]>;
}

/** Milliseconds of work before others get their turn. */
const SLICE_MS = 5;

export function createMaskHistory(
  store: Pick<HistoryStore, 'log' | 'now' | 'sizeOf' | 'momentAt'>,
): MaskHistory {
  let last: Promise<unknown> = Promise.resolve();

  /** One after the other; the next begins whatever became of the one before. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };

  const replayed = async (maskId: string, until: Moment): Promise<Replay> => {
    const replay = createReplay();
    for await (const page of store.log(maskId, until)) {
      for (const entry of page) replay.add(entry);
    }
    return replay;
  };

  const labelsAt = (maskId: string, size: Size, until: Moment) =>
    inTurn(async () => {
      const composition = createComposition(size);
      let since = performance.now();
      for (const { id, sessionId, record } of (await replayed(maskId, until)).placedRecords(size)) {
        composition.add({ id, sessionId, record });
        if (performance.now() - since < SLICE_MS) continue;
        await breathe();
        since = performance.now();
      }
      return composition.toLabels();
    });

  return {
    labelsAt,
    async labelsAsOf(maskId, at) {
      const [until, now, size] = await Promise.all([
        store.momentAt(maskId, at),
        store.now(maskId),
        store.sizeOf(maskId),
      ]);
      if (!now || !size || (until.epoch === now.epoch && until.seq === now.seq)) return undefined;
      return { ...size, values: await labelsAt(maskId, size, until) };
    },
    strokesAt: (maskId, size, until, { x, y }) =>
      inTurn(async () => (await replayed(maskId, until)).strokesAt(x, y, size)),
  };
}
