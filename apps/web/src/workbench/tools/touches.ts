/** Fingers on the canvas: where they are, how two of them move the view, and when several were only a tap. Knows no stage. */
import type { Point } from '../view/viewport.ts';

/** How two fingers moved: to where, by how much, and how much further apart they are. */
export interface Pinch {
  readonly dx: number;
  readonly dy: number;
  readonly zoom: number;
  /** The middle between both, now. */
  readonly middle: Point;
}

export interface Touches {
  readonly count: number;
  down(id: number, at: Point, ms: number): void;
  /** What the first two did since they were asked last; undefined with less than two. */
  move(id: number, at: Point): Pinch | undefined;
  /** Answers how many fingers tapped together, when this was the last of them and none has moved; else 0. */
  up(id: number, ms: number): number;
  /** The only one left. */
  readonly last: { readonly id: number; readonly at: Point } | undefined;
  clear(): void;
}

/** A tap is over within so many milliseconds, and moves no further than so many CSS pixels. */
const TAP_MS = 350;
const TAP_PIXELS = 12;

export function createTouches(): Touches {
  const fingers = new Map<number, Point>();
  let started = { ms: 0, most: 0, isStill: true, places: new Map<number, Point>() };

  const firstTwo = () => {
    const [a, b] = [...fingers.values()];
    if (a === undefined || b === undefined) return undefined;
    return {
      middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
      span: Math.max(1, Math.hypot(a.x - b.x, a.y - b.y)),
    };
  };

  return {
    get count() {
      return fingers.size;
    },
    get last() {
      const [only] = fingers;
      return fingers.size === 1 && only !== undefined ? { id: only[0], at: only[1] } : undefined;
    },
    down(id, at, ms) {
      if (fingers.size === 0) started = { ms, most: 0, isStill: true, places: new Map() };
      fingers.set(id, at);
      started.places.set(id, at);
      started.most = Math.max(started.most, fingers.size);
    },
    move(id, at) {
      if (!fingers.has(id)) return undefined;
      const before = firstTwo();
      fingers.set(id, at);
      const from = started.places.get(id)!;
      if (Math.hypot(at.x - from.x, at.y - from.y) > TAP_PIXELS) started.isStill = false;
      const after = firstTwo();
      if (before === undefined || after === undefined) return undefined;
      return {
        dx: after.middle.x - before.middle.x,
        dy: after.middle.y - before.middle.y,
        zoom: after.span / before.span,
        middle: after.middle,
      };
    },
    up(id, ms) {
      if (!fingers.delete(id) || fingers.size > 0) return 0;
      return started.isStill && ms - started.ms <= TAP_MS ? started.most : 0;
    },
    clear: () => fingers.clear(),
  };
}
