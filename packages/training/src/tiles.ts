/**
 * How a section is cut for prediction: whole where it is small, else in overlapping tiles. A pixel of a tile counts
 * only where the network saw all that it looks at, so tiles agree with the whole; between them Gaussian weights blend.
 */

export interface Tile {
  /** What the network is given. */
  x: number;
  y: number;
  width: number;
  height: number;
  /** What of it counts. */
  inner: { x: number; y: number; width: number; height: number };
}

/** Sides of the parts that tiles share with their neighbours, for blending. */
const BLEND = 32;

/**
 * `size`: sides are multiples of `multiple`, 2^depth, and so are those of all tiles. `margin`: the network's receptive
 * radius. `maxPixels`: pixels of a tile, unless its margins alone are more.
 */
export function planTiles(
  size: { width: number; height: number },
  options: { multiple: number; margin: number; maxPixels: number },
): Tile[] {
  const { multiple, margin, maxPixels } = options;
  const { width, height } = size;
  if (width * height <= maxPixels) {
    return [{ x: 0, y: 0, width, height, inner: { x: 0, y: 0, width, height } }];
  }
  const up = (length: number) => Math.ceil(length / multiple) * multiple;
  const edge = up(margin);
  const least = 2 * edge + 2 * up(BLEND);
  const side = Math.max(least, Math.floor(Math.sqrt(maxPixels) / multiple) * multiple);
  const columns = spans(width, { side, edge, stride: side - 2 * edge - up(BLEND) });
  const rows = spans(height, { side, edge, stride: side - 2 * edge - up(BLEND) });
  return rows.flatMap((row) =>
    columns.map((column) => ({
      x: column.from,
      y: row.from,
      width: column.length,
      height: row.length,
      inner: {
        x: column.innerFrom,
        y: row.innerFrom,
        width: column.innerTo - column.innerFrom,
        height: row.innerTo - row.innerFrom,
      },
    })),
  );
}

interface Span {
  from: number;
  length: number;
  innerFrom: number;
  innerTo: number;
}

/** Starts are multiples of 2^depth, so that every tile is halved at the same pixels as the whole section. */
function spans(length: number, options: { side: number; edge: number; stride: number }): Span[] {
  const { side, edge, stride } = options;
  if (length <= side) return [{ from: 0, length, innerFrom: 0, innerTo: length }];
  const found: Span[] = [];
  for (let from = 0; ; from += stride) {
    const last = from + side >= length;
    const start = last ? length - side : from;
    found.push({
      from: start,
      length: side,
      innerFrom: start === 0 ? 0 : start + edge,
      innerTo: last ? length : start + side - edge,
    });
    if (last) return found;
  }
}

/** A bell over the inner part, never 0: [length]. */
export function bell(length: number): Float32Array {
  const middle = (length - 1) / 2;
  const deviation = length / 4;
  return Float32Array.from({ length }, (_, i) =>
    Math.max(1e-4, Math.exp(-0.5 * ((i - middle) / deviation) ** 2)),
  );
}

/** The part of a picture that a frame shows, mirrored beyond the borders: [tile.height, tile.width]. */
export function cutTile(
  image: Float32Array,
  { width, height }: { width: number; height: number },
  tile: { x: number; y: number; width: number; height: number },
): Float32Array {
  const cut = new Float32Array(tile.width * tile.height);
  const columns = Int32Array.from({ length: tile.width }, (_, i) => mirrorIndex(tile.x + i, width));
  for (let y = 0; y < tile.height; y++) {
    const row = mirrorIndex(tile.y + y, height) * width;
    for (let x = 0; x < tile.width; x++) cut[y * tile.width + x] = image[row + columns[x]!]!;
  }
  return cut;
}

/** …2 1 0 1 2…, of any index. */
function mirrorIndex(index: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const within = ((index % period) + period) % period;
  return within < length ? within : period - within;
}
