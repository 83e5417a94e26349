/** Pixels to PNG: 8- and 16-bit grey and 8-bit RGB, each row with the filter "up", which suits both masks and tissue. */
import { zlibSync } from 'fflate';
import { crc32 } from './crc32.ts';
import { imageError } from './errors.ts';
import type { Image, RgbImage } from './image.ts';

/**
 * An `Image` becomes a grey PNG of its bit depth, an `RgbImage` (no `bitDepth`) an 8-bit RGB one.
 * Throws PIXELS_DO_NOT_FIT where the array and the size disagree.
 */
export function encodePng(image: Image | RgbImage): Uint8Array {
  const { width, height, data } = image;
  const grey = 'bitDepth' in image;
  const channels = grey ? 1 : 3;
  const bytesPerSample = grey && image.bitDepth === 16 ? 2 : 1;
  const expected = width * height * channels;
  if (data.length !== expected) {
    throw imageError('PIXELS_DO_NOT_FIT', { expected, came: data.length, width, height });
  }
  const perRow = width * channels * bytesPerSample;
  const raw = new Uint8Array(height * (perRow + 1));
  const row = new Uint8Array(perRow);
  const above = new Uint8Array(perRow);
  for (let y = 0; y < height; y++) {
    const from = y * width * channels;
    if (bytesPerSample === 1) for (let i = 0; i < perRow; i++) row[i] = data[from + i]!;
    else {
      for (let i = 0; i < width; i++) {
        row[2 * i] = data[from + i]! >> 8;
        row[2 * i + 1] = data[from + i]!;
      }
    }
    const to = y * (perRow + 1);
    raw[to] = 2;
    for (let i = 0; i < perRow; i++) raw[to + 1 + i] = row[i]! - above[i]!;
    above.set(row);
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8 * bytesPerSample;
  header[9] = grey ? 0 : 2;
  return concatenate([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    chunk('IDAT', zlibSync(raw, { level: 6 })),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

function chunk(type: string, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(body, 8);
  view.setUint32(8 + body.length, crc32(bytes.subarray(4, 8 + body.length)));
  return bytes;
}

function concatenate(parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
