/** Takes the label under the pointer, and goes back to the tool that one had. */
import { type SettingsStore, type Tool, withLabel } from '../settings.ts';
import type { Point } from '../view/viewport.ts';
import type { PointerTool, ToolContext } from './tool.ts';

/** The label of a pixel becomes the one that is painted; unknown is what the eraser paints. */
export function pickAt(
  { session, settings }: Pick<ToolContext, 'session' | 'settings'>,
  { x, y }: Point,
  tool: Tool = 'brush',
): void {
  const composition = session()?.maskDoc.composition;
  if (composition === undefined || x < 0 || y < 0 || x >= composition.width || y >= composition.height)
    return;
  const label = composition.labelAt(Math.floor(x), Math.floor(y));
  settings.set(label === 0 ? { tool: 'eraser' } : withLabel(tool, label));
}

export function createPickerTool(context: ToolContext): PointerTool {
  const before = lastTool(context.settings);
  return {
    hasOutline: () => false,
    press({ point }) {
      let place: Point = point;
      return {
        move(points) {
          place = points.at(-1) ?? place;
        },
        release: () => pickAt(context, place, before()),
        cancel: () => undefined,
      };
    },
  };
}

/** Follows which tool was used before the picker. */
function lastTool(settings: SettingsStore): () => Tool {
  let last: Tool = 'brush';
  settings.subscribe(() => {
    const { tool } = settings.get();
    if (tool !== 'picker' && tool !== 'hand') last = tool;
  });
  return () => last;
}
