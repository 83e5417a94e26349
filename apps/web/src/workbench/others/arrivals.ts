/**
 * Others' strokes as they come in: what each session has painted since one looked. Follows one document; what it holds at the
 * first synchronisation is not news, and neither is a stroke that is only written again (redone, folded).
 */
import type { Runs } from '@cotrace/mask';
import type { LiveRecord, MaskDoc } from '@cotrace/mask-doc';

export interface Arrival {
  readonly sessionId: string;
  readonly strokeId: number;
  readonly lamport: number;
  /** 0: the eraser. */
  readonly label: number;
  /** A stroke of several records arrives as several. */
  readonly runs: Runs;
}

export interface ArrivalOptions {
  readonly maskDoc: Pick<MaskDoc, 'sessionId' | 'onChange' | 'greatestStrokeIdOf' | 'liveRecordsOf'>;
  /** False until the document has been synchronised for the first time. */
  readonly isLive: () => boolean;
  /** Once a moment, with everything since. */
  readonly onArrivals: (arrivals: readonly Arrival[]) => void;
  /** Calls back soon: strokes that come close together are looked at together. */
  readonly soon: (work: () => void) => void;
}

/** Strokes of one moment that are told: whoever was offline for long is not shown an hour at once. */
const MOST_AT_ONCE = 48;

/** Returns a function that ends it. */
export function followArrivals({ maskDoc, isLive, onArrivals, soon }: ArrivalOptions): () => void {
  /** Per session, the greatest stroke that is no news any more. */
  const seen = new Map<string, number>();
  const touched = new Set<string>();
  let isWaiting = false;
  let isOver = false;

  const fresh = (sessionId: string): LiveRecord[] => {
    const before = seen.get(sessionId) ?? 0;
    const greatest = maskDoc.greatestStrokeIdOf(sessionId);
    if (greatest <= before) return [];
    seen.set(sessionId, greatest);
    return maskDoc.liveRecordsOf(sessionId).filter(({ strokeId }) => strokeId > before);
  };

  const look = () => {
    isWaiting = false;
    if (isOver) return;
    const records = [...touched].flatMap(fresh);
    touched.clear();
    if (records.length === 0) return;
    records.sort((a, b) => a.lamport - b.lamport);
    onArrivals(
      records.slice(-MOST_AT_ONCE).map(({ sessionId, strokeId, lamport, label, record }) => ({
        ...{ sessionId, strokeId, lamport, label },
        runs: record.runs,
      })),
    );
  };

  const stop = maskDoc.onChange(({ local, sessions }) => {
    if (local) return;
    for (const sessionId of sessions) {
      if (sessionId === maskDoc.sessionId) continue;
      if (isLive()) touched.add(sessionId);
      else seen.set(sessionId, maskDoc.greatestStrokeIdOf(sessionId));
    }
    if (touched.size === 0 || isWaiting) return;
    isWaiting = true;
    soon(look);
  });
  return () => {
    isOver = true;
    stop();
  };
}
