/** What a tool has worked out, painted as one step of undo: of it only what is unknown where that is asked for. */
import { pixelCount, restrictToLabels } from '@cotrace/mask';
import { MaskDocError, type Painted } from '@cotrace/mask-doc';
import type { ToolSession } from './tool.ts';

/** Runs that one record holds: strokes of a hand are far below it. */
const MANY_RUNS = 7_000;
/** Bytes that may wait for the server before another large step: with the largest, they still fit one frame of 8 MiB. */
const MAX_WAITING_BYTES = 1.5 * 1024 * 1024;

/** `nothing`: there was nothing (left) to paint. `refused`: this may not be painted now. `tooMuch`: large areas still wait. */
export type PaintOutcome = 'painted' | 'nothing' | 'refused' | 'tooRagged' | 'tooMuch' | 'labelGone';

/** The part that may be painted. What takes labels away stays as it is: it would find nothing where all is unknown. */
export const unknownOnly = (
  strokes: readonly Painted[],
  composition: ToolSession['maskDoc']['composition'],
): Painted[] =>
  strokes.map(({ label, runs }) => ({
    label,
    runs: label === 0 ? runs : restrictToLabels(composition, runs, (shown) => shown === 0),
  }));

export function paintStep(
  session: ToolSession,
  strokes: readonly Painted[],
  { onlyUnknown }: { onlyUnknown: boolean },
): PaintOutcome {
  const wanted = onlyUnknown ? unknownOnly(strokes, session.maskDoc.composition) : strokes;
  if (wanted.every(({ runs }) => pixelCount(runs) === 0)) return 'nothing';
  if (!session.mayPaint) return 'refused';
  const isLarge = wanted.reduce((sum, { runs }) => sum + runs.length / 3, 0) > MANY_RUNS;
  if (isLarge && session.pendingBytes > MAX_WAITING_BYTES) return 'tooMuch';
  try {
    return session.paintTogether(wanted).length > 0 ? 'painted' : 'nothing';
  } catch (error) {
    if (!(error instanceof MaskDocError)) throw error;
    if (error.code === 'UPDATE_TOO_LARGE') return 'tooRagged';
    // The table has changed since the label was chosen.
    if (error.code === 'LABEL_OUTSIDE_TABLE') return 'labelGone';
    throw error;
  }
}
