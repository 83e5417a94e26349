/**
 * Pointer, pen, fingers and wheel over the canvas: they move the view, or are handed to the tool. Framework-free; knows no
 * tool by name and no key but the modifiers that a pointer carries.
 *
 *           button that paints, may paint          up: released; Escape, second finger: cancelled
 *   idle ───────────────────────────► held by a tool ──────────────────────────────► idle
 *    │ hand, Space, middle button, finger beside a pen        up
 *    ├───────────────────────────────► panning ────────────────────────────────────► idle
 *    │ second finger                               one finger left: panning
 *    └───────────────────────────────► pinching ───────────────────────────────────► idle
 */
import type { StrokePoint } from '@cotrace/mask';
import type { MaskSession } from '../session/maskSession.ts';
import type { SettingsStore } from '../settings.ts';
import type { Stage } from '../view/stage.ts';
import { type Point, toImage } from '../view/viewport.ts';
import { steppedDiameter } from './brushSize.ts';
import { penPressure } from './strokeInProgress.ts';
import type { Held } from './tool.ts';
import type { Toolbox } from './toolbox.ts';
import { createTouches } from './touches.ts';

export interface PointerInputOptions {
  readonly surface: HTMLElement;
  /** Moved with the pointer and sized like the brush. */
  readonly outline: HTMLElement;
  readonly stage: Stage;
  readonly settings: SettingsStore;
  readonly toolbox: Toolbox;
  readonly session: () => MaskSession | undefined;
  /** Where the pointer is, in image pixels; null when it has left. */
  readonly onHover: (point: Point | null) => void;
  readonly onRefusedStroke: () => void;
  /** Alt and a click: the label there. */
  readonly onPick: (point: Point) => void;
  /** Two or more fingers, up again at once. */
  readonly onFingerTap: (fingers: number) => void;
  /** A pen has been seen for the first time. */
  readonly onPen: () => void;
}

export interface PointerInput {
  /** While Space is held every drag pans. */
  setPanning(held: boolean): void;
  /** Drops what a tool is in the middle of; false when there is nothing. */
  cancelStroke(): boolean;
  destroy(): void;
}

type Gesture =
  | { readonly kind: 'idle' }
  | { readonly kind: 'held'; readonly pointerId: number; readonly byPen: boolean; readonly held: Held }
  | { readonly kind: 'panning'; readonly pointerId: number; readonly last: Point }
  | { readonly kind: 'pinching' };

const LEFT = 0;
const MIDDLE = 1;
const RIGHT = 2;
const PEN_ERASER = 5;
/** Wheel clicks come in hundreds; what is smaller comes from a touchpad and zooms smoothly. */
const WHEEL_CLICK = 60;

export function attachPointerInput(options: PointerInputOptions): PointerInput {
  const { surface, outline, stage, settings, toolbox, session, onHover } = options;
  let gesture: Gesture = { kind: 'idle' };
  let spaceHeld = false;
  let hover: Point | undefined;
  let penSeen = false;
  const touches = createTouches();

  const onCanvas = (event: MouseEvent): Point => {
    const box = surface.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  const mayPaint = () => session()?.mayPaint === true && toolbox.tool !== undefined && !spaceHeld;

  const showOutline = () => {
    const { diameter, shape } = settings.get();
    const size = diameter * stage.view.scale;
    const paints = mayPaint();
    const isBrush = paints && toolbox.tool?.hasOutline() === true;
    const visible = hover !== undefined && isBrush && gesture.kind !== 'panning';
    outline.hidden = !visible;
    surface.style.cursor =
      gesture.kind === 'panning'
        ? 'grabbing'
        : paints
          ? isBrush && size >= 8
            ? 'none'
            : 'crosshair'
          : 'grab';
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

  const seePen = (event: PointerEvent) => {
    if (event.pointerType !== 'pen' || penSeen) return;
    penSeen = true;
    options.onPen();
  };

  const hold = (event: PointerEvent) => {
    const { tool } = toolbox;
    const current = session();
    if (tool === undefined || current === undefined) return;
    if (!current.mayPaint) return options.onRefusedStroke();
    const held = tool.press({
      point: pointOf(event),
      erases: event.button === RIGHT || event.button === PEN_ERASER,
      continues: event.shiftKey,
    });
    gesture = { kind: 'held', pointerId: event.pointerId, byPen: event.pointerType === 'pen', held };
  };

  const cancelStroke = () => {
    if (gesture.kind !== 'held') return false;
    const { held } = gesture;
    gesture = { kind: 'idle' };
    held.cancel();
    return true;
  };

  /** A hand that lies on the screen beside the pen. */
  const isPalm = (event: PointerEvent) =>
    event.pointerType === 'touch' && gesture.kind === 'held' && gesture.byPen;

  const onDown = (event: PointerEvent) => {
    // The canvas takes no focus: keys go to the page, a slider gives them back.
    event.preventDefault();
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    seePen(event);
    if (isPalm(event)) return;
    if (event.pointerType === 'touch') {
      touches.down(event.pointerId, onCanvas(event), event.timeStamp);
      if (touches.count >= 2) {
        cancelStroke();
        gesture = { kind: 'pinching' };
        return;
      }
    }
    if (gesture.kind !== 'idle') return;
    surface.setPointerCapture(event.pointerId);
    const place = onCanvas(event);
    const fingerPans = event.pointerType === 'touch' && settings.get().fingers === 'pan';
    const paints = [LEFT, RIGHT, PEN_ERASER].includes(event.button) && toolbox.tool !== undefined;
    if (event.button === MIDDLE || spaceHeld || fingerPans || !paints || session()?.ready?.mayPaint === false)
      gesture = { kind: 'panning', pointerId: event.pointerId, last: place };
    else if (event.altKey && event.button === LEFT) options.onPick(toImage(stage.view, place));
    else hold(event);
    hover = place;
    showOutline();
  };

  const onMove = (event: PointerEvent) => {
    seePen(event);
    if (isPalm(event)) return;
    const place = onCanvas(event);
    hover = place;
    const pinch = event.pointerType === 'touch' ? touches.move(event.pointerId, place) : undefined;
    switch (gesture.kind) {
      case 'held': {
        if (event.pointerId !== gesture.pointerId) break;
        // Every point that the pen reported since the last frame, not only the last.
        const coalesced = event.getCoalescedEvents?.() ?? [];
        gesture.held.move((coalesced.length > 0 ? coalesced : [event]).map(pointOf));
        break;
      }
      case 'panning':
        if (event.pointerId !== gesture.pointerId) break;
        stage.pan(place.x - gesture.last.x, place.y - gesture.last.y);
        gesture = { ...gesture, last: place };
        break;
      case 'pinching':
        if (pinch === undefined) break;
        stage.pan(pinch.dx, pinch.dy);
        stage.zoomTo(stage.view.scale * pinch.zoom, pinch.middle);
        break;
      case 'idle':
        if (mayPaint()) toolbox.tool?.hover?.(toImage(stage.view, place));
        break;
    }
    showOutline();
    onHover(toImage(stage.view, place));
  };

  const onUp = (event: PointerEvent) => {
    const taps = touches.up(event.pointerId, event.timeStamp);
    if (gesture.kind === 'pinching') {
      const left = touches.last;
      if (left !== undefined) gesture = { kind: 'panning', pointerId: left.id, last: left.at };
      else if (touches.count === 0) gesture = { kind: 'idle' };
    } else if (gesture.kind === 'held' && gesture.pointerId === event.pointerId) {
      const { held } = gesture;
      gesture = { kind: 'idle' };
      held.release();
    } else if (gesture.kind === 'panning' && gesture.pointerId === event.pointerId)
      gesture = { kind: 'idle' };
    if (taps > 1) options.onFingerTap(taps);
    // A finger that is lifted is nowhere.
    if (event.pointerType === 'touch') hover = undefined;
    showOutline();
  };

  const onCancel = (event: PointerEvent) => {
    touches.up(event.pointerId, Number.POSITIVE_INFINITY);
    if (gesture.kind === 'held' && gesture.pointerId !== event.pointerId) return;
    if (!cancelStroke()) gesture = { kind: 'idle' };
    showOutline();
  };

  const onLeave = () => {
    hover = undefined;
    if (gesture.kind === 'idle') toolbox.tool?.hover?.(undefined);
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
