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
import { createSketchLayer, type Sketch } from './sketch.ts';
import { createStrokeOverlay, type Inked } from './strokeOverlay.ts';
import {
  between,
  type Extent,
  fit,
  framing,
  keptInSight,
  nextScale,
  onDevicePixels,
  type Point,
  panned,
  type Viewport,
  zoomedAt,
} from './viewport.ts';

const FLIGHT_MS = 420;

export interface StageOptions {
  readonly picture: HTMLCanvasElement;
  readonly overlay: HTMLCanvasElement;
  readonly sketch: HTMLCanvasElement;
  /** The box that they fill. */
  readonly frame: HTMLElement;
  readonly layers: Layers;
  readonly onView: (view: Viewport) => void;
  readonly onFailure: (error: Error) => void;
}

export interface Stage {
  readonly view: Viewport;
  readonly canvas: Extent;
  /** Shows another section, whole. */
  setSection(section: Section): void;
  setMask(maskDoc: MaskDoc | undefined): void;
  setPalette(palette: Uint8Array): void;
  setMap(layer: MapLayer, map: ImageBitmap | undefined): void;
  setPredictionMeaning(meaning: PredictionMeaning): void;
  setLayers(layers: Layers, comparing: boolean): void;
  fit(): void;
  pan(dx: number, dy: number): void;
  /** `pointer` in CSS pixels of the canvas; the middle without it. */
  zoomTo(scale: number, pointer?: Point): void;
  zoomStep(direction: 1 | -1, pointer?: Point): void;
  flyTo(box: { x: number; y: number; width: number; height: number }): void;
  beginStroke(): void;
  addToStroke(fresh: readonly Inked[], soFar: () => readonly Inked[]): void;
  /** Takes the stroke off the overlay, once the mask below has it. */
  endStroke(): void;
  /** What a tool would do; undefined takes it off. */
  setSketch(sketch: Sketch | undefined): void;
  destroy(): void;
}

export function createStage(options: StageOptions): Stage {
  const { picture, overlay, frame, layers, onView, onFailure } = options;
  const compositor = createCompositor(picture);
  const stroke = createStrokeOverlay(overlay);
  const sketchLayer = createSketchLayer(options.sketch);
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
    compositor.draw({ view, layers: shown }, stale === 'all' ? undefined : stale);
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

  const moveTo = (next: Viewport) => {
    view = onDevicePixels(keptInSight(next, image, canvas), ratio);
    source?.look(view, canvas, ratio);
    if (strokeSoFar !== undefined) stroke.moved(view, strokeSoFar());
    if (sketch !== undefined) redrawSketch();
    onView(view);
    redraw();
  };
  const land = () => {
    cancelAnimationFrame(flight);
    flight = 0;
  };
  const moveByHand = (next: Viewport) => {
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
    setMap(layer, map) {
      compositor.setMap(layer, map);
      redraw();
    },
    setPredictionMeaning(meaning) {
      compositor.setPredictionMeaning(meaning);
      redraw();
    },
    setLayers(next, comparing) {
      shown = comparing ? imageOnly(next) : next;
      redraw();
    },
    fit() {
      land();
      fitted = true;
      moveTo(fit(image, canvas));
    },
    pan: (dx, dy) => moveByHand(panned(view, dx, dy)),
    zoomTo: (scale, pointer = middle()) => moveByHand(zoomedAt(view, pointer, scale)),
    zoomStep: (direction, pointer = middle()) =>
      moveByHand(zoomedAt(view, pointer, nextScale(view.scale, direction))),
    flyTo(box) {
      land();
      fitted = false;
      const from = view;
      const to = onDevicePixels(keptInSight(framing(box, canvas), image, canvas), ratio);
      if (window.matchMedia('(prefers-reduced-motion: reduce)').matches) return moveTo(to);
      const started = performance.now();
      const step = (now: number) => {
        const t = Math.min(1, Math.max(0, (now - started) / FLIGHT_MS));
        moveTo(between(from, to, { t, canvas }));
        flight = t < 1 ? requestAnimationFrame(step) : 0;
      };
      flight = requestAnimationFrame(step);
    },
    beginStroke() {
      land();
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
    },
    setSketch(next) {
      if (next === undefined && sketch === undefined) return;
      sketch = next;
      redrawSketch();
    },
    destroy() {
      land();
      cancelAnimationFrame(sketchRequest);
      cancelAnimationFrame(frameRequest);
      observer.disconnect();
      stopFollowing?.();
      source?.destroy();
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
