/** The brush or the lasso, over the model's suggestion: what it would take anywhere is hatched while the tool is chosen. */
import type { Rgb } from '../view/palette.ts';
import type { Sketch } from '../view/sketch.ts';
import { accepting, labelling } from './areaEffects.ts';
import { createBrushTool } from './brushTool.ts';
import { createLassoTool } from './lassoTool.ts';
import { certainLabels } from './suggestion.ts';
import type { PointerTool, ToolContext } from './tool.ts';

export function createAcceptTool(context: ToolContext): PointerTool {
  const { stage, settings, sources } = context;
  const effectOf = (erases: boolean) => (erases ? labelling(context, true) : accepting(context));

  const fieldNow = (): Pick<Sketch, 'field'> => {
    const suggestion = sources.suggestion();
    const labels = context.labels();
    if (suggestion === undefined || suggestion === 'none' || labels === undefined) return {};
    const { width } = suggestion;
    const labelAt = certainLabels(suggestion, settings.get().accept.certainty);
    const colors = new Map<number, Rgb>(suggestion.labels.map((label) => [label, context.colorOf(label)]));
    return { field: (x, y) => (labels[y * width + x] === 0 ? colors.get(labelAt(x, y)) : undefined) };
  };
  const show = (path?: Sketch['path']) =>
    stage.setSketch({ ...fieldNow(), ...(path === undefined ? {} : { path }) });

  const brush = createBrushTool(context, effectOf);
  const lasso = createLassoTool(context, effectOf, show);
  const chosen = () => (settings.get().accept.by === 'brush' ? brush : lasso);
  return {
    hasOutline: () => settings.get().accept.by === 'brush',
    press: (press) => chosen().press(press),
    refresh: () => show(),
    leave() {
      brush.leave?.();
      stage.setSketch(undefined);
    },
  };
}
