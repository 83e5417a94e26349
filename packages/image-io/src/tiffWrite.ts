/**
 * Pixels to multi-page TIFF: little-endian, one strip a page, uint8, uint16 or float32, plain or deflated.
 * Page by page as chunks, so that a large export need not lie in memory. Refuses pages of different sizes.
 */
import { zlibSync } from 'fflate';
import { imageError } from './errors.ts';

export type TiffSampleFormat = 'uint8' | 'uint16' | 'float32';

/** One page to write; values are stored as they are, so they must fit the sample format. */
export interface TiffPagePixels {
  width: number;
  height: number;
  data: Uint8Array | Uint16Array | Float32Array;
}

export interface TiffOptions {
  sampleFormat: TiffSampleFormat;
  /** Default 'none': every reader takes it. */
  compression?: 'none' | 'deflate';
}

const BYTES: Record<TiffSampleFormat, number> = { uint8: 1, uint16: 2, float32: 4 };
const ENTRIES = 11;
const DIRECTORY_BYTES = 2 + 12 * ENTRIES + 4;
const FILE_LIMIT = 2 ** 32;

/** The whole file at once. Throws PIXELS_DO_NOT_FIT, PAGES_DIFFER, IMAGE_TOO_LARGE (4 GiB). */
export function encodeTiff(pages: Iterable<TiffPagePixels>, options: TiffOptions): Uint8Array {
  const chunks = [...tiffChunks(pages, options)];
  const out = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

/**
 * The file as consecutive chunks: the header, then one chunk a page. A page's directory names where the next page
 * begins, so one page is held back until it is known whether another follows.
 */
export function* tiffChunks(pages: Iterable<TiffPagePixels>, options: TiffOptions): Generator<Uint8Array> {
  const writer = createTiffWriter(options);
  for (const page of pages) yield* writer.add(page);
  yield* writer.finish();
}

/** As `tiffChunks`, for pages that arrive over time (predicted or fetched one by one). */
export async function* tiffChunksAsync(
  pages: AsyncIterable<TiffPagePixels>,
  options: TiffOptions,
): AsyncGenerator<Uint8Array> {
  const writer = createTiffWriter(options);
  for await (const page of pages) yield* writer.add(page);
  yield* writer.finish();
}

/** Takes pages one by one; what `add` and `finish` yield are the consecutive chunks of the file. */
export function createTiffWriter({ sampleFormat, compression = 'none' }: TiffOptions) {
  let first: { width: number; height: number } | undefined;
  let held: Uint8Array | undefined;
  let count = 0;
  let at = 8; // where the held page begins

  return {
    *add(page: TiffPagePixels): Generator<Uint8Array> {
      count++;
      const { width, height, data } = page;
      if (data.length !== width * height) {
        throw imageError('PIXELS_DO_NOT_FIT', { expected: width * height, came: data.length, width, height });
      }
      if (first === undefined) {
        first = { width, height };
        yield Uint8Array.of(0x49, 0x49, 42, 0, 8, 0, 0, 0);
      } else if (first.width !== width || first.height !== height) {
        throw imageError('PAGES_DIFFER', {
          name: 'the TIFF to write',
          page: count,
          first,
          other: { width, height },
        });
      }
      if (held !== undefined) {
        linkTo(held, at + held.length);
        at += held.length;
        yield held;
      }
      held = pageBytes(page, at, sampleFormat, compression);
      if (at + held.length >= FILE_LIMIT) {
        throw imageError('IMAGE_TOO_LARGE', {
          name: 'the TIFF to write',
          came: `${count} pages, more than 4 GiB`,
          limit: 'less than 4 GiB in one TIFF',
        });
      }
    },
    *finish(): Generator<Uint8Array> {
      if (held === undefined) {
        throw imageError('PIXELS_DO_NOT_FIT', { expected: 1, came: 0, width: 0, height: 0 });
      }
      yield held;
    },
  };
}

/** The offset of the next directory is the last field of this one. */
function linkTo(page: Uint8Array, next: number): void {
  new DataView(page.buffer).setUint32(DIRECTORY_BYTES - 4, next, true);
}

/** Directory, then the strip, padded to an even length: directories must begin on a word. */
function pageBytes(
  { width, height, data }: TiffPagePixels,
  at: number,
  sampleFormat: TiffSampleFormat,
  compression: 'none' | 'deflate',
): Uint8Array {
  const plain = littleEndianBytes(data, sampleFormat);
  const strip = compression === 'deflate' ? zlibSync(plain, { level: 6 }) : plain;
  const bytes = new Uint8Array(DIRECTORY_BYTES + strip.length + (strip.length & 1));
  const view = new DataView(bytes.buffer);
  const SHORT = 3;
  const LONG = 4;
  const entries: [tag: number, type: number, value: number][] = [
    [254, LONG, 0],
    [256, LONG, width],
    [257, LONG, height],
    [258, SHORT, 8 * BYTES[sampleFormat]],
    [259, SHORT, compression === 'deflate' ? 8 : 1],
    [262, SHORT, 1],
    [273, LONG, at + DIRECTORY_BYTES],
    [277, SHORT, 1],
    [278, LONG, height],
    [279, LONG, strip.length],
    [339, SHORT, sampleFormat === 'float32' ? 3 : 1],
  ];
  view.setUint16(0, ENTRIES, true);
  entries.forEach(([tag, type, value], i) => {
    const entry = 2 + 12 * i;
    view.setUint16(entry, tag, true);
    view.setUint16(entry + 2, type, true);
    view.setUint32(entry + 4, 1, true);
    if (type === SHORT) view.setUint16(entry + 8, value, true);
    else view.setUint32(entry + 8, value, true);
  });
  bytes.set(strip, DIRECTORY_BYTES);
  return bytes;
}

function littleEndianBytes(data: TiffPagePixels['data'], sampleFormat: TiffSampleFormat): Uint8Array {
  const size = BYTES[sampleFormat];
  const bytes = new Uint8Array(data.length * size);
  if (size === 1) {
    bytes.set(data);
    return bytes;
  }
  const view = new DataView(bytes.buffer);
  if (sampleFormat === 'uint16') for (let i = 0; i < data.length; i++) view.setUint16(2 * i, data[i]!, true);
  else for (let i = 0; i < data.length; i++) view.setFloat32(4 * i, data[i]!, true);
  return bytes;
}
