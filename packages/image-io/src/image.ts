/** What a decoded image is, and how much of one is taken in. Knows no file format. */
import { imageError } from './errors.ts';

/** Greyscale pixels, row by row from the top left; `data.length === width * height`. */
export interface Image {
  width: number;
  height: number;
  bitDepth: 8 | 16;
  data: Uint8Array | Uint16Array;
}

/** Three interleaved 8-bit channels: `data.length === 3 * width * height`. */
export interface RgbImage {
  width: number;
  height: number;
  data: Uint8Array;
}

/** One page of 32-bit float samples. */
export interface FloatPage {
  width: number;
  height: number;
  data: Float32Array;
}

export type ImageFormat = 'png' | 'jpeg' | 'tiff';
export type SampleFormat = 'uint' | 'int' | 'float';

/** What a file's header declares, known before any pixel is decoded. */
export interface ImageHeader {
  format: ImageFormat;
  width: number;
  height: number;
  pages: number;
  /** Bits of one sample, as stored: 1, 2, 4, 8, 16, 32 or 64. */
  bitDepth: number;
  sampleFormat: SampleFormat;
  /** Samples a pixel: 1 grey, 2 grey with alpha, 3 colour, 4 colour with alpha. */
  channels: number;
  alpha: boolean;
}

/** Bounds on what is read in. They are held against the header, before memory is taken. */
export interface ImageLimits {
  /** Pixels of a page's longer side. */
  maxSide: number;
  /** Pixels of one page. */
  maxPixels: number;
  /** Bytes of all pages together, once decoded to 8 or 16 bit (or 32-bit float). */
  maxDecodedBytes: number;
}

/** 12,000 × 12,000 pixels a page, and a gibibyte for a whole stack. */
export const DEFAULT_LIMITS: ImageLimits = {
  maxSide: 12_000,
  maxPixels: 144_000_000,
  maxDecodedBytes: 2 ** 30,
};

/** Throws IMAGE_TOO_LARGE where the header declares more than the limits allow, IMAGE_CORRUPT for a side of 0. */
export function checkLimits(header: ImageHeader, name: string, limits: ImageLimits): void {
  const { width, height, pages } = header;
  if (width === 0 || height === 0) {
    throw imageError('IMAGE_CORRUPT', { name, found: `the header declares ${width} × ${height} pixels` });
  }
  if (Math.max(width, height) > limits.maxSide) {
    throw imageError('IMAGE_TOO_LARGE', {
      name,
      came: `${width} × ${height} pixels`,
      limit: `sections of at most ${limits.maxSide} × ${limits.maxSide} pixels`,
    });
  }
  if (width * height > limits.maxPixels) {
    const side = Math.floor(Math.sqrt(limits.maxPixels));
    throw imageError('IMAGE_TOO_LARGE', {
      name,
      came: `${width} × ${height} pixels`,
      limit: `at most ${(limits.maxPixels / 1e6).toFixed(0)} million pixels a section (${side} × ${side}, say)`,
    });
  }
  const bytes = width * height * pages * Math.max(1, header.bitDepth / 8);
  if (bytes > limits.maxDecodedBytes) {
    throw imageError('IMAGE_TOO_LARGE', {
      name,
      came: `${pages} pages of ${width} × ${height} pixels, ${Math.ceil(bytes / 2 ** 20)} MiB`,
      limit: `at most ${Math.floor(limits.maxDecodedBytes / 2 ** 20)} MiB of pixels in one file`,
    });
  }
}

/** Luma of ITU-R BT.601, rounded: equal channels give their own value. */
export function luminance(red: number, green: number, blue: number): number {
  return Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
}
