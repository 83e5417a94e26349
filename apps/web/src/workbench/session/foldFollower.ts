/**
 * Follows what the server folds: takes bases as they come, and folds along with a notice in slices so short that painting
 * stays smooth. Knows no socket; refuses to guess when its records are not exactly the server's.
 */
import { decodeBase, decodeFoldNotice, type FoldJob, type MaskDoc } from '@cotrace/mask-doc';

/** Milliseconds of one slice: a quarter of a frame at 60 a second. */
const SLICE_MS = 4;
/** Milliseconds after which a slice is done even if the page is never idle. */
const LATEST_MS = 500;

export interface FoldFollower {
  /** A base has come: what is folded is as it says. Throws MaskDocError BASE_MALFORMED; MaskError TILE_BROKEN. */
  takeBase(bytes: Uint8Array): void;
  /** The server has folded what this page should hold, too. Throws MaskDocError BASE_MALFORMED. */
  takeNotice(bytes: Uint8Array): void;
  /** By now the page should hold this fold. */
  expectNumber(number: number): void;
  destroy(): void;
}

export function createFoldFollower({
  maskDoc,
  onFolded,
  onMismatch,
}: {
  maskDoc: MaskDoc;
  /** `maskDoc.foldNumber` is another one. */
  onFolded: () => void;
  /** This document does not hold what was folded: the whole base is needed. */
  onMismatch: () => void;
}): FoldFollower {
  let job: FoldJob | undefined;
  let cancelSlice = () => {};

  const scheduleSlice = () => {
    cancelSlice = whenIdle(slice);
  };

  const slice = () => {
    const running = job!;
    const end = performance.now() + SLICE_MS;
    let isMore = true;
    while (isMore && performance.now() < end) isMore = running.step();
    if (isMore) return scheduleSlice();
    finish(running);
  };

  const finish = (running: FoldJob) => {
    cancelSlice();
    running.finish();
    job = undefined;
    onFolded();
  };

  const drop = () => {
    cancelSlice();
    job?.cancel();
    job = undefined;
  };

  return {
    takeBase(bytes) {
      drop();
      maskDoc.setBase(decodeBase(bytes));
      onFolded();
    },
    takeNotice(bytes) {
      const notice = decodeFoldNotice(bytes);
      // The deletion of its records follows on its heels: it cannot wait for the fold before it.
      if (job !== undefined) finish(job);
      if (notice.number <= maskDoc.foldNumber) return;
      job = maskDoc.followFold(notice);
      if (job === undefined) onMismatch();
      else scheduleSlice();
    },
    expectNumber(number) {
      if (number > (job?.notice.number ?? maskDoc.foldNumber)) onMismatch();
    },
    destroy: drop,
  };
}

/** Runs when the browser has nothing better to do; Node's tests have no such thing as idle time. Returns what cancels it. */
function whenIdle(work: () => void): () => void {
  if (typeof requestIdleCallback === 'function') {
    const handle = requestIdleCallback(work, { timeout: LATEST_MS });
    return () => cancelIdleCallback(handle);
  }
  const handle = setTimeout(work, 0);
  return () => clearTimeout(handle);
}
