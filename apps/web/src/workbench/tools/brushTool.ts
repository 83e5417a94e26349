/** Sweeping: what the brush goes over is labelled, cleared, taken from the suggestion or smoothed. */
import { boundingBox, type Runs, type StrokePoint } from '@cotrace/mask';
import type { Inked } from '../view/strokeOverlay.ts';
import { applyEffect } from './applyEffect.ts';
import { type AreaEffect, isNotice } from './areaEffects.ts';
import { unknownOnly } from './paintStep.ts';
import { beginStroke } from './strokeInProgress.ts';
import type { Held, PointerTool, Press, ToolContext } from './tool.ts';

/** Over what is only told at the end, as smoothing is. */
const GONE_OVER = 'rgba(255, 255, 255, 0.28)';
const ERASED = 'rgba(12, 13, 15, 0.55)';

export function createBrushTool(
  context: ToolContext,
  effectOf: (erases: boolean) => AreaEffect,
): PointerTool {
  const { stage, settings, session } = context;
  /** Where the last stroke ended: a click with Shift draws a line from there. */
  let lastEnd: StrokePoint | undefined;

  const inkOf = (label: number) => {
    if (label === 0) return ERASED;
    return `rgba(${context.colorOf(label).join(', ')}, ${Math.max(settings.get().layers.mask.opacity, 0.2)})`;
  };

  const press = ({ point, erases, continues }: Press): Held => {
    const composition = session()!.maskDoc.composition;
    const { diameter, shape, onlyUnknown } = settings.get();
    const effect = effectOf(erases);
    const sweep = beginStroke({ brush: { shape, diameter }, size: composition });
    const inked = (runs: Runs): Inked[] => {
      if (!effect.isPixelwise) return [{ runs, color: GONE_OVER }];
      const strokes = effect.strokesOf(runs);
      if (isNotice(strokes)) return [{ runs, color: GONE_OVER }];
      const shown = onlyUnknown || effect.onlyUnknown ? unknownOnly(strokes, composition) : strokes;
      return shown.map(({ label, runs: part }) => ({ runs: part, color: inkOf(label) }));
    };
    const extend = (points: readonly StrokePoint[]) => {
      for (const at of points) {
        stage.addToStroke(inked(sweep.extend(at)), () => inked(sweep.runs));
        lastEnd = at;
      }
    };
    stage.beginStroke();
    extend(continues && lastEnd !== undefined ? [lastEnd, point] : [point]);
    return {
      move: extend,
      release() {
        if (boundingBox(sweep.runs) !== undefined) applyEffect(context, effect, sweep.runs);
        stage.endStroke();
      },
      cancel: () => stage.endStroke(),
    };
  };

  return {
    hasOutline: () => true,
    press,
    leave() {
      lastEnd = undefined;
    },
  };
}
