/**
 * Which records a fold takes, and the fold as a job that its owner steps. The server plans one and commits it before anybody
 * sees it; a page follows with records of its own, if they are exactly the same. Knows no store, no lease and no clock.
 */
import { type FoldNotice, foldDigest } from './base.ts';
import type { LiveRecord, MaskRecords, RecordsChange } from './records.ts';
import type { Watermark, Watermarks } from './watermarks.ts';

/** planned -step→ … -step→ complete -finish→ base; cancel from anywhere before `finish`. */
export interface FoldJob {
  /** What peers that hold the same records need to know. */
  readonly notice: FoldNotice;
  /** Folds one tile; false when all are done. */
  step(): boolean;
  /** The new tiles by index; all of them after the last step. */
  readonly tiles: ReadonlyMap<number, Uint8Array>;
  /**
   * The document has lost records of it since it began. For a page that is expected. For the server, that has not told anybody
   * yet, it means that their author (one of an idle session: others may not) took them back: cancel, and plan again.
   */
  readonly isDisturbed: boolean;
  /** Lays the tiles under the picture, which stays as it is, and moves the watermarks. Does the steps that are left. */
  finish(): void;
  /** Leaves all as it was. */
  cancel(): void;
}

export interface FoldPlan {
  /** Below which it is not worth it. */
  readonly atLeast: number;
  /** So many of the oldest, about: what is more waits for the next fold. */
  readonly atMost?: number;
  /** Sessions that nobody writes in any more: they are folded whole. */
  readonly idle?: ReadonlySet<string>;
}

type Tell = (change: RecordsChange) => void;

export function planFold(records: MaskRecords, plan: FoldPlan, tell: Tell): FoldJob | undefined {
  if (records.isFolding) return undefined;
  const { atLeast, atMost = Number.POSITIVE_INFINITY } = plan;
  let moved = watermarksUpTo(records, plan, Number.POSITIVE_INFINITY);
  let chosen = recordsBelow(records, moved);
  if (chosen.length === 0 || chosen.length < atLeast) return undefined;
  if (chosen.length > atMost) {
    const lamports = Float64Array.from(chosen, ({ lamport }) => lamport).sort();
    moved = watermarksUpTo(records, plan, lamports[Math.max(0, atMost - 1)]!);
    chosen = recordsBelow(records, moved);
    if (chosen.length === 0) return undefined;
  }
  const notice = {
    number: records.foldNumber + 1,
    watermarks: moved,
    count: chosen.length,
    digest: foldDigest(chosen),
  };
  return startJob(records, { notice, chosen, tell });
}

/** Where the folded part of each session would end, with strokes up to this lamport. */
function watermarksUpTo(records: MaskRecords, { idle }: FoldPlan, lamport: number): [string, Watermark][] {
  const moved: [string, Watermark][] = [];
  for (const [sessionId, strokes] of records.liveSessions) {
    const limit = idle?.has(sessionId) ? Number.POSITIVE_INFINITY : records.horizonOf(sessionId);
    let strokeId = strokes.lastUpTo(limit);
    // In a session lamports grow with stroke ids.
    while (strokeId !== undefined && strokes.get(strokeId)!.lamport > lamport) {
      strokeId = strokes.lastUpTo(strokeId - 1);
    }
    if (strokeId !== undefined)
      moved.push([sessionId, { strokeId, lamport: strokes.get(strokeId)!.lamport }]);
  }
  return moved;
}

/** Undefined when this document does not hold exactly the records of the notice, or not the fold before. */
export function followFold(records: MaskRecords, notice: FoldNotice, tell: Tell): FoldJob | undefined {
  if (records.isFolding || notice.number !== records.foldNumber + 1) return undefined;
  const chosen = recordsBelow(records, notice.watermarks);
  if (chosen.length !== notice.count || foldDigest(chosen) !== notice.digest) return undefined;
  return startJob(records, { notice, chosen, tell });
}

function recordsBelow(records: MaskRecords, watermarks: Watermarks): LiveRecord[] {
  return watermarks.flatMap(([sessionId, { strokeId }]) =>
    (records.strokesOf(sessionId)?.recordsUpTo(strokeId) ?? []).map((id) => records.get(id)!),
  );
}

function startJob(
  records: MaskRecords,
  { notice, chosen, tell }: { notice: FoldNotice; chosen: readonly LiveRecord[]; tell: Tell },
): FoldJob {
  const tileFold = records.startFold(
    chosen.map(({ id }) => id),
    notice.watermarks,
  );
  return {
    notice,
    step: () => records.stepFold(),
    tiles: tileFold.tiles,
    get isDisturbed() {
      return records.isFoldDisturbed;
    },
    finish: () => tell(records.finishFold()),
    cancel: () => tell(records.cancelFold()),
  };
}
