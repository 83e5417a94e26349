/**
 * An area by its corners, one click each. Closed by a click on the first corner, a second click on the last, or Enter;
 * Backspace takes the last corner back, Escape all of them.
 *
 *   empty ── click ──► open ── click ──► open … ── Enter, first corner, last corner again ──► painted, empty
 *                       └── Escape, another tool ──► empty
 */
import type { Point } from '../view/viewport.ts';
import { applyEffect } from './applyEffect.ts';
import type { AreaEffect } from './areaEffects.ts';
import { outlinedArea } from './outlinedArea.ts';
import type { Held, PointerTool, Press, ToolContext } from './tool.ts';

/** CSS pixels around a corner that count as on it. */
const CATCH = 9;

export function createPolygonTool(
  context: ToolContext,
  effectOf: (erases: boolean) => AreaEffect,
): PointerTool {
  const { stage, session } = context;
  let corners: Point[] = [];
  /** Decided by the first corner's button. */
  let effect: AreaEffect | undefined;

  const show = (loose?: Point) => {
    if (corners.length === 0) return stage.setSketch(undefined);
    stage.setSketch({
      path: {
        points: loose === undefined ? corners : [...corners, loose],
        corners: true,
        closing: corners.length > 1,
        erases: effect?.erases === true,
      },
    });
  };
  const drop = () => {
    corners = [];
    effect = undefined;
    show();
  };
  const close = () => {
    const [points, chosen] = [corners, effect];
    drop();
    const size = session()?.maskDoc.composition;
    if (chosen === undefined || size === undefined) return;
    const area = outlinedArea(points, size);
    if (area.length > 0) applyEffect(context, chosen, area);
  };
  const isOn = (corner: Point | undefined, point: Point) =>
    corner !== undefined && Math.hypot(corner.x - point.x, corner.y - point.y) * stage.view.scale <= CATCH;

  const press = ({ point, erases }: Press): Held => {
    effect ??= effectOf(erases);
    let place: Point = point;
    show(place);
    return {
      // Until the pointer goes up the corner can still be put elsewhere.
      move(points) {
        place = points.at(-1) ?? place;
        show(place);
      },
      release() {
        const closes = corners.length > 2 && (isOn(corners[0], place) || isOn(corners.at(-1), place));
        if (closes) return close();
        // A double click is one corner.
        if (!isOn(corners.at(-1), place)) corners.push({ x: place.x, y: place.y });
        show();
      },
      cancel: () => (corners.length === 0 ? drop() : show()),
    };
  };

  return {
    hasOutline: () => false,
    press,
    hover: (point) => show(point),
    key(key) {
      if (corners.length === 0) return false;
      if (key === 'Escape') drop();
      if (key === 'Enter' && corners.length > 2) close();
      if (key === 'Backspace') {
        corners.pop();
        if (corners.length === 0) drop();
        else show();
      }
      return true;
    },
    leave: drop,
  };
}
