/**
 * A mask at a past moment, and who painted a pixel: had from the log alone, page by page, so that the strokes of those who
 * paint meanwhile are not held up. Knows no route; one replay at a time, since each holds a whole history in memory. The one
 * that pixels were asked of last is kept for a minute: a pointer that rests here and there reads the log once.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { createComposition, type Size } from '@cotrace/mask';
import { createReplay, type Replay, type ReplayedStroke } from '@cotrace/mask-doc';
import type { HistoryEntry, Moment } from '../store/historyStore.ts';
import { type Disagreement, disagreementOf, type PersonsStroke } from './disagreement.ts';

export interface MaskHistory {
  /** Label values row-major, 0 = unknown. */
  labelsAt(maskId: string, size: Size, until: Moment): Promise<Uint8Array>;
  /** Where people do not agree; whose a session is, the caller says. Kept until something is committed. */
  disagreementAt(
    maskId: string,
    size: Size,
    until: Moment,
    userOf: (sessionId: string) => string | undefined,
  ): Promise<Disagreement>;
  /** Strokes over a pixel, undone ones too, the topmost first. */
  strokesAt(
    maskId: string,
    size: Size,
    until: Moment,
    pixel: { x: number; y: number },
  ): Promise<ReplayedStroke[]>;
}

/** Milliseconds that the last replay is kept after it was asked, and the bytes of log that it may hold. */
const KEPT_MS = 60_000;
const KEPT_BYTES = 32 * 1024 * 1024;

interface KeptReplay {
  readonly maskId: string;
  readonly replay: Replay;
  readonly until: Moment;
  readonly bytes: number;
}

const isSame = (a: Moment, b: Moment) => a.epoch === b.epoch && a.seq === b.seq;
const isAtOrBefore = (a: Moment, b: Moment) => a.epoch < b.epoch || (a.epoch === b.epoch && a.seq <= b.seq);

/** Milliseconds of work before others get their turn. */
const SLICE_MS = 5;

export function createMaskHistory(store: {
  log(maskId: string, until: Moment, from?: Moment): AsyncIterable<HistoryEntry[]>;
}): MaskHistory {
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

  let kept: KeptReplay | undefined;
  /** The last answer: its picture and its account are asked for one after the other. */
  let solved: { maskId: string; until: Moment; disagreement: Disagreement } | undefined;
  let forgetting: NodeJS.Timeout | undefined;

  /** The replay of the last question, grown by what was committed since; or from the beginning. */
  const grown = async (maskId: string, until: Moment): Promise<Replay> => {
    clearTimeout(forgetting);
    const before = kept?.maskId === maskId && isAtOrBefore(kept.until, until) ? kept : undefined;
    // Whatever goes wrong on the way leaves a replay that nobody may use.
    kept = undefined;
    const replay = before?.replay ?? createReplay();
    let bytes = before?.bytes ?? 0;
    for await (const page of store.log(maskId, until, before?.until)) {
      for (const entry of page) {
        replay.add(entry);
        bytes += entry.bytes.length;
      }
    }
    if (bytes <= KEPT_BYTES) kept = { maskId, replay, until, bytes };
    forgetting = setTimeout(() => {
      kept = undefined;
      solved = undefined;
    }, KEPT_MS);
    forgetting.unref();
    return replay;
  };

  return {
    labelsAt: (maskId, size, until) =>
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
      }),
    disagreementAt: (maskId, size, until, userOf) =>
      inTurn(async () => {
        if (solved?.maskId === maskId && isSame(solved.until, until)) return solved.disagreement;
        const strokes: (PersonsStroke & { lamport: number; sessionId: string })[] = [];
        let since = performance.now();
        const breatheNow = async () => {
          if (performance.now() - since < SLICE_MS) return;
          await breathe();
          since = performance.now();
        };
        for (const { sessionId, record } of (await grown(maskId, until)).placedRecords(size)) {
          const { label, lamport, runs } = record;
          strokes.push({ userId: userOf(sessionId), label, runs, lamport, sessionId });
          await breatheNow();
        }
        // As the pixel rule has it: the greatest stamp shows.
        strokes.sort((a, b) => b.lamport - a.lamport || (a.sessionId < b.sessionId ? 1 : -1));
        const work = disagreementOf(strokes, size);
        let step = work.next();
        for (; !step.done; step = work.next()) await breatheNow();
        solved = { maskId, until, disagreement: step.value };
        return step.value;
      }),
    strokesAt: (maskId, size, until, { x, y }) =>
      inTurn(async () => (await grown(maskId, until)).strokesAt(x, y, size)),
  };
}
