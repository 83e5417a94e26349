/** Pixels to PNGs of several kinds, off the event loop (libvips). Knows no section and no store. */
import type { Image } from '@cotrace/image-io';
import sharp from 'sharp';

export const THUMBNAIL_SIDE = 256;
export const TILE_SIDE = 256;

/** Fast enough to import a stack while others paint; ten percent larger than the best. */
const COMPRESSION = 4;

/** Part of the pixels that may be clipped at each end when 16 bits are shown in 8. */
const CLIPPED = 0.005;

export interface Grey {
  width: number;
  height: number;
  /** 8-bit, row by row from the top left. */
  data: Uint8Array;
}

function raw({ width, height, data }: { width: number; height: number; data: Uint8Array | Uint16Array }) {
  return sharp(data, { raw: { width, height, channels: 1 }, limitInputPixels: false });
}

/** Greyscale PNG in the image's own depth. */
export function encodeOriginal(image: Image): Promise<Buffer> {
  if (image.bitDepth === 8) return encodeGrey(image as Grey);
  return raw(image).toColourspace('grey16').png({ compressionLevel: COMPRESSION }).toBuffer();
}

export function encodeGrey(image: Grey): Promise<Buffer> {
  return raw(image).toColourspace('b-w').png({ compressionLevel: COMPRESSION }).toBuffer();
}

export function encodeThumbnail(image: Grey): Promise<Buffer> {
  return raw(image)
    .resize({ width: THUMBNAIL_SIDE, height: THUMBNAIL_SIDE, fit: 'inside', withoutEnlargement: true })
    .toColourspace('b-w')
    .png({ compressionLevel: COMPRESSION })
    .toBuffer();
}

/** Tile (x, y) of a pyramid whose level z is halved z times; those at the right and lower edge are smaller. */
export async function encodeTile(image: Grey, z: number, x: number, y: number): Promise<Buffer | undefined> {
  const span = TILE_SIDE * 2 ** z;
  const [left, top] = [x * span, y * span];
  if (left >= image.width || top >= image.height) return undefined;
  const width = Math.min(span, image.width - left);
  const height = Math.min(span, image.height - top);
  const region = raw(image).extract({ left, top, width, height });
  const scaled =
    z === 0
      ? region
      : region.resize({
          width: Math.max(1, Math.round(width / 2 ** z)),
          height: Math.max(1, Math.round(height / 2 ** z)),
          fit: 'fill',
          kernel: 'cubic',
        });
  return scaled.toColourspace('b-w').png({ compressionLevel: COMPRESSION }).toBuffer();
}

/** Any greyscale PNG back to 8-bit pixels. */
export async function decodeGrey(png: Uint8Array): Promise<Grey> {
  const { data, info } = await sharp(png, { limitInputPixels: false })
    .toColourspace('b-w')
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** What a screen shows: 16 bits between two percentiles, so that a few hot pixels do not make the rest black. */
export function forDisplay(image: Image): Grey {
  const { width, height } = image;
  if (image.bitDepth === 8) return { width, height, data: image.data as Uint8Array };
  const [low, high] = percentiles(image.data as Uint16Array);
  const scale = 255 / Math.max(1, high - low);
  const data = Uint8Array.from(image.data, (value) =>
    Math.max(0, Math.min(255, Math.round((value - low) * scale))),
  );
  return { width, height, data };
}

function percentiles(data: Uint16Array): [low: number, high: number] {
  const counts = new Uint32Array(65_536);
  for (const value of data) counts[value]! += 1;
  const cut = data.length * CLIPPED;
  let low = 0;
  for (let below = counts[0]!; below <= cut && low < 65_535; below += counts[low]!) low += 1;
  let high = 65_535;
  for (let above = counts[65_535]!; above <= cut && high > low; above += counts[high]!) high -= 1;
  return [low, high];
}
