/**
 * Which own strokes the server has not yet committed. Believes acknowledgements and nothing else: not a broadcast, not a
 * finished sync. Knows no socket.
 */
import type { Ack } from './ack.ts';
import { type ClockRange, ClockRanges, decodeDeleteSet } from './deleteSet.ts';
import { MaskDocError } from './errors.ts';
import { deletedRangesOf } from './layout.ts';
import type { MaskDoc } from './maskDoc.ts';

export interface DurabilityTracker {
  /** Own strokes painted, undone or redone whose writing or deletion no acknowledgement covers yet. */
  readonly pendingStrokes: number;
  readonly pendingStrokeIds: ReadonlySet<number>;
  /** Called after `pendingStrokes` has changed. */
  onChange(listener: (pendingStrokes: number) => void): () => void;
  /** Takes what the server has committed; acknowledgements may repeat and overlap. Throws ACK_MALFORMED. */
  acknowledge(ack: Ack): void;
  /** Counts as pending whatever of the own session is in the document and not acknowledged: call after loading what was kept on this device. */
  adoptOwn(): void;
  destroy(): void;
}

interface Pending {
  readonly strokeIds: readonly number[];
  readonly written: readonly ClockRange[];
  readonly deleted: readonly ClockRange[];
}

export function createDurabilityTracker(maskDoc: MaskDoc): DurabilityTracker {
  const committedClocks = new Map<number, number>();
  const committedDeletions = new ClockRanges();
  const listeners = new Set<(pendingStrokes: number) => void>();
  let pending: Pending[] = [];
  let pendingStrokeIds: ReadonlySet<number> = new Set();

  const isCommitted = ({ written, deleted }: Pending) =>
    written.every(({ client, clock, length }) => (committedClocks.get(client) ?? 0) >= clock + length) &&
    deleted.every((range) => committedDeletions.covers(range));

  const settle = () => {
    pending = pending.filter((action) => !isCommitted(action));
    const before = pendingStrokeIds.size;
    pendingStrokeIds = new Set(pending.flatMap(({ strokeIds }) => strokeIds));
    if (pendingStrokeIds.size === before) return;
    for (const listener of listeners) listener(pendingStrokeIds.size);
  };

  const stopListening = maskDoc.onOwnAction((action) => {
    pending.push(action);
    settle();
  });

  return {
    get pendingStrokes() {
      return pendingStrokeIds.size;
    },
    get pendingStrokeIds() {
      return pendingStrokeIds;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    acknowledge({ clocks, deleteSet }) {
      let deletions: ClockRange[];
      try {
        deletions = decodeDeleteSet(deleteSet);
      } catch (error) {
        throw new MaskDocError('ACK_MALFORMED', 'a delete set that does not decode', error);
      }
      for (const [client, clock] of clocks) {
        committedClocks.set(client, Math.max(clock, committedClocks.get(client) ?? 0));
      }
      for (const range of deletions) committedDeletions.add(range);
      settle();
    },
    adoptOwn() {
      if (maskDoc.sessionId === undefined) return;
      for (const { client, clock, strokeId } of maskDoc.liveRecordsOf(maskDoc.sessionId)) {
        pending.push({ strokeIds: [strokeId], written: [{ client, clock, length: 1 }], deleted: [] });
      }
      // What a deletion removed is no longer known by its stroke: all of them count as one, number 0.
      for (const range of deletedRangesOf(maskDoc.doc, maskDoc.sessionId)) {
        pending.push({ strokeIds: [0], written: [range], deleted: [range] });
      }
      settle();
    },
    destroy() {
      stopListening();
      listeners.clear();
    },
  };
}
