/**
 * The directories of a TIFF (TIFF 6.0, section 2): which pages there are, how each is laid out. Reads no pixels.
 * Refuses BigTIFF, planar colour and anything that points outside the file.
 */
import { imageError } from './errors.ts';
import type { SampleFormat } from './image.ts';

/** One page's layout; a strip is a segment as wide as the page. */
export interface TiffPage {
  width: number;
  height: number;
  bitDepth: number;
  sampleFormat: SampleFormat;
  channels: number;
  /** 0 white is zero, 1 black is zero, 2 RGB, 3 palette. */
  photometric: number;
  compression: number;
  predictor: number;
  segmentWidth: number;
  segmentHeight: number;
  offsets: number[];
  byteCounts: number[];
  /** Luminance-ready 16-bit palette: all reds, all greens, all blues. */
  colourMap: number[] | undefined;
}

export interface TiffFile {
  littleEndian: boolean;
  pages: TiffPage[];
}

const MAX_PAGES = 65_536;
const BYTES_OF_TYPE: Record<number, number> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
};
const FORMATS: Record<number, SampleFormat> = { 1: 'uint', 2: 'int', 3: 'float', 4: 'uint' };

export function isTiff(bytes: Uint8Array): boolean {
  const [a, b, c, d] = bytes;
  return (
    (a === 0x49 && b === 0x49 && (c === 42 || c === 43) && d === 0) ||
    (a === 0x4d && b === 0x4d && c === 0 && (d === 42 || d === 43))
  );
}

/** Throws IMAGE_TRUNCATED, IMAGE_CORRUPT or IMAGE_UNSUPPORTED. */
export function readDirectories(bytes: Uint8Array, name: string): TiffFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = bytes[0] === 0x49;
  if (bytes.length < 8) throw imageError('IMAGE_TRUNCATED', { name, missing: 'the header is not complete' });
  if (view.getUint16(2, littleEndian) === 43) {
    throw imageError('IMAGE_UNSUPPORTED', { name, came: 'BigTIFF', expected: 'a TIFF of less than 4 GiB' });
  }
  const pages: TiffPage[] = [];
  const seen = new Set<number>();
  let at = view.getUint32(4, littleEndian);
  while (at !== 0) {
    if (seen.has(at) || pages.length >= MAX_PAGES) {
      throw imageError('IMAGE_CORRUPT', {
        name,
        found: `the chain of pages runs in a circle after page ${pages.length}`,
      });
    }
    seen.add(at);
    const { fields, next } = readFields({ view, littleEndian, at, name, page: pages.length + 1 });
    // Reduced-resolution copies (NewSubfileType bit 0) are thumbnails of a page, not pages.
    if (((fields.get(254)?.[0] ?? 0) & 1) === 0) pages.push(layout(fields, name, pages.length + 1));
    at = next;
  }
  if (pages.length === 0) throw imageError('IMAGE_CORRUPT', { name, found: 'there is no page' });
  return { littleEndian, pages };
}

interface DirectoryAt {
  view: DataView;
  littleEndian: boolean;
  at: number;
  name: string;
  page: number;
}

function readFields({ view, littleEndian, at, name, page }: DirectoryAt) {
  const truncated = () =>
    imageError('IMAGE_TRUNCATED', { name, missing: `the directory of page ${page} is not whole` });
  if (at + 2 > view.byteLength) throw truncated();
  const count = view.getUint16(at, littleEndian);
  const end = at + 2 + 12 * count;
  if (end + 4 > view.byteLength) throw truncated();
  const fields = new Map<number, number[]>();
  for (let entry = at + 2; entry < end; entry += 12) {
    const type = view.getUint16(entry + 2, littleEndian);
    const values = view.getUint32(entry + 4, littleEndian);
    const size = BYTES_OF_TYPE[type];
    // Texts, rationals and floats say nothing about the layout.
    if (size === undefined || (type !== 1 && type !== 3 && type !== 4)) continue;
    const from = size * values <= 4 ? entry + 8 : view.getUint32(entry + 8, littleEndian);
    if (from + size * values > view.byteLength) throw truncated();
    const read: number[] = [];
    for (let i = 0; i < values; i++) {
      const where = from + i * size;
      if (type === 1) read.push(view.getUint8(where));
      else if (type === 3) read.push(view.getUint16(where, littleEndian));
      else read.push(view.getUint32(where, littleEndian));
    }
    fields.set(view.getUint16(entry, littleEndian), read);
  }
  return { fields, next: view.getUint32(end, littleEndian) };
}

function layout(fields: Map<number, number[]>, name: string, page: number): TiffPage {
  const one = (tag: number, fallback: number) => fields.get(tag)?.[0] ?? fallback;
  const width = one(256, 0);
  const height = one(257, 0);
  const bits = fields.get(258) ?? [1];
  const channels = one(277, 1);
  if (bits.some((depth) => depth !== bits[0])) {
    throw imageError('IMAGE_UNSUPPORTED', {
      name,
      came: `channels of ${bits.join(', ')} bits`,
      expected: 'one bit depth',
    });
  }
  if (channels > 1 && one(284, 1) !== 1) {
    throw imageError('IMAGE_UNSUPPORTED', {
      name,
      came: 'one plane a colour',
      expected: 'interleaved channels',
    });
  }
  if (one(266, 1) !== 1) {
    throw imageError('IMAGE_UNSUPPORTED', {
      name,
      came: 'reversed bit order',
      expected: 'the usual bit order',
    });
  }
  const tiled = fields.has(322);
  const offsets = fields.get(tiled ? 324 : 273);
  const segmentWidth = tiled ? one(322, 0) : width;
  const segmentHeight = tiled ? one(323, 0) : Math.min(one(278, height), height);
  const byteCounts = fields.get(tiled ? 325 : 279);
  const expected =
    width === 0 || height === 0 ? 0 : Math.ceil(width / segmentWidth) * Math.ceil(height / segmentHeight);
  if (
    offsets === undefined ||
    byteCounts === undefined ||
    offsets.length < expected ||
    byteCounts.length < expected
  ) {
    throw imageError('IMAGE_CORRUPT', { name, found: `page ${page} does not say where its pixels lie` });
  }
  return {
    width,
    height,
    bitDepth: bits[0] ?? 1,
    sampleFormat: FORMATS[one(339, 1)] ?? 'uint',
    channels,
    photometric: one(262, 1),
    compression: one(259, 1),
    predictor: one(317, 1),
    segmentWidth,
    segmentHeight,
    offsets,
    byteCounts,
    colourMap: fields.get(320),
  };
}
