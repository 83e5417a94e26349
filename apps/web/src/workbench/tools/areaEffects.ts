/** What happens to an area that a tool has gone over: labelled, cleared, taken from the model's suggestion, or smoothed. */
import { boundingBox, labelWindow, type Runs, smoothLabels, splitByLabel, translate } from '@cotrace/mask';
import type { Painted } from '@cotrace/mask-doc';
import { certainLabels } from './suggestion.ts';
import type { ToolContext } from './tool.ts';
import type { ToolNotice } from './toolNotices.ts';
import { TOOL_NOTICES } from './toolNotices.ts';

export interface AreaEffect {
  /** Whether labels are taken away. */
  readonly erases: boolean;
  /** What would be painted; a notice when it cannot be told. */
  strokesOf(area: Runs): readonly Painted[] | ToolNotice;
  /** Whether it can be told of a part without the rest: then it is shown while the area grows. */
  readonly isPixelwise: boolean;
  /** Nothing that has a label is painted over, whatever is set. */
  readonly onlyUnknown: boolean;
  /** Told when nothing comes of it. */
  readonly nothing: ToolNotice;
}

export const isNotice = (given: readonly Painted[] | ToolNotice): given is ToolNotice => 'title' in given;

export function labelling(context: ToolContext, erases: boolean): AreaEffect {
  const { label } = context.settings.get();
  return {
    erases,
    isPixelwise: true,
    onlyUnknown: false,
    strokesOf: (runs) => [{ label: erases ? 0 : label, runs }],
    nothing: TOOL_NOTICES.nothingUnknown,
  };
}

/** The model's certain pixels become labels; what people have labelled stays theirs. */
export function accepting(context: ToolContext): AreaEffect {
  const { certainty } = context.settings.get().accept;
  return {
    erases: false,
    isPixelwise: true,
    onlyUnknown: true,
    strokesOf(area) {
      const suggestion = context.sources.suggestion();
      if (suggestion === 'none') return TOOL_NOTICES.noSuggestion;
      if (suggestion === undefined) return TOOL_NOTICES.suggestionComing;
      const parts = splitByLabel(area, certainLabels(suggestion, certainty));
      return [...parts].map(([label, runs]) => ({ label, runs }));
    },
    nothing: TOOL_NOTICES.nothingCertain,
  };
}

export function smoothing(context: ToolContext): AreaEffect {
  const { radius } = context.settings.get().smooth;
  return {
    erases: false,
    isPixelwise: false,
    onlyUnknown: false,
    strokesOf(area) {
      const box = boundingBox(area);
      const composition = context.session()?.maskDoc.composition;
      if (box === undefined || composition === undefined) return [];
      const seen = labelWindow(composition, {
        x0: box.x0 - radius,
        y0: box.y0 - radius,
        x1: box.x1 + radius,
        y1: box.y1 + radius,
      });
      const changed = smoothLabels(seen.labels, seen, translate(area, -seen.x0, -seen.y0), radius);
      return [...changed].map(([label, runs]) => ({ label, runs: translate(runs, seen.x0, seen.y0) }));
    },
    nothing: TOOL_NOTICES.nothingToChange,
  };
}
