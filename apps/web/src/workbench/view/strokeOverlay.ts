/**
 * The stroke being drawn, on a canvas of its own above the image: each pointer event fills only the runs that it added.
 * Knows no tools; the finished stroke is drawn by the compositor.
 */

import { forEachRun, type Runs } from '@cotrace/mask';
import { fitCanvas } from './fitCanvas.ts';
import type { Extent, Viewport } from './viewport.ts';

/** Pixels in a CSS colour (with its alpha). */
export interface Inked {
  readonly runs: Runs;
  readonly color: string;
}

export interface StrokeOverlay {
  resize(canvas: Extent, devicePixelRatio: number): void;
  begin(view: Viewport): void;
  /** Fills pixels that were not covered before. */
  add(fresh: readonly Inked[]): void;
  /** The view has moved under a stroke: everything so far again. */
  moved(view: Viewport, soFar: readonly Inked[]): void;
  clear(): void;
}

export function createStrokeOverlay(canvas: HTMLCanvasElement): StrokeOverlay {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser gives no canvas to draw on. Use another browser.');
  let ratio = 1;
  let view: Viewport | undefined;
  let dirty = false;

  const fill = ({ runs, color }: Inked) => {
    if (view === undefined || runs.length === 0) return;
    const scale = view.scale * ratio;
    const left = view.offsetX * ratio;
    const top = view.offsetY * ratio;
    context.fillStyle = color;
    // Edges on whole device pixels: neighbouring runs meet without a seam and without covering one another.
    forEachRun(runs, (y, x0, x1) => {
      const from = Math.round(left + x0 * scale);
      const upper = Math.round(top + y * scale);
      context.fillRect(
        from,
        upper,
        Math.round(left + x1 * scale) - from,
        Math.round(top + (y + 1) * scale) - upper,
      );
    });
    dirty = true;
  };

  const clear = () => {
    if (dirty) context.clearRect(0, 0, canvas.width, canvas.height);
    dirty = false;
  };

  return {
    resize(extent, devicePixelRatio) {
      ratio = devicePixelRatio;
      fitCanvas(canvas, extent, ratio);
      dirty = false;
    },
    begin(at) {
      clear();
      view = at;
    },
    add: (fresh) => fresh.forEach(fill),
    moved(at, soFar) {
      view = at;
      clear();
      soFar.forEach(fill);
    },
    clear() {
      clear();
      view = undefined;
    },
  };
}
