/**
 * The connected area of like values around the pointer. What would be filled is hatched as soon as the pointer rests, and
 * while it is held; drawing it sideways changes the tolerance. Let go, exactly what is hatched is painted.
 */
import { closeHoles, type Filled, fillSimilar } from '@cotrace/mask';
import type { FillSettings } from '../settings.ts';
import type { Point } from '../view/viewport.ts';
import { applyEffect } from './applyEffect.ts';
import type { AreaEffect } from './areaEffects.ts';
import type { Held, PointerTool, Press, ToolContext } from './tool.ts';
import { TOOL_NOTICES } from './toolNotices.ts';

/** Milliseconds that the pointer rests before it is worth working out a fill that nobody has asked for. */
const REST_MS = 70;
/** Pixels that are looked through for a pointer that only rests: some milliseconds. */
const MAX_UNASKED = 1_000_000;
/** CSS pixels sideways for one more grey value of tolerance. */
const PIXELS_A_GREY = 3;
const TOO_LARGE = [150, 150, 150] as const;
const CLEARED = [20, 20, 22] as const;

export function createFillTool(context: ToolContext, effectOf: (erases: boolean) => AreaEffect): PointerTool {
  const { stage, settings, session, sources } = context;
  let rest: ReturnType<typeof setTimeout> | undefined;
  /** Where the pointer is without a button; what would be filled there is shown again when it would be something else. */
  let resting: Point | undefined;
  /** Undefined while the grey values are on their way. */
  const fillAt = (
    point: Point,
    effect: AreaEffect,
    { tolerance, maxPixels, on, holes }: FillSettings,
  ): Filled | undefined => {
    const maskDoc = session()?.maskDoc;
    if (maskDoc === undefined) return undefined;
    const values = on === 'image' ? sources.grey() : context.labels();
    if (values === undefined) return undefined;
    const labels = context.labels();
    const keepsOut = on === 'image' && settings.get().onlyUnknown && !effect.erases;
    const filled = fillSimilar(
      values,
      maskDoc.composition,
      { x: Math.floor(point.x), y: Math.floor(point.y) },
      {
        tolerance: on === 'image' ? tolerance : 0,
        maxPixels,
        ...(keepsOut && labels !== undefined ? { walls: labels } : {}),
      },
    );
    return filled.gaveUp ? filled : { ...filled, runs: closeHoles(filled.runs, holes) };
  };
  const show = (filled: Filled | undefined, erases: boolean) => {
    if (filled === undefined || filled.pixels === 0) return stage.setSketch(undefined);
    const { label } = settings.get();
    const color = filled.gaveUp ? TOO_LARGE : erases ? CLEARED : context.colorOf(label);
    stage.setSketch({ areas: [{ runs: filled.runs, color }] });
  };

  const showSoon = () => {
    clearTimeout(rest);
    if (resting === undefined) return;
    rest = setTimeout(() => {
      if (resting === undefined || session()?.mayPaint !== true) return;
      const effect = effectOf(false);
      const { fill } = settings.get();
      const maxPixels = Math.min(fill.maxPixels, MAX_UNASKED);
      const filled = fillAt(resting, effect, { ...fill, maxPixels });
      // Larger than what is worked out unasked, and yet not too large: shown when the pointer comes down.
      const isOpen = filled?.gaveUp === true && maxPixels < fill.maxPixels;
      show(isOpen ? undefined : filled, effect.erases);
    }, REST_MS);
  };

  const press = ({ point, erases }: Press): Held => {
    clearTimeout(rest);
    resting = undefined;
    const effect = effectOf(erases);
    const { tolerance } = settings.get().fill;
    let now = tolerance;
    let filled = fillAt(point, effect, settings.get().fill);
    show(filled, effect.erases);
    return {
      move(points) {
        const last = points.at(-1);
        const { fill } = settings.get();
        if (last === undefined || fill.on !== 'image') return;
        const drawn = ((last.x - point.x) * stage.view.scale) / PIXELS_A_GREY;
        const next = Math.min(Math.max(Math.round(tolerance + drawn), 0), 255);
        if (next === now) return;
        now = next;
        settings.set({ fill: { ...fill, tolerance: next } });
        filled = fillAt(point, effect, settings.get().fill);
        show(filled, effect.erases);
      },
      release() {
        stage.setSketch(undefined);
        if (filled === undefined) return context.tell(TOOL_NOTICES.imageComing);
        if (filled.gaveUp) return context.tell(TOOL_NOTICES.fillTooLarge(settings.get().fill.maxPixels));
        if (filled.pixels > 0) applyEffect(context, effect, filled.runs);
      },
      cancel() {
        stage.setSketch(undefined);
        settings.set({ fill: { ...settings.get().fill, tolerance } });
      },
    };
  };

  return {
    hasOutline: () => false,
    press,
    hover(point) {
      resting = point;
      stage.setSketch(undefined);
      showSoon();
    },
    refresh() {
      // The grey values are fetched before the first click needs them.
      if (settings.get().fill.on === 'image') sources.grey();
      showSoon();
    },
    leave() {
      clearTimeout(rest);
      resting = undefined;
      stage.setSketch(undefined);
    },
  };
}
