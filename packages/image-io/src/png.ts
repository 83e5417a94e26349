/**
 * PNG to greyscale pixels: grey of 1 to 16 bits, true colour and palettes (by luminance), interlaced or not.
 * Refuses transparency of any kind, and every file whose chunks are not whole.
 */
import { crc32 } from './crc32.ts';
import { imageError } from './errors.ts';
import { type Image, type ImageHeader, luminance } from './image.ts';
import { inflateExactly } from './inflate.ts';
import { unfilter } from './pngFilter.ts';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

interface PngHeader extends ImageHeader {
  colourType: number;
  interlaced: boolean;
}

export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/** Reads IHDR alone. Throws IMAGE_TRUNCATED or IMAGE_CORRUPT. */
export function peekPng(bytes: Uint8Array, name: string): PngHeader {
  if (bytes.length < 33) {
    throw imageError('IMAGE_TRUNCATED', { name, missing: 'the header is not complete' });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bitDepth = view.getUint8(24);
  const colourType = view.getUint8(25);
  const channels = CHANNELS[colourType];
  if (chunkType(bytes, 12) !== 'IHDR' || channels === undefined || ![1, 2, 4, 8, 16].includes(bitDepth)) {
    throw imageError('IMAGE_CORRUPT', { name, found: 'the header names no PNG pixel type' });
  }
  return {
    format: 'png',
    width: view.getUint32(16),
    height: view.getUint32(20),
    pages: 1,
    bitDepth,
    sampleFormat: 'uint',
    channels,
    alpha: colourType === 4 || colourType === 6,
    colourType,
    interlaced: view.getUint8(28) === 1,
  };
}

/** Decodes a PNG whose size was already held against the limits. */
export function decodePng(bytes: Uint8Array, name: string): Image {
  const header = peekPng(bytes, name);
  if (header.alpha) {
    throw imageError('IMAGE_HAS_ALPHA', {
      name,
      came: header.channels === 4 ? 'RGB with alpha' : 'grey with alpha',
    });
  }
  const { pixelParts, palette } = readChunks(bytes, name);
  const { width, height, bitDepth, channels } = header;
  const samples = header.interlaced
    ? deinterlace(pixelParts, header, name)
    : pass(
        inflateExactly(pixelParts, height * (rowBytes(width, header) + 1), name),
        0,
        width,
        height,
        header,
        name,
      );
  if (header.colourType === 3) {
    if (palette === undefined) throw imageError('IMAGE_CORRUPT', { name, found: 'the palette is missing' });
    return { width, height, bitDepth: 8, data: samples.map((index) => palette[index] ?? 0) };
  }
  if (channels === 3) return toLuminance(samples, header);
  if (bitDepth < 8) {
    const scale = 255 / (2 ** bitDepth - 1);
    return { width, height, bitDepth: 8, data: samples.map((value) => value * scale) };
  }
  return { width, height, bitDepth: bitDepth as 8 | 16, data: samples };
}

function chunkType(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function readChunks(bytes: Uint8Array, name: string): { pixelParts: Uint8Array[]; palette?: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pixelParts: Uint8Array[] = [];
  let palette: Uint8Array | undefined;
  let at = 8;
  for (;;) {
    if (at + 12 > bytes.length) {
      throw imageError('IMAGE_TRUNCATED', { name, missing: 'its last chunk, IEND, is missing' });
    }
    const length = view.getUint32(at);
    const type = chunkType(bytes, at + 4);
    if (at + 12 + length > bytes.length) {
      const missing = `chunk ${type} should have ${length} bytes, ${bytes.length - at - 8} are there`;
      throw imageError('IMAGE_TRUNCATED', { name, missing });
    }
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) {
      throw imageError('IMAGE_CORRUPT', { name, found: `the checksum of chunk ${type} is wrong` });
    }
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (type === 'IDAT') pixelParts.push(body);
    else if (type === 'PLTE') palette = greyPalette(body);
    else if (type === 'tRNS') throw imageError('IMAGE_HAS_ALPHA', { name, came: 'transparent colours' });
    else if (type === 'IEND') return palette === undefined ? { pixelParts } : { pixelParts, palette };
    at += 12 + length;
  }
}

function greyPalette(body: Uint8Array): Uint8Array {
  const grey = new Uint8Array(Math.floor(body.length / 3));
  return grey.map((_, i) => luminance(body[3 * i]!, body[3 * i + 1]!, body[3 * i + 2]!));
}

function rowBytes(width: number, { bitDepth, channels }: PngHeader): number {
  return Math.ceil((width * bitDepth * channels) / 8);
}

/** Undoes the row filters of one pass in place and unpacks its samples: [height, width, channels]. */
function pass(
  raw: Uint8Array,
  start: number,
  width: number,
  height: number,
  header: PngHeader,
  name: string,
): Uint8Array | Uint16Array {
  const { bitDepth, channels } = header;
  const bytesPerRow = rowBytes(width, header);
  const bytesPerPixel = Math.max(1, (bitDepth * channels) / 8);
  unfilter(raw, { start, bytesPerRow, rows: height, bytesPerPixel, name });
  const perRow = width * channels;
  const samples = bitDepth === 16 ? new Uint16Array(perRow * height) : new Uint8Array(perRow * height);
  for (let y = 0; y < height; y++) {
    const from = start + y * (bytesPerRow + 1) + 1;
    const to = y * perRow;
    if (bitDepth === 8) samples.set(raw.subarray(from, from + perRow), to);
    else if (bitDepth === 16) {
      for (let i = 0; i < perRow; i++) samples[to + i] = (raw[from + 2 * i]! << 8) | raw[from + 2 * i + 1]!;
    } else {
      const mask = 2 ** bitDepth - 1;
      for (let i = 0; i < perRow; i++) {
        const bit = i * bitDepth;
        samples[to + i] = (raw[from + (bit >> 3)]! >> (8 - bitDepth - (bit & 7))) & mask;
      }
    }
  }
  return samples;
}

// Adam7 (PNG specification, 8.2): [first x, first y, step x, step y] of the seven passes.
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

function deinterlace(parts: Uint8Array[], header: PngHeader, name: string): Uint8Array | Uint16Array {
  const { width, height, bitDepth, channels } = header;
  const passes = ADAM7.map(([x0, y0, stepX, stepY]) => ({
    x0,
    y0,
    stepX,
    stepY,
    columns: Math.max(0, Math.ceil((width - x0) / stepX)),
    rows: Math.max(0, Math.ceil((height - y0) / stepY)),
  })).filter(({ columns, rows }) => columns > 0 && rows > 0);
  const total = passes.reduce((sum, p) => sum + p.rows * (rowBytes(p.columns, header) + 1), 0);
  const raw = inflateExactly(parts, total, name);
  const count = width * height * channels;
  const samples = bitDepth === 16 ? new Uint16Array(count) : new Uint8Array(count);
  let start = 0;
  for (const { x0, y0, stepX, stepY, columns, rows } of passes) {
    const sub = pass(raw, start, columns, rows, header, name);
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const to = ((y0 + y * stepY) * width + x0 + x * stepX) * channels;
        for (let c = 0; c < channels; c++) samples[to + c] = sub[(y * columns + x) * channels + c]!;
      }
    }
    start += rows * (rowBytes(columns, header) + 1);
  }
  return samples;
}

function toLuminance(samples: Uint8Array | Uint16Array, { width, height, bitDepth }: PngHeader): Image {
  const count = width * height;
  const data = bitDepth === 16 ? new Uint16Array(count) : new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    data[i] = luminance(samples[3 * i]!, samples[3 * i + 1]!, samples[3 * i + 2]!);
  }
  return { width, height, bitDepth: bitDepth === 16 ? 16 : 8, data };
}
