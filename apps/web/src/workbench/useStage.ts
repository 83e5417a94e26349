'use client';
/** The stage and the pointer on it, for as long as the workbench is open. What they show is told by the caller's effects. */
import type { SeenBox, Task } from '@cotrace/protocol';
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { CanvasParts } from './Canvas.tsx';
import type { MaskSession } from './session/maskSession.ts';
import type { SettingsStore } from './settings.ts';
import { createStore, type Store } from './store.ts';
import { pickAt } from './tools/pickerTool.ts';
import { createPixelSources, type Pictured, type PixelSources } from './tools/pixelSources.ts';
import { attachPointerInput, type PointerInput } from './tools/pointerInput.ts';
import { createToolbox, type Toolbox } from './tools/toolbox.ts';
import { TOOL_NOTICES, type ToolNotice } from './tools/toolNotices.ts';
import { paletteOf, predictionMeaningOf, rgbOf } from './view/palette.ts';
import { createStage, type Stage } from './view/stage.ts';
import { type Point, seenBox, toImage, toScreen, type Viewport } from './view/viewport.ts';

/** What changes with every move of the pointer or the view: followed by the few that show it. */
export interface Sight {
  readonly scale: number;
  /** The pointer in image pixels. */
  readonly pointer: Point | null;
  /** What the canvas shows, in image pixels. */
  readonly seen: SeenBox | null;
}

export const createSight = (): Store<Sight> => createStore<Sight>({ scale: 1, pointer: null, seen: null });

export interface StageHandles {
  readonly stage: Stage | undefined;
  readonly input: RefObject<PointerInput | undefined>;
  readonly toolbox: RefObject<Toolbox | undefined>;
}

export function useStage({
  parts,
  settings,
  sight,
  session,
  task,
  pictured,
  onFailure,
  onHand,
  onRefusedStroke,
  onNotice,
  onFingerTap,
}: {
  parts: CanvasParts;
  settings: SettingsStore;
  sight: Store<Sight>;
  session: MaskSession | undefined;
  task: Task | undefined;
  /** What tools look at. */
  pictured: Pictured;
  onFailure: (error: Error) => void;
  onHand: () => void;
  onRefusedStroke: () => void;
  onNotice: (notice: ToolNotice) => void;
  /** Two fingers or more tapped the canvas. */
  onFingerTap: (fingers: number) => void;
}): StageHandles {
  const [stage, setStage] = useState<Stage>();
  const input = useRef<PointerInput>(undefined);
  // Read when a pointer comes down: the pointer is attached once, whatever is shown later.
  const now = useRef({ session, task, onFailure, onHand, onRefusedStroke, onNotice, onFingerTap });
  now.current = { session, task, onFailure, onHand, onRefusedStroke, onNotice, onFingerTap };
  const toolbox = useRef<Toolbox>(undefined);
  const sources = useRef<PixelSources>(undefined);

  useEffect(() => {
    const frame = parts.frame.current!;
    const plane = parts.plane.current!;
    let shownAt: Viewport | undefined;
    const created = createStage({
      frame,
      picture: parts.picture.current!,
      overlay: parts.overlay.current!,
      sketch: parts.sketch.current!,
      layers: settings.get().layers,
      onHand: () => now.current.onHand(),
      onView: (view, canvas) => {
        const { scale, offsetX, offsetY } = view;
        frame.dataset.scale = String(scale);
        frame.dataset.offsetX = String(offsetX);
        frame.dataset.offsetY = String(offsetY);
        plane.style.transform = `translate(${offsetX}px, ${offsetY}px)`;
        plane.style.setProperty('--scale', String(scale));
        // The hand has not moved, the image under it has.
        const { pointer } = sight.get();
        const under = pointer && shownAt && toImage(view, toScreen(shownAt, pointer));
        shownAt = view;
        sight.set({ scale, seen: seenBox(view, canvas), pointer: under ?? pointer });
      },
      onFailure: (error) => now.current.onFailure(error),
    });
    const stopLayers = settings.subscribe(() => {
      const { layers, comparing } = settings.get();
      created.setLayers(layers, comparing);
    });
    const looked = createPixelSources((error) => now.current.onFailure(error));
    const common = { settings, stage: created, session: () => now.current.session };
    const tools = createToolbox({
      ...common,
      sources: looked,
      colorOf: (label) =>
        rgbOf(now.current.task?.labels.find(({ value }) => value === label)?.color ?? '#ffffff'),
      tell: (notice) => now.current.onNotice(notice),
      onRefusedStroke: () => now.current.onRefusedStroke(),
    });
    const attached = attachPointerInput({
      ...common,
      surface: frame,
      outline: parts.outline.current!,
      toolbox: tools,
      onHover: (pointer) => sight.set({ pointer }),
      onRefusedStroke: () => now.current.onRefusedStroke(),
      onPick: (point) => pickAt(common, point, settings.get().tool),
      onFingerTap: (fingers) => now.current.onFingerTap(fingers),
      onPen: () => {
        if (settings.get().fingers === 'pan') return;
        settings.set({ fingers: 'pan' });
        // Nothing to tell where there is nothing to touch with.
        if (navigator.maxTouchPoints > 0) now.current.onNotice(TOOL_NOTICES.fingersPan);
      },
    });
    toolbox.current = tools;
    sources.current = looked;
    input.current = attached;
    setStage(created);
    return () => {
      attached.destroy();
      tools.destroy();
      looked.destroy();
      stopLayers();
      created.destroy();
      input.current = undefined;
      toolbox.current = undefined;
      sources.current = undefined;
      setStage(undefined);
    };
  }, [parts, settings, sight]);

  useEffect(() => stage?.setMask(session?.maskDoc), [stage, session]);

  // What was begun on one section is not finished on another; the same mask in another document goes on.
  const maskId = session?.maskId;
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs for every mask
  useEffect(() => {
    input.current?.cancelStroke();
    toolbox.current?.leave();
  }, [stage, maskId]);

  const { width, height, imageUrl, maps, labels } = pictured;
  const values = labels.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the parts of `pictured`, which is made anew each time
  useEffect(
    () => sources.current?.look(pictured),
    [stage, width, height, imageUrl, maps?.probabilityUrl, maps?.uncertaintyUrl, values],
  );

  const colors = task?.labels.map(({ value, color }) => `${value} ${color}`).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a task is read again with every count; its colours rarely change
  useEffect(() => {
    if (stage === undefined || task === undefined) return;
    stage.setPalette(paletteOf(task.labels));
    stage.setPredictionMeaning(predictionMeaningOf(task.labels));
  }, [stage, colors]);

  return { stage, input, toolbox };
}
