/** Every tool that works on the canvas, made once, and what they have in common: how they paint and what they look at. */
import type { Painted } from '@cotrace/mask-doc';
import type { SettingsStore, Tool } from '../settings.ts';
import type { Rgb } from '../view/palette.ts';
import { createAcceptTool } from './acceptTool.ts';
import { labelling, smoothing } from './areaEffects.ts';
import { createBrushTool } from './brushTool.ts';
import { createFillTool } from './fillTool.ts';
import { createLabelImage } from './labelImage.ts';
import { createLassoTool } from './lassoTool.ts';
import { paintStep } from './paintStep.ts';
import { createPickerTool } from './pickerTool.ts';
import type { PixelSources } from './pixelSources.ts';
import { createPolygonTool } from './polygonTool.ts';
import type { PointerTool, ToolContext, ToolKey, ToolSession, ToolStage } from './tool.ts';
import { TOOL_NOTICES, type ToolNotice } from './toolNotices.ts';

export interface Toolbox {
  /** The tool that is chosen; undefined for the hand. */
  readonly tool: PointerTool | undefined;
  key(key: ToolKey): boolean;
  /** Another section or another document of its mask. */
  leave(): void;
  destroy(): void;
}

export interface ToolboxOptions {
  readonly stage: ToolStage;
  readonly settings: SettingsStore;
  readonly session: () => ToolSession | undefined;
  readonly sources: Pick<PixelSources, 'grey' | 'suggestion' | 'onChange'>;
  readonly colorOf: (label: number) => Rgb;
  readonly tell: (notice: ToolNotice) => void;
  readonly onRefusedStroke: () => void;
}

/** Settings that change what a tool would do where the pointer is. */
const LOOKED_AT = ['tool', 'label', 'accept', 'fill', 'areaEffect', 'onlyUnknown'] as const;

export function createToolbox(options: ToolboxOptions): Toolbox {
  const { stage, settings, session, sources, colorOf, tell } = options;

  const paint: ToolContext['paint'] = (strokes: readonly Painted[], { onlyUnknown, nothing }) => {
    const current = session();
    if (current === undefined) return options.onRefusedStroke();
    // Painting blind helps nobody.
    const { layers } = settings.get();
    if (!layers.mask.visible)
      settings.set({ layers: { ...layers, mask: { ...layers.mask, visible: true } } });
    const outcome = paintStep(current, strokes, {
      onlyUnknown: onlyUnknown || settings.get().onlyUnknown,
    });
    switch (outcome) {
      case 'painted':
        return;
      case 'nothing':
        return tell(nothing);
      case 'refused':
        return options.onRefusedStroke();
      case 'tooRagged':
      case 'tooMuch':
      case 'labelGone':
        return tell(TOOL_NOTICES[outcome]);
    }
  };

  const chosen = (): PointerTool | undefined => tools[settings.get().tool];
  const labelImage = createLabelImage(() => chosen()?.refresh?.());
  const context: ToolContext = {
    ...{ stage, settings, session, sources, colorOf, paint, tell },
    labels: () => labelImage.now(session()?.maskDoc),
  };
  const area = (erases: boolean) => labelling(context, erases !== (settings.get().areaEffect === 'subtract'));
  const smoothed = (erases: boolean) => (erases ? labelling(context, true) : smoothing(context));
  const smoothBrush = createBrushTool(context, smoothed);
  const smoothLasso = createLassoTool(context, smoothed);
  const tools: Readonly<Record<Tool, PointerTool | undefined>> = {
    brush: createBrushTool(context, (erases) => labelling(context, erases)),
    eraser: createBrushTool(context, () => labelling(context, true)),
    lasso: createLassoTool(context, area),
    polygon: createPolygonTool(context, area),
    fill: createFillTool(context, area),
    accept: createAcceptTool(context),
    smooth: {
      hasOutline: () => settings.get().smooth.by === 'brush',
      press: (press) => (settings.get().smooth.by === 'brush' ? smoothBrush : smoothLasso).press(press),
    },
    picker: createPickerTool(context),
    hand: undefined,
  };

  let before = settings.get();
  const stopSettings = settings.subscribe(() => {
    const now = settings.get();
    if (now.tool !== before.tool) tools[before.tool]?.leave?.();
    const isAsBefore = LOOKED_AT.every((name) => now[name] === before[name]);
    if (!isAsBefore) tools[now.tool]?.refresh?.();
    before = now;
  });
  const stopSources = sources.onChange(() => chosen()?.refresh?.());

  return {
    get tool() {
      return chosen();
    },
    key: (key) => chosen()?.key?.(key) ?? false,
    leave() {
      labelImage.destroy();
      chosen()?.leave?.();
      chosen()?.refresh?.();
    },
    destroy() {
      stopSettings();
      stopSources();
      labelImage.destroy();
      chosen()?.leave?.();
    },
  };
}
