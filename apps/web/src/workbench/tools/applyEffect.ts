/** An area and what is to happen to it, painted; what could not be is told. */
import type { Runs } from '@cotrace/mask';
import { type AreaEffect, isNotice } from './areaEffects.ts';
import type { ToolContext } from './tool.ts';

export function applyEffect(context: ToolContext, effect: AreaEffect, area: Runs): void {
  const strokes = effect.strokesOf(area);
  if (isNotice(strokes)) context.tell(strokes);
  else context.paint(strokes, { onlyUnknown: effect.onlyUnknown, nothing: effect.nothing });
}
