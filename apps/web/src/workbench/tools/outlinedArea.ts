/** The pixels within an outline that a person has drawn, however far outside the image its points are. */
import { type Runs, rasterizePolygon, type Size } from '@cotrace/mask';
import type { Point } from '../view/viewport.ts';

/** Image pixels beyond which a point counts as that far: several times the largest mask, and what polygons take. */
const FAR = 60_000;

const near = (value: number) => Math.min(Math.max(value, -FAR), FAR);

export const outlinedArea = (points: readonly Point[], size: Size): Runs =>
  rasterizePolygon(
    points.map(({ x, y }) => ({ x: near(x), y: near(y) })),
    size,
  );
