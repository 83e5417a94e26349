/**
 * Which tiles a loss that is not finite came from: every image of such a batch is computed alone, by whoever leads the run,
 * whichever replica met it.
 */
import type { Unet } from '@cotrace/unet';
import type { Batches, Tile } from './batches.ts';

export interface RefusedStep {
  /** Counted from 0. */
  step: number;
  /** Number of the batch that its gradients came from. */
  batch: number;
}

/** More would only repeat what these say. */
const MOST_TILES = 8;

/**
 * `at step 12, on the tile "3.png" (x 40, y 8, 256 × 256)`, for steps in a row; `unet` holds the weights that they failed
 * with. Where no image is to blame alone, all of their batches are named.
 */
export async function describeRefused(
  unet: Unet,
  batches: Batches,
  refused: readonly RefusedStep[],
): Promise<string> {
  const [from, to] = [refused[0]!.step + 1, refused.at(-1)!.step + 1];
  const guilty: Tile[] = [];
  for (const { batch } of refused) guilty.push(...(await guiltyTiles(unet, batches, batch)));
  const tiles = guilty.length > 0 ? guilty : refused.flatMap(({ batch }) => batches.tiles(batch));
  const named = [...new Set(tiles.map(describeTile))];
  const more = named.length - MOST_TILES;
  const steps = from === to ? `at step ${from}` : `at steps ${from} to ${to}`;
  return `${steps}, on ${guilty.length > 0 ? '' : 'no one of '}the tile${named.length === 1 ? '' : 's'} ${named
    .slice(0, MOST_TILES)
    .join(
      ', ',
    )}${more > 0 ? ` and ${more} more` : ''}${guilty.length > 0 ? '' : ' alone, but on them together'}`;
}

async function guiltyTiles(unet: Unet, batches: Batches, batch: number): Promise<Tile[]> {
  const tiles = batches.tiles(batch);
  const guilty: Tile[] = [];
  for (const [image, tile] of tiles.entries()) {
    const sums = await unet.gradientSums(batches(batch, { first: image, count: 1 }));
    if (!sums.every(Number.isFinite)) guilty.push(tile);
  }
  return guilty;
}

const describeTile = ({ section, x, y, width, height }: Tile) =>
  `"${section}" (x ${x}, y ${y}, ${width} × ${height})`;
