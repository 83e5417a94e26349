/**
 * The canvases of the workbench and what is drawn on them when: moves the view, redraws what changed and no more.
 * Framework-free; knows no tools and no network but the image's own.
 */
import { type Box, TILE_SIZE } from '@cotrace/mask';
import type { MaskDoc } from '@cotrace/mask-doc';
import type { Section } from '@cotrace/protocol';
import { createCompositor, type PredictionMeaning } from './compositor.ts';
import { createImageSource, type ImageSource } from './imageSource.ts';
import { imageOnly, type Layers, type MapLayer } from './layers.ts';
import { createMapFade } from './mapFade.ts';
import { createMapProbe } from './mapProbe.ts';
import { createSketchLayer, type Sketch } from './sketch.ts';
import { createStrokeOverlay, type Inked } from './strokeOverlay.ts';
import {
  between,
  type Extent,
  fit,
  framing,
  keptInSight,
  nearer,
  nextScale,
  onDevicePixels,
  type Point,
  panned,
  type Viewport,
  zoomedAt,
} from './viewport.ts';

const FLIGHT_MS = 420;
/** Of the way to somebody's view, a frame: there in a fifth of a second, and without a jolt when they move on. */
const FOLLOWED_SHARE = 0.25;
/** Milliseconds between two drawings of a fade: each draws everything, and the eye asks for no more. */
const FADE_STEP_MS = 60;
const LAYERS_OF_MAPS: readonly MapLayer[] = ['prediction', 'uncertainty'];

const wantsLessMotion = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

export interface StageOptions {
  readonly picture: HTMLCanvasElement;
  readonly overlay: HTMLCanvasElement;
  readonly sketch: HTMLCanvasElement;
  /** The box that they fill. */
  readonly frame: HTMLElement;
  readonly layers: Layers;
  readonly onView: (view: Viewport, canvas: Extent) => void;
  /** The person has moved the view or begun to paint: whatever led them leads them no more. */
  readonly onHand: () => void;
  readonly onFailure: (error: Error) => void;
}

export interface Stage {
  readonly view: Viewport;
  readonly canvas: Extent;
  /** Shows another section, whole. */
  setSection(section: Section): void;
  setMask(maskDoc: MaskDoc | undefined): void;
  setPalette(palette: Uint8Array): void;
  /** Both maps of the section, or none; they are the stage's to close. `fades`: over those that are shown. */
  setMaps(maps: Readonly<Record<MapLayer, ImageBitmap>> | undefined, options?: { fades: boolean }): void;
  setPredictionMeaning(meaning: PredictionMeaning): void;
  /** Byte of a map under an image point; undefined without a map, or outside. */
  mapValueAt(layer: MapLayer, point: Point): number | undefined;
  /** Bytes of a map over a tile of the mask; good until the next call. */
  mapTile(layer: MapLayer, tileIndex: number): Uint8Array | undefined;
  setLayers(layers: Layers, comparing: boolean): void;
  fit(): void;
  pan(dx: number, dy: number): void;
  /** `pointer` in CSS pixels of the canvas; the middle without it. */
  zoomTo(scale: number, pointer?: Point): void;
  zoomStep(direction: 1 | -1, pointer?: Point): void;
  flyTo(box: { x: number; y: number; width: number; height: number }): void;
  /** Glides to what somebody else sees, and goes on from wherever it is when told again. */
  follow(box: { x: number; y: number; width: number; height: number }): void;
  beginStroke(): void;
  addToStroke(fresh: readonly Inked[], soFar: () => readonly Inked[]): void;
  /** Takes the stroke off the overlay, once the mask below has it. */
  endStroke(): void;
  /** What a tool would do; undefined takes it off. */
  setSketch(sketch: Sketch | undefined): void;
  destroy(): void;
}

export function createStage(options: StageOptions): Stage {
  const { picture, overlay, frame, layers, onView, onHand, onFailure } = options;
  const compositor = createCompositor(picture);
  const stroke = createStrokeOverlay(overlay);
  const sketchLayer = createSketchLayer(options.sketch);
  const probe = createMapProbe();
  const fade = createMapFade();
  let fadeTimer: ReturnType<typeof setTimeout> | undefined;
  let maps: Readonly<Record<MapLayer, ImageBitmap>> | undefined;
  let ratio = window.devicePixelRatio;
  let canvas: Extent = { width: Math.max(1, frame.clientWidth), height: Math.max(1, frame.clientHeight) };
  let image: Extent = { width: 1, height: 1 };
  let view: Viewport = { scale: 1, offsetX: 0, offsetY: 0 };
  let shown = layers;
  let source: ImageSource | undefined;
  let stopFollowing: (() => void) | undefined;
  let strokeSoFar: (() => readonly Inked[]) | undefined;
  let sketch: Sketch | undefined;
  let sketchRequest = 0;
  let frameRequest = 0;
  let flight = 0;
  /** What is to be drawn: nothing, a box of the image, or all of it. */
  let stale: Box | 'all' | undefined;
  /** Whether the person has moved since the section was fitted: a resized window then fits it again. */
  let fitted = true;

  const drawNow = () => {
    cancelAnimationFrame(frameRequest);
    frameRequest = 0;
    if (stale === undefined) return;
    compositor.draw({ view, layers: shown, freshness: fade.freshness }, stale === 'all' ? undefined : stale);
    stale = undefined;
  };
  const redraw = (what: Box | 'all' = 'all') => {
    stale = stale === undefined ? what : stale === 'all' || what === 'all' ? 'all' : around(stale, what);
    if (frameRequest === 0) frameRequest = requestAnimationFrame(drawNow);
  };

  const drawSketch = () => {
    cancelAnimationFrame(sketchRequest);
    sketchRequest = 0;
    sketchLayer.draw(sketch, view, image);
  };
  const redrawSketch = () => {
    if (sketchRequest === 0) sketchRequest = requestAnimationFrame(drawSketch);
  };

  const stepFade = () => {
    clearTimeout(fadeTimer);
    if (fade.step(performance.now())) redraw();
    if (fade.isRunning) fadeTimer = setTimeout(stepFade, FADE_STEP_MS);
    else if (fade.freshness === 1) compositor.forgetOldMaps();
  };

  const moveTo = (next: Viewport) => {
    view = onDevicePixels(keptInSight(next, image, canvas), ratio);
    source?.look(view, canvas, ratio);
    if (strokeSoFar !== undefined) stroke.moved(view, strokeSoFar());
    if (sketch !== undefined) redrawSketch();
    onView(view, canvas);
    redraw();
  };
  const land = () => {
    cancelAnimationFrame(flight);
    flight = 0;
  };
  const moveByHand = (next: Viewport) => {
    onHand();
    land();
    fitted = false;
    moveTo(next);
  };

  const resize = () => {
    const before = canvas;
    ratio = window.devicePixelRatio;
    canvas = { width: Math.max(1, frame.clientWidth), height: Math.max(1, frame.clientHeight) };
    compositor.resize(canvas, ratio);
    stroke.resize(canvas, ratio);
    sketchLayer.resize(canvas, ratio);
    // What was in the middle stays there.
    const [dx, dy] = [(canvas.width - before.width) / 2, (canvas.height - before.height) / 2];
    moveTo(fitted ? fit(image, canvas) : panned(view, dx, dy));
    // A resized canvas is empty until it is drawn: not a frame later.
    drawNow();
  };
  const observer = new ResizeObserver(resize);
  observer.observe(frame);
  compositor.resize(canvas, ratio);
  stroke.resize(canvas, ratio);
  sketchLayer.resize(canvas, ratio);

  const middle = () => ({ x: canvas.width / 2, y: canvas.height / 2 });

  return {
    get view() {
      return view;
    },
    get canvas() {
      return canvas;
    },
    setSection(section) {
      source?.destroy();
      compositor.setImage([]);
      image = { width: section.width, height: section.height };
      const arriving = createImageSource(section, {
        onPieces: () => {
          compositor.setImage(arriving.pieces);
          redraw();
        },
        onFailure,
      });
      source = arriving;
      land();
      fitted = true;
      moveTo(fit(image, canvas));
    },
    setMask(maskDoc) {
      stopFollowing?.();
      const composition = maskDoc?.composition;
      compositor.setLabels(composition);
      stopFollowing = maskDoc?.onChange(({ tiles }) => {
        compositor.refreshTiles(tiles);
        for (const index of tiles) {
          const x0 = (index % composition!.tilesAcross) * TILE_SIZE;
          const y0 = Math.floor(index / composition!.tilesAcross) * TILE_SIZE;
          redraw({ x0, y0, x1: x0 + TILE_SIZE, y1: y0 + TILE_SIZE });
        }
      });
      redraw();
    },
    setPalette(palette) {
      compositor.setPalette(palette);
      redraw();
    },
    setMaps(next, { fades } = { fades: false }) {
      for (const layer of LAYERS_OF_MAPS) {
        compositor.setMap(layer, next?.[layer], { fades });
        probe.set(layer, next?.[layer]);
      }
      if (maps !== undefined) for (const layer of LAYERS_OF_MAPS) maps[layer].close();
      maps = next;
      fade.begin(performance.now(), { atOnce: !fades || next === undefined || wantsLessMotion() });
      stepFade();
      redraw();
    },
    setPredictionMeaning(meaning) {
      compositor.setPredictionMeaning(meaning);
      redraw();
    },
    mapValueAt: (layer, point) => probe.at(layer, point, image),
    mapTile: (layer, tileIndex) => probe.tile(layer, tileIndex, image),
    setLayers(next, comparing) {
      shown = comparing ? imageOnly(next) : next;
      redraw();
    },
    fit() {
      onHand();
      land();
      fitted = true;
      moveTo(fit(image, canvas));
    },
    pan: (dx, dy) => moveByHand(panned(view, dx, dy)),
    zoomTo: (scale, pointer = middle()) => moveByHand(zoomedAt(view, pointer, scale)),
    zoomStep: (direction, pointer = middle()) =>
      moveByHand(zoomedAt(view, pointer, nextScale(view.scale, direction))),
    flyTo(box) {
      onHand();
      land();
      fitted = false;
      const from = view;
      const to = onDevicePixels(keptInSight(framing(box, canvas), image, canvas), ratio);
      if (wantsLessMotion()) return moveTo(to);
      const started = performance.now();
      const step = (now: number) => {
        const t = Math.min(1, Math.max(0, (now - started) / FLIGHT_MS));
        moveTo(between(from, to, { t, canvas }));
        flight = t < 1 ? requestAnimationFrame(step) : 0;
      };
      flight = requestAnimationFrame(step);
    },
    follow(box) {
      land();
      fitted = false;
      const to = onDevicePixels(keptInSight(framing(box, canvas, 1), image, canvas), ratio);
      if (wantsLessMotion()) return moveTo(to);
      // Not from the view that is shown: that lies on whole pixels, and would never come nearer by less than one.
      let at = view;
      const step = () => {
        at = nearer(at, to, FOLLOWED_SHARE);
        moveTo(at);
        flight = at === to ? 0 : requestAnimationFrame(step);
      };
      flight = requestAnimationFrame(step);
    },
    beginStroke() {
      onHand();
      land();
      fade.hold(performance.now());
      stroke.begin(view);
    },
    addToStroke(fresh, soFar) {
      strokeSoFar = soFar;
      stroke.add(fresh);
    },
    endStroke() {
      strokeSoFar = undefined;
      // Both in one frame, or the stroke would blink.
      drawNow();
      stroke.clear();
      fade.release(performance.now());
      stepFade();
    },
    setSketch(next) {
      if (next === undefined && sketch === undefined) return;
      sketch = next;
      redrawSketch();
    },
    destroy() {
      land();
      cancelAnimationFrame(sketchRequest);
      clearTimeout(fadeTimer);
      cancelAnimationFrame(frameRequest);
      observer.disconnect();
      stopFollowing?.();
      source?.destroy();
      if (maps !== undefined) for (const layer of LAYERS_OF_MAPS) maps[layer].close();
      compositor.destroy();
    },
  };
}

const around = (a: Box, b: Box): Box => ({
  x0: Math.min(a.x0, b.x0),
  y0: Math.min(a.y0, b.y0),
  x1: Math.max(a.x1, b.x1),
  y1: Math.max(a.y1, b.y1),
});
