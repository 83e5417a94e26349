/**
 * Whether new records and deletions fit between the strokes that are known of their session: ids and lamports grow together,
 * a stroke has one lamport and one label, and what may be folded by now stays as it is. Judges against the state before the
 * update: a page that was away sends all it did in one. Knows no document.
 */
import type { StrokeRecord } from '@cotrace/mask';
import { MaskDocError } from './errors.ts';
import type { SessionState, Stroke } from './sessionStrokes.ts';

export interface StrokeContext {
  readonly state: SessionState;
  /** Per stroke, how many of its live records the same update deletes. */
  readonly deletedOf: ReadonlyMap<number, number>;
}

interface Stamped {
  readonly strokeId: number;
  readonly lamport: number;
  readonly label: number;
}

/**
 * Whether a new record lies at or below its session's watermark, so that it shows nothing. Within the horizon that is an honest
 * redo from before a fold of the whole session, and let in for the sake of all that comes with it. Throws STROKE_FOLDED.
 */
export function isLate({ strokeId }: StrokeRecord, { watermark, horizon }: SessionState): boolean {
  if (watermark === undefined || strokeId > watermark.strokeId) return false;
  if (strokeId > horizon) return true;
  throw new MaskDocError('STROKE_FOLDED', `stroke ${strokeId}, folded up to ${watermark.strokeId}`).naming(
    strokeId,
  );
}

/** `records`: those that are new, stay and are not late. Throws UNDO_TOO_OLD, STROKE_ORDER. */
export function checkStrokes(records: readonly StrokeRecord[], context: StrokeContext): void {
  const { state, deletedOf } = context;
  for (const strokeId of deletedOf.keys()) {
    // What is folded already is only cleared away: its pixels are in the base.
    const isFolded = state.watermark !== undefined && strokeId <= state.watermark.strokeId;
    if (strokeId <= state.horizon && !isFolded) throw tooOld(strokeId, state);
  }
  const strokes = strokesOf(records);
  let before: Stamped | undefined;
  for (const stroke of strokes) {
    checkStroke(stroke, context);
    if (before !== undefined && before.lamport >= stroke.lamport) throw outOfOrder(stroke, before);
    before = stroke;
  }
}

function checkStroke(stroke: Stamped, { state, deletedOf }: StrokeContext): void {
  const { strokeId, lamport } = stroke;
  const { watermark } = state;
  const stays = (id: number, known: Stroke) => known.records.length > (deletedOf.get(id) ?? 0);
  const same = state.strokeAt(strokeId);
  if (same !== undefined && stays(strokeId, same)) {
    if (same.lamport !== lamport || same.label !== stroke.label)
      throw outOfOrder(stroke, { strokeId, ...same });
    // A copy of what is there, however old: two pages that submit the same kept strokes.
    return;
  }
  if (strokeId <= state.horizon) throw tooOld(strokeId, state);
  if (watermark !== undefined && lamport <= watermark.lamport) throw outOfOrder(stroke, watermark);
  const below = state.nearest(strokeId, -1, stays);
  if (below !== undefined && below[1].lamport >= lamport) {
    throw outOfOrder(stroke, { strokeId: below[0], lamport: below[1].lamport });
  }
  const above = state.nearest(strokeId, 1, stays);
  if (above !== undefined && above[1].lamport <= lamport) {
    throw outOfOrder(stroke, { strokeId: above[0], lamport: above[1].lamport });
  }
}

/** One a stroke, by ascending id. Throws STROKE_ORDER when its parts disagree. */
function strokesOf(records: readonly StrokeRecord[]): Stamped[] {
  if (records.length < 2) return [...records];
  const strokes = new Map<number, Stamped>();
  for (const record of records) {
    const known = strokes.get(record.strokeId);
    if (known === undefined) strokes.set(record.strokeId, record);
    else if (known.lamport !== record.lamport || known.label !== record.label)
      throw outOfOrder(record, known);
  }
  return [...strokes.values()].sort((a, b) => a.strokeId - b.strokeId);
}

const outOfOrder = (
  { strokeId, lamport, label }: Stamped,
  known: { readonly strokeId: number; readonly lamport: number },
) =>
  new MaskDocError(
    'STROKE_ORDER',
    `stroke ${strokeId} of lamport ${lamport} and label ${label} beside stroke ${known.strokeId} of lamport ${known.lamport}`,
  ).naming(strokeId);

const tooOld = (strokeId: number, { horizon }: SessionState) =>
  new MaskDocError('UNDO_TOO_OLD', `stroke ${strokeId}, at least ${horizon + 1} expected`).naming(strokeId);
