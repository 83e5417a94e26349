/** Any supported image file to greyscale pages: the format by its first bytes, the limits by its header. */
import { imageError } from './errors.ts';
import {
  checkLimits,
  DEFAULT_LIMITS,
  type FloatPage,
  type Image,
  type ImageFormat,
  type ImageHeader,
  type ImageLimits,
} from './image.ts';
import { decodeJpeg, isJpeg, peekJpeg } from './jpeg.ts';
import { decodePng, isPng, peekPng } from './png.ts';
import { peekTiff, tiffFloatPages, tiffImages } from './tiff.ts';
import { isTiff } from './tiffDirectory.ts';

/** PNG, JPEG or TIFF by magic number. Throws IMAGE_EMPTY or IMAGE_UNKNOWN_FORMAT. */
export function formatOf(bytes: Uint8Array, name: string): ImageFormat {
  if (bytes.length === 0) throw imageError('IMAGE_EMPTY', { name });
  if (isPng(bytes)) return 'png';
  if (isJpeg(bytes)) return 'jpeg';
  if (isTiff(bytes)) return 'tiff';
  const firstBytes = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw imageError('IMAGE_UNKNOWN_FORMAT', { name, firstBytes });
}

/**
 * What the header declares; decodes no pixels and holds nothing against limits. `name` is used in errors.
 * Throws IMAGE_EMPTY, IMAGE_UNKNOWN_FORMAT, IMAGE_TRUNCATED, IMAGE_CORRUPT, IMAGE_UNSUPPORTED, PAGES_DIFFER.
 */
export function peekImage(bytes: Uint8Array, name = 'the file'): ImageHeader {
  switch (formatOf(bytes, name)) {
    case 'png': {
      const { format, width, height, pages, bitDepth, sampleFormat, channels, alpha } = peekPng(bytes, name);
      return { format, width, height, pages, bitDepth, sampleFormat, channels, alpha };
    }
    case 'jpeg':
      return peekJpeg(bytes, name);
    case 'tiff':
      return peekTiff(bytes, name);
  }
}

/**
 * All pages as 8- or 16-bit greyscale. True colour and palettes become luminance (ITU-R BT.601), so colour whose
 * channels are equal keeps its values; depths below 8 bit are stretched to 0–255; white-is-zero is inverted.
 * Throws what `peekImage` throws, and IMAGE_TOO_LARGE, IMAGE_TOO_DEEP, IMAGE_HAS_ALPHA.
 */
export function decodeImage(bytes: Uint8Array, name: string, limits: Partial<ImageLimits> = {}): Image[] {
  return [...decodePages(bytes, name, limits)];
}

/** As `decodeImage`, one page at a time: a large stack need not lie in memory as a whole. */
export function* decodePages(
  bytes: Uint8Array,
  name: string,
  limits: Partial<ImageLimits> = {},
): Generator<Image> {
  const header = peekImage(bytes, name);
  checkLimits(header, name, { ...DEFAULT_LIMITS, ...limits });
  switch (header.format) {
    case 'png':
      yield decodePng(bytes, name);
      return;
    case 'jpeg':
      yield decodeJpeg(bytes, name);
      return;
    case 'tiff':
      yield* tiffImages(bytes, name);
  }
}

/**
 * All pages of a 32-bit float TIFF, values as stored. Throws FLOAT_EXPECTED for any other type, and the errors of
 * `peekImage` and the limits.
 */
export function decodeFloatStack(
  bytes: Uint8Array,
  name = 'the stack',
  limits: Partial<ImageLimits> = {},
): FloatPage[] {
  const header = peekImage(bytes, name);
  if (header.format !== 'tiff') {
    throw imageError('FLOAT_EXPECTED', {
      name,
      came: `${header.bitDepth}-bit ${header.format.toUpperCase()}`,
    });
  }
  checkLimits(header, name, { ...DEFAULT_LIMITS, ...limits });
  return [...tiffFloatPages(bytes, name)];
}
