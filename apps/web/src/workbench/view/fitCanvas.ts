/** How many device pixels a canvas has for its place on the page: at least one each way, a canvas of none cannot be drawn on. */
import type { Extent } from './viewport.ts';

/** `extent` in CSS pixels. What was drawn is gone afterwards. */
export function fitCanvas(canvas: HTMLCanvasElement, extent: Extent, devicePixelRatio: number): void {
  canvas.width = Math.max(1, Math.round(extent.width * devicePixelRatio));
  canvas.height = Math.max(1, Math.round(extent.height * devicePixelRatio));
}
