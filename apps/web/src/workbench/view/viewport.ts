/**
 * Where the image lies on the screen: pan, zoom at a point, fit, fly. Pure functions over one value; knows no canvas and
 * refuses to lose the image out of sight.
 */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Extent {
  readonly width: number;
  readonly height: number;
}

/** `screen = image * scale + offset`: scale in CSS pixels per image pixel, offsets in CSS pixels from the canvas' corner. */
export interface Viewport {
  readonly scale: number;
  readonly offsetX: number;
  readonly offsetY: number;
}

export const MIN_SCALE = 1 / 64;
export const MAX_SCALE = 64;
/** CSS pixels of the image that stay visible, however far one pans. */
const KEPT_IN_SIGHT = 48;
const FIT_MARGIN = 24;
/** Image pixels. */
const LEAST_AROUND = 24;

/** Where the wheel's clicks and the zoom keys stop: whole factors, so that pixels stay square and equal. */
const LADDER = [
  1 / 64,
  1 / 48,
  1 / 32,
  1 / 24,
  1 / 16,
  1 / 12,
  1 / 8,
  1 / 6,
  1 / 4,
  1 / 3,
  1 / 2,
  2 / 3,
  1,
  1.5,
  2,
  3,
  4,
  6,
  8,
  12,
  16,
  24,
  32,
  48,
  64,
] as const;

export const toScreen = (view: Viewport, { x, y }: Point): Point => ({
  x: x * view.scale + view.offsetX,
  y: y * view.scale + view.offsetY,
});

export const toImage = (view: Viewport, { x, y }: Point): Point => ({
  x: (x - view.offsetX) / view.scale,
  y: (y - view.offsetY) / view.scale,
});

const within = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);

/** The whole image in the middle; never larger than its own pixels allow to be told apart. */
export function fit(image: Extent, canvas: Extent): Viewport {
  const room = (side: number) => Math.max(1, side - 2 * FIT_MARGIN);
  const scale = within(
    Math.min(room(canvas.width) / image.width, room(canvas.height) / image.height),
    MIN_SCALE,
    MAX_SCALE,
  );
  return centeredOn({ x: image.width / 2, y: image.height / 2 }, scale, canvas);
}

/** The view that has an image point in the middle of the canvas. */
export function centeredOn(center: Point, scale: number, canvas: Extent): Viewport {
  return {
    scale,
    offsetX: canvas.width / 2 - center.x * scale,
    offsetY: canvas.height / 2 - center.y * scale,
  };
}

export const panned = (view: Viewport, dx: number, dy: number): Viewport => ({
  ...view,
  offsetX: view.offsetX + dx,
  offsetY: view.offsetY + dy,
});

/** The same image point stays under the pointer. */
export function zoomedAt(view: Viewport, pointer: Point, scale: number): Viewport {
  const next = within(scale, MIN_SCALE, MAX_SCALE);
  const anchor = toImage(view, pointer);
  return { scale: next, offsetX: pointer.x - anchor.x * next, offsetY: pointer.y - anchor.y * next };
}

/** The next rung of the ladder above (`direction` 1) or below (-1) a scale. */
export function nextScale(scale: number, direction: 1 | -1): number {
  const rungs = direction === 1 ? LADDER : [...LADDER].reverse();
  // A scale within a thousandth of a rung stands on it.
  return (
    rungs.find((rung) => (direction === 1 ? rung > scale * 1.001 : rung < scale * 0.999)) ?? rungs.at(-1)!
  );
}

/** Moves the view so that some of the image stays on the canvas. */
export function keptInSight(view: Viewport, image: Extent, canvas: Extent): Viewport {
  const along = (offset: number, length: number, room: number) => {
    const kept = Math.min(KEPT_IN_SIGHT, length, room);
    return within(offset, kept - length, room - kept);
  };
  return {
    scale: view.scale,
    offsetX: along(view.offsetX, image.width * view.scale, canvas.width),
    offsetY: along(view.offsetY, image.height * view.scale, canvas.height),
  };
}

/** Offsets on whole device pixels: at whole zooms every image pixel then covers the same number of them. */
export function onDevicePixels(view: Viewport, devicePixelRatio: number): Viewport {
  const snap = (offset: number) => Math.round(offset * devicePixelRatio) / devicePixelRatio;
  return { scale: view.scale, offsetX: snap(view.offsetX), offsetY: snap(view.offsetY) };
}

/** A square around a box, not so small that nothing of what lies beside it is seen. */
export function around(box: { x: number; y: number; width: number; height: number }): typeof box {
  const side = Math.max(LEAST_AROUND, box.width, box.height);
  return {
    x: box.x + (box.width - side) / 2,
    y: box.y + (box.height - side) / 2,
    width: side,
    height: side,
  };
}

/** A box of the image in the middle, with `around` times its size to be seen. */
export function framing(
  box: { x: number; y: number; width: number; height: number },
  canvas: Extent,
  around = 3,
): Viewport {
  const scale = within(
    Math.min(canvas.width / (box.width * around), canvas.height / (box.height * around)),
    MIN_SCALE,
    MAX_SCALE,
  );
  return centeredOn({ x: box.x + box.width / 2, y: box.y + box.height / 2 }, scale, canvas);
}

/** A point of the flight from one view to another: `t` 0…1; zooms by equal ratios, so that it looks steady. */
export function between(
  from: Viewport,
  to: Viewport,
  { t, canvas }: { t: number; canvas: Extent },
): Viewport {
  if (t <= 0) return from;
  if (t >= 1) return to;
  const middle = { x: canvas.width / 2, y: canvas.height / 2 };
  const start = toImage(from, middle);
  const end = toImage(to, middle);
  const eased = t * t * (3 - 2 * t);
  const scale = from.scale * (to.scale / from.scale) ** eased;
  // The centre moves in step with the zoom where there is one; without that a zoom in would overshoot its aim.
  const moved =
    Math.abs(to.scale - from.scale) < 1e-9 * from.scale
      ? eased
      : (1 / scale - 1 / from.scale) / (1 / to.scale - 1 / from.scale);
  return centeredOn(
    { x: start.x + (end.x - start.x) * moved, y: start.y + (end.y - start.y) * moved },
    scale,
    canvas,
  );
}

/** What the canvas shows, in image pixels, beyond the image, too. */
export const seenBox = (
  { scale, offsetX, offsetY }: Viewport,
  canvas: Extent,
): { x: number; y: number; width: number; height: number } => ({
  x: -offsetX / scale,
  y: -offsetY / scale,
  width: canvas.width / scale,
  height: canvas.height / scale,
});

/** A step from a view towards another, `share` 0…1 of the way, without easing: many of them glide. */
export function nearer(from: Viewport, to: Viewport, share: number): Viewport {
  const towards = (a: number, b: number) => a + (b - a) * share;
  const isThere =
    Math.abs(to.offsetX - from.offsetX) < 0.5 &&
    Math.abs(to.offsetY - from.offsetY) < 0.5 &&
    Math.abs(to.scale / from.scale - 1) < 0.001;
  if (isThere) return to;
  return {
    scale: towards(from.scale, to.scale),
    offsetX: towards(from.offsetX, to.offsetX),
    offsetY: towards(from.offsetY, to.offsetY),
  };
}

/** The part of the image that the canvas shows, in image pixels; empty boxes have no width. */
export function visibleBox(
  view: Viewport,
  image: Extent,
  canvas: Extent,
): { x0: number; y0: number; x1: number; y1: number } {
  const topLeft = toImage(view, { x: 0, y: 0 });
  const bottomRight = toImage(view, { x: canvas.width, y: canvas.height });
  const x0 = within(Math.floor(topLeft.x), 0, image.width);
  const y0 = within(Math.floor(topLeft.y), 0, image.height);
  return {
    x0,
    y0,
    x1: within(Math.ceil(bottomRight.x), x0, image.width),
    y1: within(Math.ceil(bottomRight.y), y0, image.height),
  };
}
