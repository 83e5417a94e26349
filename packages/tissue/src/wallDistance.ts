/** How far each pixel lies from the border between two cells: two passes of the 5-7-11 chamfer distance (Borgefors 1986). */

const FAR = 1 << 24;

/**
 * Distances in pixels, [height, width]; pixels that touch a border have 0.5.
 * `cellAt(i)` is the cell number of pixel i.
 */
export function wallDistance(cellOf: Int32Array, width: number, height: number): Float32Array {
  const steps = new Int32Array(width * height).fill(FAR);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (x + 1 < width && cellOf[i] !== cellOf[i + 1]) {
        steps[i] = 0;
        steps[i + 1] = 0;
      }
      if (y + 1 < height && cellOf[i] !== cellOf[i + width]) {
        steps[i] = 0;
        steps[i + width] = 0;
      }
    }
  }
  sweep(steps, width, height, 1);
  sweep(steps, width, height, -1);
  const distance = new Float32Array(width * height);
  for (let i = 0; i < distance.length; i++) distance[i] = 0.5 + steps[i]! / 5;
  return distance;
}

function sweep(steps: Int32Array, width: number, height: number, direction: 1 | -1): void {
  const neighbours = [
    [-1, 0, 5],
    [-1, -1, 7],
    [0, -1, 5],
    [1, -1, 7],
    [-2, -1, 11],
    [2, -1, 11],
    [-1, -2, 11],
    [1, -2, 11],
  ].map(([dx, dy, cost]) => ({
    dx: direction * dx!,
    dy: direction * dy!,
    by: direction * (dy! * width + dx!),
    cost: cost!,
  }));
  const first = direction === 1 ? 0 : width * height - 1;
  for (let n = 0, i = first; n < width * height; n++, i += direction) {
    const x = i % width;
    const y = (i - x) / width;
    const inside = x >= 2 && x < width - 2 && y >= 2 && y < height - 2;
    let least = steps[i]!;
    if (least === 0) continue;
    for (const { dx, dy, by, cost } of neighbours) {
      if (!inside && (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height)) continue;
      const through = steps[i + by]! + cost;
      if (through < least) least = through;
    }
    steps[i] = least;
  }
}
