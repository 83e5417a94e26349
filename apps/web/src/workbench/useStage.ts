'use client';
/** The stage and the pointer on it, for as long as the workbench is open. What they show is told by the caller's effects. */
import type { SeenBox, Task } from '@cotrace/protocol';
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { CanvasParts } from './Canvas.tsx';
import type { MaskSession } from './session/maskSession.ts';
import type { SettingsStore } from './settings.ts';
import { createStore, type Store } from './store.ts';
import { attachPointerInput, type PointerInput } from './tools/pointerInput.ts';
import { paletteOf, predictionMeaningOf } from './view/palette.ts';
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
}

export function useStage({
  parts,
  settings,
  sight,
  session,
  task,
  onFailure,
  onHand,
  onRefusedStroke,
}: {
  parts: CanvasParts;
  settings: SettingsStore;
  sight: Store<Sight>;
  session: MaskSession | undefined;
  task: Task | undefined;
  onFailure: (error: Error) => void;
  onHand: () => void;
  onRefusedStroke: () => void;
}): StageHandles {
  const [stage, setStage] = useState<Stage>();
  const input = useRef<PointerInput>(undefined);
  // Read when a pointer comes down: the pointer is attached once, whatever is shown later.
  const now = useRef({ session, task, onFailure, onHand, onRefusedStroke });
  now.current = { session, task, onFailure, onHand, onRefusedStroke };

  useEffect(() => {
    const frame = parts.frame.current!;
    const plane = parts.plane.current!;
    let shownAt: Viewport | undefined;
    const created = createStage({
      frame,
      picture: parts.picture.current!,
      overlay: parts.overlay.current!,
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
    const attached = attachPointerInput({
      surface: frame,
      outline: parts.outline.current!,
      stage: created,
      settings,
      session: () => now.current.session,
      colorOf: (label) => now.current.task?.labels.find(({ value }) => value === label)?.color ?? '#ffffff',
      onHover: (pointer) => sight.set({ pointer }),
      onRefusedStroke: () => now.current.onRefusedStroke(),
    });
    input.current = attached;
    setStage(created);
    return () => {
      attached.destroy();
      stopLayers();
      created.destroy();
      input.current = undefined;
      setStage(undefined);
    };
  }, [parts, settings, sight]);

  useEffect(() => stage?.setMask(session?.maskDoc), [stage, session]);

  const colors = task?.labels.map(({ value, color }) => `${value} ${color}`).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a task is read again with every count; its colours rarely change
  useEffect(() => {
    if (stage === undefined || task === undefined) return;
    stage.setPalette(paletteOf(task.labels));
    stage.setPredictionMeaning(predictionMeaningOf(task.labels));
  }, [stage, colors]);

  return { stage, input };
}
