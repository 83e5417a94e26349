/** Quality against labels spent, as places in a drawing. Pure. */
import type { TrainedModel } from '@cotrace/protocol';

export interface CurvePoint {
  id: string;
  x: number;
  y: number;
  labelledPixels: number;
  vRand: number;
  live: boolean;
}

export interface Curve {
  points: CurvePoint[];
  /** V_Rand at the lower and the upper edge. */
  range: [number, number];
  maxLabels: number;
}

/** Undefined when fewer than two models are scored: a curve of one point says nothing that the table does not. */
export function qualityCurve(
  models: readonly TrainedModel[],
  box: { left: number; top: number; width: number; height: number },
): Curve | undefined {
  const scored = models.flatMap((model) =>
    typeof model.score?.vRand === 'number' ? [{ ...model, vRand: model.score.vRand }] : [],
  );
  if (scored.length < 2) return undefined;
  const maxLabels = Math.max(1, ...scored.map(({ labelledPixels }) => labelledPixels));
  // Twentieths around what is there, so that the axis stands still while models differ in the third decimal.
  const low = Math.floor(Math.min(...scored.map(({ vRand }) => vRand)) * 20 - 1e-9) / 20;
  const high = Math.min(1, Math.ceil(Math.max(...scored.map(({ vRand }) => vRand)) * 20 + 1e-9) / 20);
  const range: [number, number] = [Math.max(0, low), high > low ? high : low + 0.05];
  const points = scored
    .map(({ id, labelledPixels, vRand, live }) => ({
      id,
      labelledPixels,
      vRand,
      live,
      x: box.left + (labelledPixels / maxLabels) * box.width,
      y: box.top + (1 - (vRand - range[0]) / (range[1] - range[0])) * box.height,
    }))
    .sort((a, b) => a.x - b.x);
  return { points, range, maxLabels };
}
