/** Reads the map and the mask of the section on the stage tile by tile, in slices that leave the hand its time. */
import { type Box, TILE_PIXELS } from '@cotrace/mask';
import type { MaskDoc } from '@cotrace/mask-doc';
import { REGION_SIDE } from '@cotrace/protocol';
import type { Stage } from '../view/stage.ts';
import { createUncertainCells } from './uncertainCells.ts';

const SLICE_MS = 6;

/**
 * Mean uncertainty in nats of the most uncertain square of `REGION_SIDE` that touches no visited place. Null: there is no map, or
 * the person has gone on meanwhile.
 */
export async function mostUncertainLeft(
  stage: Stage,
  { composition }: Pick<MaskDoc, 'composition'>,
  { visited, labelCount, signal }: { visited: readonly Box[]; labelCount: number; signal: AbortSignal },
): Promise<number | null> {
  const { width, height, tilesAcross, tilesDown } = composition;
  const cells = createUncertainCells({ width, height });
  const labels = new Uint8Array(TILE_PIXELS);
  let since = performance.now();
  for (let index = 0; index < tilesAcross * tilesDown; index++) {
    const map = stage.mapTile('uncertainty', index);
    if (map === undefined || signal.aborted) return null;
    composition.copyTile(index, labels);
    cells.addTile(index, map, labels);
    if (performance.now() - since < SLICE_MS) continue;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  }
  const greatest = cells.greatestMean(REGION_SIDE, visited);
  return signal.aborted ? null : ((greatest ?? 0) / 255) * Math.log(labelCount);
}
