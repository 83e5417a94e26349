/**
 * Brings a section's image as bitmaps: the thumbnail at once, then all of it, or tiles of what is seen when it is large.
 * Draws nothing; refuses to hold more tiles than a screen needs a few times over.
 */
import type { Section } from '@cotrace/protocol';
import type { ImagePiece } from './compositor.ts';
import { type Extent, type Viewport, visibleBox } from './viewport.ts';

/** Sections up to this side come as one picture, a texture that nearly every device takes. */
export const MAX_WHOLE_SIDE = 4096;
const TILE_SIDE = 256;
/** Tiles kept: some six screens of 1920 × 1080. */
const KEPT_TILES = 256;

type Pictured = Pick<Section, 'width' | 'height' | 'imageUrl' | 'thumbnailUrl' | 'tileUrl'>;

export interface ImageSource {
  readonly pieces: readonly ImagePiece[];
  /** Says what is looked at; large images load the tiles for it. */
  look(view: Viewport, canvas: Extent, devicePixelRatio: number): void;
  destroy(): void;
}

/** Values as they are in the file: no colour management, no premultiplied alpha. */
const AS_IT_IS: ImageBitmapOptions = { colorSpaceConversion: 'none', premultiplyAlpha: 'none' };

/** @throws Error with a sentence when it cannot be had; AbortError when it is no longer wanted. */
export async function fetchBitmap(
  url: string,
  options: { signal: AbortSignal; resize?: Extent & { quality: ResizeQuality } },
): Promise<ImageBitmap> {
  const answer = await fetch(url, { signal: options.signal, credentials: 'same-origin' });
  if (!answer.ok)
    throw new Error(`A picture was expected, but the server answered with status ${answer.status}.`);
  const { resize } = options;
  return createImageBitmap(await answer.blob(), {
    ...AS_IT_IS,
    ...(resize
      ? { resizeWidth: resize.width, resizeHeight: resize.height, resizeQuality: resize.quality }
      : {}),
  });
}

export interface TileAddress {
  readonly z: number;
  readonly x: number;
  readonly y: number;
}

/** Tiles of the level whose pixels come nearest to the screen's from above; z = 0 is full size, each z halves. */
export function tilesInView(
  view: Viewport,
  { image, canvas, devicePixelRatio }: { image: Extent; canvas: Extent; devicePixelRatio: number },
): TileAddress[] {
  const smallest = Math.max(0, Math.ceil(Math.log2(Math.max(image.width, image.height) / TILE_SIDE)));
  const z = Math.min(smallest, Math.max(0, Math.floor(-Math.log2(view.scale * devicePixelRatio))));
  const side = TILE_SIDE * 2 ** z;
  const seen = visibleBox(view, image, canvas);
  const tiles: TileAddress[] = [];
  for (let y = Math.floor(seen.y0 / side); y * side < seen.y1; y++)
    for (let x = Math.floor(seen.x0 / side); x * side < seen.x1; x++) tiles.push({ z, x, y });
  return tiles;
}

export function createImageSource(
  section: Pictured,
  { onPieces, onFailure }: { onPieces: () => void; onFailure: (error: Error) => void },
): ImageSource {
  const stop = new AbortController();
  const { signal } = stop;
  const large = Math.max(section.width, section.height) > MAX_WHOLE_SIDE;
  const everything = { x: 0, y: 0, width: section.width, height: section.height };
  let backdrop: ImagePiece | undefined;
  let whole: ImagePiece | undefined;
  const tiles = new Map<string, ImagePiece | 'coming'>();

  const report = (error: unknown) => {
    if (!signal.aborted) onFailure(error instanceof Error ? error : new Error(String(error)));
  };
  const bring = async (url: string, arrived: (bitmap: ImageBitmap) => void) => {
    const bitmap = await fetchBitmap(url, { signal });
    if (signal.aborted) return bitmap.close();
    arrived(bitmap);
    onPieces();
  };

  bring(section.thumbnailUrl, (bitmap) => {
    backdrop = { bitmap, ...everything };
  }).catch(report);
  if (!large)
    bring(section.imageUrl, (bitmap) => {
      whole = { bitmap, ...everything };
    }).catch(report);

  const bringTile = (address: TileAddress) => {
    const key = `${address.z}/${address.x}/${address.y}`;
    const known = tiles.get(key);
    if (known !== undefined) {
      // Moved to the end: the first of the map is the longest unused.
      tiles.delete(key);
      tiles.set(key, known);
      return;
    }
    tiles.set(key, 'coming');
    const url = section.tileUrl
      .replace('{z}', String(address.z))
      .replace('{x}', String(address.x))
      .replace('{y}', String(address.y));
    bring(url, (bitmap) => {
      const scale = 2 ** address.z;
      const place = { x: address.x * TILE_SIDE * scale, y: address.y * TILE_SIDE * scale };
      // The last tile of a row or column covers what is left of the image, whatever its rounding.
      const width = Math.min(TILE_SIDE * scale, section.width - place.x);
      const height = Math.min(TILE_SIDE * scale, section.height - place.y);
      tiles.set(key, { bitmap, ...place, width, height });
    }).catch((error: unknown) => {
      tiles.delete(key);
      report(error);
    });
  };

  return {
    get pieces() {
      // Coarse tiles below fine ones: a wider tile covers more.
      const arrived = [...tiles.values()].filter((piece) => piece !== 'coming');
      arrived.sort((a, b) => b.width / b.bitmap.width - a.width / a.bitmap.width);
      return [backdrop, whole, ...arrived].filter((piece) => piece !== undefined);
    },
    look(view, canvas, devicePixelRatio) {
      if (!large) return;
      for (const tile of tilesInView(view, { image: section, canvas, devicePixelRatio })) bringTile(tile);
      for (const [key, piece] of tiles) {
        if (tiles.size <= KEPT_TILES) break;
        if (piece === 'coming') continue;
        tiles.delete(key);
        piece.bitmap.close();
      }
    },
    destroy() {
      stop.abort();
      for (const piece of [backdrop, whole, ...tiles.values()])
        if (piece !== undefined && piece !== 'coming') piece.bitmap.close();
      tiles.clear();
    },
  };
}
