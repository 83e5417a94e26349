/**
 * What a tool would do, drawn before it is done: outlines, and hatched pixels in the colours that they would take. On a
 * canvas of its own; knows no tools and paints no mask.
 */

import { boundingBox, type Runs } from '@cotrace/mask';
import { fitCanvas } from './fitCanvas.ts';
import type { Rgb } from './palette.ts';
import { type Extent, type Point, toScreen, type Viewport } from './viewport.ts';

export interface Sketch {
  /** Pixels that would be painted. */
  readonly areas?: readonly { readonly runs: Runs; readonly color: Rgb }[];
  /** The same as a question of single pixels, for what covers the whole image; undefined: none. */
  readonly field?: (x: number, y: number) => Rgb | undefined;
  readonly path?: {
    /** In image pixels. */
    readonly points: readonly Point[];
    readonly corners: boolean;
    /** The line back to the first point is dashed. */
    readonly closing: boolean;
    /** Whether the area takes labels away: its line is red. */
    readonly erases: boolean;
  };
}

export interface SketchLayer {
  resize(canvas: Extent, devicePixelRatio: number): void;
  draw(sketch: Sketch | undefined, view: Viewport, image: Extent): void;
}

/** Stripes of so many device pixels: strong and weak in turn, so that it does not look painted. */
const STRIPE_BITS = 2;
const STRONG = 190;
const WEAK = 70;
/** Over the whole image there is only every other stripe: what is below must stay readable. */
const FIELD = 105;
/** Samples of a field: more would take longer than a frame. */
const MAX_SAMPLES = 700_000;
const CASING = 'rgba(0, 0, 0, 0.6)';
const ADDING = '#ffffff';
const ERASING = '#ff9a8a';

export function createSketchLayer(canvas: HTMLCanvasElement): SketchLayer {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser gives no canvas to draw on. Use another browser.');
  const coarse = document.createElement('canvas');
  let ratio = 1;
  let isEmpty = true;

  const drawAreas = (areas: NonNullable<Sketch['areas']>, view: Viewport) => {
    const scale = view.scale * ratio;
    const [left, top] = [view.offsetX * ratio, view.offsetY * ratio];
    const column = (x: number) => Math.min(Math.max(Math.round(left + x * scale), 0), canvas.width);
    const row = (y: number) => Math.min(Math.max(Math.round(top + y * scale), 0), canvas.height);
    const boxes = areas.map(({ runs }) => boundingBox(runs)).filter((box) => box !== undefined);
    const x0 = column(Math.min(...boxes.map((box) => box.x0)));
    const y0 = row(Math.min(...boxes.map((box) => box.y0)));
    const width = column(Math.max(...boxes.map((box) => box.x1))) - x0;
    const height = row(Math.max(...boxes.map((box) => box.y1))) - y0;
    if (!(width > 0 && height > 0)) return;
    const picture = new ImageData(width, height);
    const pixels = new Uint32Array(picture.data.buffer);
    for (const { runs, color } of areas) {
      const [strong, weak] = [packed(color, STRONG), packed(color, WEAK)];
      for (let i = 0; i < runs.length; i += 3) {
        const upper = row(runs[i]!);
        const lower = row(runs[i]! + 1);
        if (upper === lower) continue;
        const from = column(runs[i + 1]!);
        const to = column(runs[i + 2]!);
        for (let y = upper; y < lower; y++)
          for (let x = from; x < to; x++)
            pixels[(y - y0) * width + x - x0] = ((x + y) >> STRIPE_BITS) & 1 ? strong : weak;
      }
    }
    context.putImageData(picture, x0, y0);
  };

  const drawField = (field: NonNullable<Sketch['field']>, view: Viewport, image: Extent) => {
    // Device pixels a sample: whole, so that samples are squares.
    const step = Math.max(1, Math.ceil(Math.sqrt((canvas.width * canvas.height) / MAX_SAMPLES)));
    coarse.width = Math.ceil(canvas.width / step);
    coarse.height = Math.ceil(canvas.height / step);
    const paper = coarse.getContext('2d');
    if (paper === null) return;
    const picture = paper.createImageData(coarse.width, coarse.height);
    const pixels = new Uint32Array(picture.data.buffer);
    const scale = view.scale * ratio;
    for (let row = 0; row < coarse.height; row++) {
      const y = Math.floor(((row + 0.5) * step - view.offsetY * ratio) / scale);
      if (y < 0 || y >= image.height) continue;
      for (let column = 0; column < coarse.width; column++) {
        const x = Math.floor(((column + 0.5) * step - view.offsetX * ratio) / scale);
        if (x < 0 || x >= image.width) continue;
        const color = field(x, y);
        if (color === undefined) continue;
        const stripe = (((column + row) * step) >> STRIPE_BITS) & 1;
        if (stripe === 1) pixels[row * coarse.width + column] = packed(color, FIELD);
      }
    }
    paper.putImageData(picture, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(coarse, 0, 0, coarse.width * step, coarse.height * step);
  };

  const drawPath = ({ points, corners, closing, erases }: NonNullable<Sketch['path']>, view: Viewport) => {
    const placed = points.map((point) => {
      const { x, y } = toScreen(view, point);
      return { x: x * ratio, y: y * ratio };
    });
    const first = placed[0];
    const last = placed.at(-1);
    if (first === undefined || last === undefined) return;
    const ink = erases ? ERASING : ADDING;
    const line = new Path2D();
    for (const { x, y } of placed) line.lineTo(x, y);
    const back = new Path2D();
    back.moveTo(last.x, last.y);
    back.lineTo(first.x, first.y);
    context.lineJoin = 'round';
    for (const [width, color] of [
      [3, CASING],
      [1.5, ink],
    ] as const) {
      context.lineWidth = width * ratio;
      context.strokeStyle = color;
      context.setLineDash([]);
      context.stroke(line);
      context.setLineDash([5 * ratio, 4 * ratio]);
      if (closing) context.stroke(back);
    }
    context.setLineDash([]);
    if (!corners) return;
    const half = 3.5 * ratio;
    placed.forEach(({ x, y }, i) => {
      context.fillStyle = CASING;
      context.fillRect(x - half - ratio, y - half - ratio, 2 * (half + ratio), 2 * (half + ratio));
      context.fillStyle = i === 0 ? '#ffd166' : ink;
      context.fillRect(x - half, y - half, 2 * half, 2 * half);
    });
  };

  return {
    resize(extent, devicePixelRatio) {
      ratio = devicePixelRatio;
      fitCanvas(canvas, extent, ratio);
      isEmpty = true;
    },
    draw(sketch, view, image) {
      if (!isEmpty) context.clearRect(0, 0, canvas.width, canvas.height);
      isEmpty = sketch === undefined;
      if (sketch?.areas !== undefined) drawAreas(sketch.areas, view);
      if (sketch?.field !== undefined) drawField(sketch.field, view, image);
      if (sketch?.path !== undefined) drawPath(sketch.path, view);
    },
  };
}

/** As the bytes of a canvas lie in a word on every machine that browsers run on: little-endian. */
const packed = ([red, green, blue]: Rgb, alpha: number): number =>
  ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
