/** A stroke from the first contact to its runs. Knows the brush and the mask's size; refuses no pointer, however far outside. */
import { type Brush, createStrokeBuilder, type Runs, type Size, type StrokePoint } from '@cotrace/mask';

export interface StrokeInProgress {
  /** Everything covered so far, inside the mask. */
  readonly runs: Runs;
  /** Sweeps to a point in image pixels; answers what came new. */
  extend(point: StrokePoint): Runs;
}

/** How far outside the mask a point still counts as it is, in brush diameters: beyond, nothing of it is seen. */
const OUTSIDE_DIAMETERS = 2;

export function beginStroke({ brush, size }: { brush: Brush; size: Size }): StrokeInProgress {
  const builder = createStrokeBuilder(brush, size);
  const margin = brush.diameter * OUTSIDE_DIAMETERS;
  const near = (value: number, side: number) => Math.min(Math.max(value, -margin), side + margin);
  return {
    get runs() {
      return builder.runs;
    },
    extend: ({ x, y, pressure }) =>
      builder.addPoint({
        x: near(x, size.width),
        y: near(y, size.height),
        ...(pressure === undefined ? {} : { pressure }),
      }),
  };
}

/** Pens report 0…1; the lightest touch still paints a third of the diameter. */
export const penPressure = (pressure: number): number => 1 / 3 + (2 / 3) * Math.min(Math.max(pressure, 0), 1);
