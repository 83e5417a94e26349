/** A line drawn around an area by hand. It closes by itself when the pointer goes up. */
import type { StrokePoint } from '@cotrace/mask';
import type { Sketch } from '../view/sketch.ts';
import { applyEffect } from './applyEffect.ts';
import type { AreaEffect } from './areaEffects.ts';
import { outlinedArea } from './outlinedArea.ts';
import type { Held, PointerTool, Press, ToolContext } from './tool.ts';

/** CSS pixels between two points of the line: nearer ones cannot be told apart. */
const SPACING = 1.5;

export function createLassoTool(
  context: ToolContext,
  effectOf: (erases: boolean) => AreaEffect,
  draw: (line: Sketch['path']) => void = (line) =>
    context.stage.setSketch(line === undefined ? undefined : { path: line }),
): PointerTool {
  const { stage, session } = context;

  const press = ({ point, erases }: Press): Held => {
    const size = session()!.maskDoc.composition;
    const effect = effectOf(erases);
    const points = [point];
    const show = () => draw({ points, corners: false, closing: true, erases: effect.erases });
    const move = (more: readonly StrokePoint[]) => {
      for (const next of more) {
        const last = points.at(-1)!;
        if (Math.hypot(next.x - last.x, next.y - last.y) * stage.view.scale >= SPACING) points.push(next);
      }
      show();
    };
    return {
      move,
      release() {
        draw(undefined);
        const area = outlinedArea(points, size);
        if (area.length > 0) applyEffect(context, effect, area);
      },
      cancel: () => draw(undefined),
    };
  };

  return { hasOutline: () => false, press, leave: () => draw(undefined) };
}
