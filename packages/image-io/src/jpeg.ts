/** JPEG to greyscale through jpeg-js; the size is read from the frame header first. Lossy: right for images, wrong for labels. */
import { decode } from 'jpeg-js';
import { imageError } from './errors.ts';
import { type Image, type ImageHeader, luminance } from './image.ts';

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/** Walks the markers to the frame header (SOF). Throws IMAGE_TRUNCATED when there is none. */
export function peekJpeg(bytes: Uint8Array, name: string): ImageHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 2;
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) {
      throw imageError('IMAGE_CORRUPT', { name, found: `a marker is missing at byte ${at}` });
    }
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) {
      const channels = view.getUint8(at + 9);
      return {
        format: 'jpeg',
        width: view.getUint16(at + 7),
        height: view.getUint16(at + 5),
        pages: 1,
        bitDepth: view.getUint8(at + 4),
        sampleFormat: 'uint',
        channels,
        alpha: false,
      };
    }
    at += 2 + view.getUint16(at + 2);
  }
  throw imageError('IMAGE_TRUNCATED', { name, missing: 'there is no frame header' });
}

/** Decodes a JPEG whose size was already held against the limits. Colour becomes luminance. */
export function decodeJpeg(bytes: Uint8Array, name: string): Image {
  const header = peekJpeg(bytes, name);
  if (header.bitDepth !== 8)
    throw imageError('IMAGE_TOO_DEEP', { name, came: `a ${header.bitDepth}-bit JPEG` });
  // jpeg-js fills what is missing with grey: the end marker tells whether anything is.
  let end = bytes.length;
  while (end > 2 && bytes[end - 1] === 0) end--;
  if (bytes[end - 2] !== 0xff || bytes[end - 1] !== 0xd9) {
    throw imageError('IMAGE_TRUNCATED', { name, missing: 'the end marker is missing' });
  }
  const { width, height } = header;
  const rgb = decodeRgb(bytes, header, name);
  const data = new Uint8Array(width * height);
  for (let i = 0; i < data.length; i++) data[i] = luminance(rgb[3 * i]!, rgb[3 * i + 1]!, rgb[3 * i + 2]!);
  return { width, height, bitDepth: 8, data };
}

function decodeRgb(bytes: Uint8Array, { width, height }: ImageHeader, name: string): Uint8Array {
  try {
    const decoded = decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      // The caller's own limits have been held against the header; these only must not be in the way.
      maxResolutionInMP: Math.ceil((width * height) / 1e6) + 1,
      maxMemoryUsageInMB: 4096,
    });
    return decoded.data;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw imageError('IMAGE_CORRUPT', { name, found: `the JPEG stream cannot be read (${reason})` });
  }
}
