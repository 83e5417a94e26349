/**
 * Pointer, pen, fingers and wheel over the canvas, turned into strokes, pans and zooms. Framework-free; knows no key but
 * the modifiers that a pointer carries.
 *
 *           paint button, may paint                up: painted; Escape: dropped
 *   idle ───────────────────────────► painting ────────────────────────────────► idle
 *    │ hand, Space or middle button                up
 *    ├───────────────────────────────► panning ───────────────────────────────► idle
 *    │ second finger                               one finger left
 *    └───────────────────────────────► pinching ──────────────────────────────► idle
 */
import type { StrokePoint } from '@cotrace/mask';
import type { MaskSession } from '../session/maskSession.ts';
import type { SettingsStore } from '../settings.ts';
import { rgbOf } from '../view/palette.ts';
import type { Stage } from '../view/stage.ts';
import { type Point, toImage } from '../view/viewport.ts';
import { steppedDiameter } from './brushSize.ts';
import { beginStroke, penPressure, type StrokeInProgress } from './strokeInProgress.ts';

export interface PointerInputOptions {
  readonly surface: HTMLElement;
  /** Moved with the pointer and sized like the brush. */
  readonly outline: HTMLElement;
  readonly stage: Stage;
  readonly settings: SettingsStore;
  readonly session: () => MaskSession | undefined;
  /** `#rrggbb` of a label. */
  readonly colorOf: (label: number) => string;
  /** Where the pointer is, in image pixels; null when it has left. */
  readonly onHover: (point: Point | null) => void;
  readonly onRefusedStroke: () => void;
}

export interface PointerInput {
  /** While Space is held every drag pans. */
  setPanning(held: boolean): void;
  /** Drops the stroke in progress; false when there is none. */
  cancelStroke(): boolean;
  destroy(): void;
}

type Gesture =
  | { readonly kind: 'idle' }
  | { readonly kind: 'painting'; readonly pointerId: number; readonly stroke: StrokeInProgress }
  | { readonly kind: 'panning'; readonly pointerId: number; readonly last: Point }
  | { readonly kind: 'pinching'; readonly fingers: ReadonlyMap<number, Point> };

const LEFT = 0;
const MIDDLE = 1;
const RIGHT = 2;
const PEN_ERASER = 5;
/** Wheel clicks come in hundreds; what is smaller comes from a touchpad and zooms smoothly. */
const WHEEL_CLICK = 60;
const ERASER_COLOR = 'rgba(12, 13, 15, 0.55)';

export function attachPointerInput(options: PointerInputOptions): PointerInput {
  const { surface, outline, stage, settings, session, colorOf, onHover } = options;
  let gesture: Gesture = { kind: 'idle' };
  let spaceHeld = false;
  let hover: Point | undefined;
  let penSeen = false;
  /** Where the last stroke ended: Shift + click draws a line from there. */
  let lastEnd: StrokePoint | undefined;
  const fingers = new Map<number, Point>();

  const onCanvas = (event: MouseEvent): Point => {
    const box = surface.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  const mayPaint = () => session()?.mayPaint === true && settings.get().tool !== 'hand' && !spaceHeld;

  const showOutline = () => {
    const { diameter, shape } = settings.get();
    const size = diameter * stage.view.scale;
    const visible = hover !== undefined && mayPaint() && gesture.kind !== 'panning';
    outline.hidden = !visible;
    surface.style.cursor =
      gesture.kind === 'panning' ? 'grabbing' : mayPaint() ? (size < 8 ? 'crosshair' : 'none') : 'grab';
    if (!visible) return;
    outline.style.width = outline.style.height = `${size}px`;
    outline.style.borderRadius = shape === 'round' ? '50%' : '0';
    outline.style.transform = `translate(${hover!.x - size / 2}px, ${hover!.y - size / 2}px)`;
  };

  const pointOf = (event: PointerEvent): StrokePoint => {
    const place = toImage(stage.view, onCanvas(event));
    return settings.get().pressure && event.pointerType === 'pen'
      ? { ...place, pressure: penPressure(event.pressure) }
      : place;
  };

  const extend = (stroke: StrokeInProgress, points: readonly StrokePoint[]) => {
    for (const point of points) {
      stage.addToStroke(stroke.extend(point), () => stroke.runs);
      lastEnd = point;
    }
  };

  const startStroke = (event: PointerEvent) => {
    const current = session();
    if (current === undefined) return;
    if (!current.mayPaint) return options.onRefusedStroke();
    const { tool, label, diameter, shape, layers } = settings.get();
    const erases = tool === 'eraser' || event.button === RIGHT || event.button === PEN_ERASER;
    const stroke = beginStroke({
      label: erases ? 0 : label,
      brush: { shape, diameter },
      size: current.maskDoc.composition,
    });
    // Painting blind helps nobody.
    if (!layers.mask.visible)
      settings.set({ layers: { ...layers, mask: { ...layers.mask, visible: true } } });
    const [red, green, blue] = rgbOf(colorOf(label));
    stage.beginStroke(
      erases ? ERASER_COLOR : `rgba(${red}, ${green}, ${blue}, ${Math.max(layers.mask.opacity, 0.2)})`,
    );
    gesture = { kind: 'painting', pointerId: event.pointerId, stroke };
    const from = event.shiftKey && lastEnd !== undefined ? [lastEnd] : [];
    extend(stroke, [...from, pointOf(event)]);
  };

  const endStroke = (stroke: StrokeInProgress) => {
    gesture = { kind: 'idle' };
    const painted = session()?.paint({ label: stroke.label, runs: stroke.runs });
    if (painted === undefined && stroke.runs.length > 0) options.onRefusedStroke();
    stage.endStroke();
  };

  const cancelStroke = () => {
    if (gesture.kind !== 'painting') return false;
    gesture = { kind: 'idle' };
    stage.endStroke();
    return true;
  };

  const onDown = (event: PointerEvent) => {
    // The canvas takes no focus: keys go to the page, a slider gives them back.
    event.preventDefault();
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    if (event.pointerType === 'pen') penSeen = true;
    if (event.pointerType === 'touch') {
      fingers.set(event.pointerId, onCanvas(event));
      if (fingers.size === 2) {
        cancelStroke();
        gesture = { kind: 'pinching', fingers: new Map(fingers) };
        return;
      }
    }
    if (gesture.kind !== 'idle') return;
    surface.setPointerCapture(event.pointerId);
    const fingerPans = event.pointerType === 'touch' && penSeen;
    const paints = [LEFT, RIGHT, PEN_ERASER].includes(event.button) && settings.get().tool !== 'hand';
    if (event.button === MIDDLE || spaceHeld || fingerPans || !paints || session()?.ready?.mayPaint === false)
      gesture = { kind: 'panning', pointerId: event.pointerId, last: onCanvas(event) };
    else startStroke(event);
    hover = onCanvas(event);
    showOutline();
  };

  const pinch = (before: ReadonlyMap<number, Point>) => {
    const measure = (points: ReadonlyMap<number, Point>) => {
      const [a, b] = [...points.values()] as [Point, Point];
      return {
        x: (a.x + b.x) / 2,
        y: (a.y + b.y) / 2,
        span: Math.max(1, Math.hypot(a.x - b.x, a.y - b.y)),
      };
    };
    const from = measure(before);
    const to = measure(fingers);
    stage.pan(to.x - from.x, to.y - from.y);
    stage.zoomTo((stage.view.scale * to.span) / from.span, to);
    gesture = { kind: 'pinching', fingers: new Map(fingers) };
  };

  const onMove = (event: PointerEvent) => {
    const place = onCanvas(event);
    hover = place;
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, place);
    switch (gesture.kind) {
      case 'painting': {
        if (event.pointerId !== gesture.pointerId) break;
        // Every point that the pen reported since the last frame, not only the last.
        const coalesced = event.getCoalescedEvents?.() ?? [];
        extend(gesture.stroke, (coalesced.length > 0 ? coalesced : [event]).map(pointOf));
        break;
      }
      case 'panning':
        if (event.pointerId !== gesture.pointerId) break;
        stage.pan(place.x - gesture.last.x, place.y - gesture.last.y);
        gesture = { ...gesture, last: place };
        break;
      case 'pinching':
        pinch(gesture.fingers);
        break;
      case 'idle':
        break;
    }
    showOutline();
    onHover(toImage(stage.view, place));
  };

  const onUp = (event: PointerEvent) => {
    fingers.delete(event.pointerId);
    if (gesture.kind === 'pinching') gesture = { kind: 'idle' };
    else if (gesture.kind === 'painting' && gesture.pointerId === event.pointerId) endStroke(gesture.stroke);
    else if (gesture.kind === 'panning' && gesture.pointerId === event.pointerId) gesture = { kind: 'idle' };
    showOutline();
  };

  const onCancel = (event: PointerEvent) => {
    fingers.delete(event.pointerId);
    if (!cancelStroke()) gesture = { kind: 'idle' };
    showOutline();
  };

  const onLeave = () => {
    hover = undefined;
    showOutline();
    onHover(null);
  };

  const onWheel = (event: WheelEvent) => {
    event.preventDefault();
    // Shift turns the wheel sideways on some systems.
    const turned = event.deltaY === 0 ? event.deltaX : event.deltaY;
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? turned : turned * 40;
    if (lines === 0) return;
    if (event.shiftKey) {
      settings.set({ diameter: steppedDiameter(settings.get().diameter, lines < 0 ? 1 : -1) });
    } else if (Math.abs(lines) >= WHEEL_CLICK && !event.ctrlKey) {
      stage.zoomStep(lines < 0 ? 1 : -1, onCanvas(event));
    } else {
      stage.zoomTo(stage.view.scale * Math.exp(-lines * 0.01), onCanvas(event));
    }
    hover = onCanvas(event);
    showOutline();
    onHover(toImage(stage.view, hover));
  };

  const noMenu = (event: Event) => event.preventDefault();
  const stopSettings = settings.subscribe(showOutline);
  const stop = new AbortController();
  const { signal } = stop;
  surface.addEventListener('pointerdown', onDown, { signal });
  surface.addEventListener('pointermove', onMove, { signal });
  surface.addEventListener('pointerup', onUp, { signal });
  surface.addEventListener('pointercancel', onCancel, { signal });
  surface.addEventListener('pointerleave', onLeave, { signal });
  surface.addEventListener('wheel', onWheel, { signal, passive: false });
  surface.addEventListener('contextmenu', noMenu, { signal });
  showOutline();

  return {
    setPanning(held) {
      spaceHeld = held;
      showOutline();
    },
    cancelStroke,
    destroy() {
      cancelStroke();
      stopSettings();
      stop.abort();
    },
  };
}
