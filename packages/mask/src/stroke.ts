/**
 * Brush strokes to runs: the exact area that a round or square brush sweeps along a polyline. Whole-number output that is the
 * same on every machine. Knows no mask; refuses points and brushes that are not finite.
 */
import { MaskError } from './errors.ts';
import { RowSpans } from './rowSpans.ts';
import { type Runs, RunsWriter, type Size, unionAll } from './runs.ts';
import { type Dab, forEachSweptRow, SUBPIXELS } from './sweep.ts';

/** Mask coordinates: pixel (x, y) is the square [x, x+1) x [y, y+1), its centre at +0.5. `pressure` 0..1 scales the diameter. */
export interface StrokePoint {
  readonly x: number;
  readonly y: number;
  readonly pressure?: number;
}

export interface Brush {
  readonly shape: 'round' | 'square';
  /** Pixels; 1 … 4096. */
  readonly diameter: number;
}

const MAX_COORDINATE = 65_536;

/** Points are rounded to 1/16 pixel first, so that coverage is decided on whole numbers. */
function toDab(point: StrokePoint, brush: Brush): Dab {
  if (!(Math.abs(point.x) <= MAX_COORDINATE) || !(Math.abs(point.y) <= MAX_COORDINATE)) {
    throw new MaskError('POINT_OUT_OF_RANGE', `(${point.x}, ${point.y})`);
  }
  const pressure = point.pressure ?? 1;
  if (!(brush.diameter >= 1 && brush.diameter <= 4096) || !(pressure >= 0 && pressure <= 1)) {
    throw new MaskError('BRUSH_OUT_OF_RANGE', `diameter ${brush.diameter}, pressure ${pressure}`);
  }
  return {
    x: Math.round(point.x * SUBPIXELS),
    y: Math.round(point.y * SUBPIXELS),
    diameter: Math.round(Math.max(1, brush.diameter * pressure) * SUBPIXELS),
  };
}

/** Everything that is covered so far; what lies beyond `bounds` is not. */
class SweptArea {
  private readonly spans = new RowSpans();

  constructor(
    private readonly shape: Brush['shape'],
    private readonly bounds: Size | undefined,
  ) {}

  /** Visits, per row from the top, what was not covered before; the pixels under the points come last. */
  sweep(a: Dab, b: Dab, fresh?: (y: number, x0: number, x1: number) => void): void {
    const cover = (y: number, x0: number, x1: number) => {
      if (this.bounds === undefined) this.spans.add(y, x0, x1, fresh);
      else if (y >= 0 && y < this.bounds.height) {
        this.spans.add(y, Math.max(x0, 0), Math.min(x1, this.bounds.width), fresh);
      }
    };
    forEachSweptRow(this.shape, [a, b], cover);
    // The pixel under a point is always painted, however thin the brush.
    for (const { x, y } of [a, b]) {
      const column = Math.floor(x / SUBPIXELS);
      cover(Math.floor(y / SUBPIXELS), column, column + 1);
    }
  }

  toRuns(): Runs {
    return this.spans.toRuns();
  }
}

/** The area swept along all points; clipped to `bounds` where given. Throws POINT_OUT_OF_RANGE, BRUSH_OUT_OF_RANGE. */
export function rasterizeStroke(points: readonly StrokePoint[], brush: Brush, bounds?: Size): Runs {
  const dabs = points.map((point) => toDab(point, brush));
  const area = new SweptArea(brush.shape, bounds);
  dabs.forEach((dab, i) => {
    if (i > 0 || dabs.length === 1) area.sweep(dabs[Math.max(i - 1, 0)]!, dab);
  });
  return area.toRuns();
}

export interface StrokeBuilder {
  /** Everything covered so far: equal to `rasterizeStroke` of the same points. */
  readonly runs: Runs;
  /** Sweeps to the point and returns only the pixels not covered before. */
  addPoint(point: StrokePoint): Runs;
}

/** For live painting: each point costs its own segment, and the canvas repaints only what is new. */
export function createStrokeBuilder(brush: Brush, bounds?: Size): StrokeBuilder {
  const area = new SweptArea(brush.shape, bounds);
  let last: Dab | undefined;
  return {
    get runs() {
      return area.toRuns();
    },
    addPoint(point) {
      const dab = toDab(point, brush);
      const fresh = new RunsWriter();
      const dots: Runs[] = [];
      let [lastY, lastX] = [Number.NEGATIVE_INFINITY, 0];
      area.sweep(last ?? dab, dab, (y, x0, x1) => {
        if (y > lastY || (y === lastY && x0 >= lastX)) {
          fresh.push(y, x0, x1);
          [lastY, lastX] = [y, x1];
        } else dots.push(Int32Array.of(y, x0, x1) as Runs);
      });
      last = dab;
      return unionAll([fresh.finish(), ...dots]);
    },
  };
}
