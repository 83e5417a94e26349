/** Tiles cut on demand from decoded images, of which the last used stay in memory. Knows no route. */
import type { BlobStore } from '../blobs/blobStore.ts';
import { decodeGrey, encodeTile, type Grey } from './pixels.ts';

/** Two of the largest sections. */
const CACHE_BYTES = 300e6;

export interface Tiles {
  /** PNG of one tile, undefined outside of the image. `key`: blob of the display image. */
  tile(key: string, z: number, x: number, y: number): Promise<Buffer | undefined>;
}

export function createTiles(blobs: BlobStore): Tiles {
  /** In the order of their last use. */
  const decoded = new Map<string, { image: Promise<Grey>; bytes: number }>();

  const open = (key: string): Promise<Grey> => {
    const known = decoded.get(key);
    decoded.delete(key);
    const entry = known ?? { image: blobs.get(key).then(decodeGrey), bytes: 0 };
    decoded.set(key, entry);
    if (!known) {
      entry.image.then(
        ({ data }) => {
          entry.bytes = data.length;
          shrink();
        },
        () => decoded.delete(key), // whoever asked is told; the next one tries again
      );
    }
    return entry.image;
  };

  const shrink = (): void => {
    let bytes = [...decoded.values()].reduce((sum, entry) => sum + entry.bytes, 0);
    for (const [key, entry] of decoded) {
      if (bytes <= CACHE_BYTES || decoded.size === 1) return;
      bytes -= entry.bytes;
      decoded.delete(key);
    }
  };

  return { tile: async (key, z, x, y) => encodeTile(await open(key), z, x, y) };
}
