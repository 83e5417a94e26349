/**
 * Keeps one document's unacknowledged strokes on this device: writes what was painted, taken back or refused, and removes
 * what an acknowledgement covers. Refuses to count a stroke as kept before the store has said so.
 */
import type { DurabilityTracker, MaskDoc } from '@cotrace/mask-doc';
import type { ErrorBody } from '@cotrace/protocol';
import { KeepingError, type KeptPlace, type KeptStore, type KeptStroke } from './keptStore.ts';

/** Milliseconds before a write that failed is tried again: space may have been made. */
const RETRY_MS = 5_000;

export interface StrokeRecorder {
  /** What an earlier document of this session left. Waits for nothing else; none when the device cannot be read. */
  load(): Promise<KeptStroke[]>;
  /** Looks again at these strokes: written if pending, removed if not. */
  look(strokeIds: Iterable<number>): void;
  /** Strokes that the device could not take. */
  readonly inThisTabOnly: ReadonlySet<number>;
  /** Strokes that the device may hold. */
  readonly onDevice: ReadonlySet<number>;
  /** Something is on its way to the device and not there yet. */
  readonly isWriting: boolean;
  /** Why not. */
  readonly failure: KeepingError | undefined;
  /** Strokes set aside: not sent again, not removed by an acknowledgement. */
  readonly refused: readonly KeptStroke[];
  refuse(strokes: readonly KeptStroke[]): void;
  /** Forgets refused strokes, here and on the device. */
  letGoOfRefused(): void;
  /** Forgets everything, here and on the device, and ends. */
  letGo(): void;
  /** Called after `inThisTabOnly`, `failure` or `refused` has changed. */
  onChange(listener: () => void): () => void;
  /** Resolves when nothing waits to be written any more, or a write has failed. */
  settled(): Promise<void>;
  /** Ends it; strokes that are still pending stay on the device. */
  stop(): void;
}

export function createStrokeRecorder({
  store,
  place,
  maskDoc,
  tracker,
}: {
  store: KeptStore;
  place: KeptPlace;
  maskDoc: MaskDoc;
  tracker: DurabilityTracker;
}): StrokeRecorder {
  /** Strokes that the device may hold, or soon will. */
  const onDevice = new Set<number>();
  /** Loaded, and not in the document yet: whatever is acknowledged meanwhile, it says nothing of these. */
  const waiting = new Set<number>();
  const due = new Set<number>();
  const failed = new Set<number>();
  const refused = new Map<number, KeptStroke>();
  const listeners = new Set<() => void>();
  let failure: KeepingError | undefined;
  let writing: Promise<void> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;

  const tell = () => {
    for (const listener of listeners) listener();
  };

  const foldedUpTo = () =>
    maskDoc.watermarks.find(([sessionId]) => sessionId === place.sessionId)?.[1].strokeId ?? 0;

  // Folds are of what is committed, and tell it; stroke 0 stands for deletions whose strokes are no longer known by name: until they are covered, none is forgotten.
  const isPending = (strokeId: number) =>
    strokeId > foldedUpTo() && (tracker.pendingStrokeIds.has(strokeId) || tracker.pendingStrokeIds.has(0));

  const strokesNow = (strokeIds: ReadonlySet<number>): KeptStroke[] => {
    const records = new Map<number, Uint8Array[]>();
    for (const { strokeId, bytes } of maskDoc.liveRecordsOf(place.sessionId)) {
      if (!strokeIds.has(strokeId)) continue;
      const list = records.get(strokeId);
      if (list === undefined) records.set(strokeId, [bytes]);
      else list.push(bytes);
    }
    return [...strokeIds].map((strokeId) => {
      const own = records.get(strokeId);
      return { strokeId, records: own ?? [], undone: own === undefined };
    });
  };

  const takeDue = () => {
    const painted = new Set<number>();
    const aside: KeptStroke[] = [];
    const remove: number[] = [];
    for (const strokeId of due) {
      const setAside = refused.get(strokeId);
      if (setAside !== undefined) aside.push(setAside);
      else if (isPending(strokeId)) painted.add(strokeId);
      else if (onDevice.has(strokeId)) remove.push(strokeId);
    }
    due.clear();
    return { put: [...strokesNow(painted), ...aside], remove };
  };

  const write = async () => {
    while (due.size > 0 && !isStopped) {
      const change = takeDue();
      if (change.put.length === 0 && change.remove.length === 0) continue;
      for (const { strokeId } of change.put) onDevice.add(strokeId);
      try {
        await store.write(place, change);
        for (const { strokeId } of change.put) failed.delete(strokeId);
        for (const strokeId of change.remove) {
          failed.delete(strokeId);
          onDevice.delete(strokeId);
        }
        failure = undefined;
      } catch (error) {
        if (!(error instanceof KeepingError)) throw error;
        failure = error;
        for (const { strokeId } of change.put) failed.add(strokeId);
        // What came meanwhile would not be taken either, and is not on the device.
        for (const strokeId of due) if (isPending(strokeId)) failed.add(strokeId);
        for (const strokeId of [...change.remove, ...failed]) due.add(strokeId);
        tell();
        return;
      }
      tell();
    }
  };

  const start = () => {
    if (writing !== undefined || isStopped) return;
    clearTimeout(retry);
    writing = write().finally(() => {
      writing = undefined;
      if (isStopped) return;
      if (failure !== undefined) retry = setTimeout(start, RETRY_MS);
      // What came between the last look at what is due and this.
      else if (due.size > 0) start();
    });
  };

  const look = (strokeIds: Iterable<number>) => {
    for (const strokeId of strokeIds) due.add(strokeId);
    if (due.size > 0) start();
  };

  const end = () => {
    isStopped = true;
    stopActions();
    stopTracker();
    clearTimeout(retry);
    listeners.clear();
  };

  const stopActions = maskDoc.onOwnAction(({ strokeIds }) => look(strokeIds));
  const stopTracker = tracker.onChange(() => {
    const covered = [...onDevice, ...failed].filter(
      (id) => !isPending(id) && !refused.has(id) && !waiting.has(id),
    );
    for (const strokeId of covered) failed.delete(strokeId);
    look(covered);
  });

  return {
    async load() {
      try {
        const kept = await store.read(place);
        for (const stroke of kept) {
          onDevice.add(stroke.strokeId);
          if (stroke.refusal !== undefined) refused.set(stroke.strokeId, stroke);
          else waiting.add(stroke.strokeId);
        }
        tell();
        return kept.filter(({ refusal }) => refusal === undefined);
      } catch (error) {
        if (!(error instanceof KeepingError)) throw error;
        failure = error;
        tell();
        return [];
      }
    },
    look(strokeIds) {
      const ids = [...strokeIds];
      // Whether the device holds them is not known here; removing what is not there costs nothing.
      for (const strokeId of ids) {
        waiting.delete(strokeId);
        onDevice.add(strokeId);
      }
      look(ids);
    },
    get inThisTabOnly() {
      return failed;
    },
    get onDevice() {
      return onDevice;
    },
    get isWriting() {
      return writing !== undefined;
    },
    get failure() {
      return failure;
    },
    get refused() {
      return [...refused.values()];
    },
    refuse(strokes) {
      for (const stroke of strokes) refused.set(stroke.strokeId, stroke);
      look(strokes.map(({ strokeId }) => strokeId));
      tell();
    },
    letGoOfRefused() {
      const strokeIds = [...refused.keys()];
      refused.clear();
      look(strokeIds);
      tell();
    },
    letGo() {
      const remove = [...onDevice];
      end();
      if (remove.length > 0) store.write(place, { put: [], remove }).catch(ignoreKeeping);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async settled() {
      while (writing !== undefined) await writing;
    },
    stop() {
      if (isStopped) return;
      // The next document writes its own; what is covered already would otherwise be sent once more.
      const { remove } = takeDue();
      end();
      if (remove.length > 0) store.write(place, { put: [], remove }).catch(ignoreKeeping);
    },
  };
}

/** Left behind on a device that does not answer: sent once more some day, which changes nothing. */
function ignoreKeeping(error: unknown): void {
  if (!(error instanceof KeepingError)) throw error;
}

/** Strokes as they are, with the reason why they are not taken. */
export const withRefusal = (
  strokes: readonly KeptStroke[],
  { code, message }: Pick<ErrorBody, 'code' | 'message'>,
): KeptStroke[] => strokes.map((stroke) => ({ ...stroke, refusal: { code, message } }));
