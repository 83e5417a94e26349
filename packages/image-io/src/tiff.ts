/**
 * TIFF pages to pixels: 1- to 16-bit greyscale, RGB and palette (by luminance) as images, 32-bit float as float pages;
 * strips or tiles, both byte orders. Pages are decoded one at a time. Refuses stacks whose pages differ in size.
 */
import { imageError } from './errors.ts';
import { type FloatPage, type Image, type ImageHeader, luminance } from './image.ts';
import { readDirectories, type TiffFile, type TiffPage } from './tiffDirectory.ts';
import { unpackSegment } from './tiffUnpack.ts';

/** Reads every directory, no pixel. Throws PAGES_DIFFER where two pages have different sizes or types. */
export function peekTiff(bytes: Uint8Array, name: string): ImageHeader {
  return headerOf(readDirectories(bytes, name), name);
}

function headerOf({ pages }: TiffFile, name: string): ImageHeader {
  const first = pages[0]!;
  const other = pages.findIndex(({ width, height }) => width !== first.width || height !== first.height);
  if (other > 0) {
    throw imageError('PAGES_DIFFER', { name, page: other + 1, first, other: pages[other]! });
  }
  const { width, height, bitDepth, sampleFormat, channels } = pages.reduce((deepest, page) =>
    page.bitDepth > deepest.bitDepth ? page : deepest,
  );
  const alpha = channels === 2 || channels > 3;
  return { format: 'tiff', width, height, pages: pages.length, bitDepth, sampleFormat, channels, alpha };
}

/** Yields each page as 8- or 16-bit greyscale. Throws IMAGE_TOO_DEEP, IMAGE_HAS_ALPHA, IMAGE_UNSUPPORTED. */
export function* tiffImages(bytes: Uint8Array, name: string): Generator<Image> {
  const file = readDirectories(bytes, name);
  for (const page of file.pages) yield toImage(bytes, file.littleEndian, page, name);
}

/** Yields each page as 32-bit float. Throws FLOAT_EXPECTED where the samples are of another type. */
export function* tiffFloatPages(bytes: Uint8Array, name: string): Generator<FloatPage> {
  const { littleEndian, pages } = readDirectories(bytes, name);
  for (const page of pages) {
    const { width, height } = page;
    if (page.sampleFormat !== 'float' || page.bitDepth !== 32 || page.channels !== 1) {
      throw imageError('FLOAT_EXPECTED', { name, came: describe(page) });
    }
    const raw = samplesOf(bytes, page, littleEndian, name);
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    const data = new Float32Array(width * height);
    for (let i = 0; i < data.length; i++) data[i] = view.getFloat32(4 * i, littleEndian);
    yield { width, height, data };
  }
}

function describe({ bitDepth, sampleFormat, channels }: TiffPage): string {
  const kind = { uint: 'unsigned integer', int: 'signed integer', float: 'float' }[sampleFormat];
  return `${bitDepth}-bit ${kind}${channels > 1 ? ` with ${channels} channels` : ''}`;
}

function toImage(bytes: Uint8Array, littleEndian: boolean, page: TiffPage, name: string): Image {
  const { width, height, bitDepth, channels, photometric } = page;
  if (page.sampleFormat !== 'uint' || ![1, 2, 4, 8, 16].includes(bitDepth)) {
    throw imageError('IMAGE_TOO_DEEP', { name, came: describe(page) });
  }
  if (channels === 2 || channels > 3) {
    throw imageError('IMAGE_HAS_ALPHA', {
      name,
      came: channels === 4 ? 'RGB with alpha' : `${channels} channels`,
    });
  }
  if (photometric > 3 || (photometric === 2) !== (channels === 3)) {
    const came = `photometric interpretation ${photometric} with ${channels} channels`;
    throw imageError('IMAGE_UNSUPPORTED', { name, came, expected: 'greyscale, RGB or a palette' });
  }
  const samples = unpackSamples(samplesOf(bytes, page, littleEndian, name), page, littleEndian);
  const depth = bitDepth === 16 ? 16 : 8;
  if (photometric === 3) {
    const map = page.colourMap;
    const entries = 2 ** bitDepth;
    if (map === undefined || map.length < 3 * entries) {
      throw imageError('IMAGE_CORRUPT', { name, found: 'the palette is missing' });
    }
    const grey = Uint8Array.from({ length: entries }, (_, i) =>
      luminance(map[i]! >> 8, map[entries + i]! >> 8, map[2 * entries + i]! >> 8),
    );
    return { width, height, bitDepth: 8, data: Uint8Array.from(samples, (index) => grey[index]!) };
  }
  const data = depth === 16 ? new Uint16Array(width * height) : new Uint8Array(width * height);
  if (channels === 3) {
    for (let i = 0; i < data.length; i++) {
      data[i] = luminance(samples[3 * i]!, samples[3 * i + 1]!, samples[3 * i + 2]!);
    }
  } else {
    const top = 2 ** bitDepth - 1;
    const scale = (2 ** depth - 1) / top;
    for (let i = 0; i < data.length; i++)
      data[i] = (photometric === 0 ? top - samples[i]! : samples[i]!) * scale;
  }
  return { width, height, bitDepth: depth, data };
}

/** The page's bytes, rows of whole bytes one after another, from its strips or tiles. */
function samplesOf(bytes: Uint8Array, page: TiffPage, littleEndian: boolean, name: string): Uint8Array {
  const { width, height, segmentWidth, segmentHeight } = page;
  const bitsPerPixel = page.bitDepth * page.channels;
  const rowBytes = Math.ceil((width * bitsPerPixel) / 8);
  const segmentRowBytes = Math.ceil((segmentWidth * bitsPerPixel) / 8);
  const across = Math.ceil(width / segmentWidth);
  const down = Math.ceil(height / segmentHeight);
  const tiled = segmentWidth !== width;
  const out = new Uint8Array(rowBytes * height);
  for (let ty = 0; ty < down; ty++) {
    const rows = Math.min(segmentHeight, height - ty * segmentHeight);
    for (let tx = 0; tx < across; tx++) {
      const index = ty * across + tx;
      const offset = page.offsets[index]!;
      const count = page.byteCounts[index]!;
      if (offset + count > bytes.length) {
        const missing = `${offset + count - bytes.length} bytes of pixels are missing`;
        throw imageError('IMAGE_TRUNCATED', { name, missing });
      }
      const expected = segmentRowBytes * rows;
      const packed = bytes.subarray(offset, offset + count);
      const unpacked = undoDifferences(unpackSegment(packed, page.compression, expected, name), page, {
        rowBytes: segmentRowBytes,
        littleEndian,
        name,
      });
      const left = tiled ? Math.floor((tx * segmentWidth * bitsPerPixel) / 8) : 0;
      const take = Math.min(segmentRowBytes, rowBytes - left);
      for (let y = 0; y < rows; y++) {
        const from = y * segmentRowBytes;
        out.set(unpacked.subarray(from, from + take), (ty * segmentHeight + y) * rowBytes + left);
      }
    }
  }
  return out;
}

interface SegmentRows {
  rowBytes: number;
  littleEndian: boolean;
  name: string;
}

/** TIFF 6.0, section 14: each sample was stored as its difference from the one to its left in the same segment. */
function undoDifferences(
  stored: Uint8Array,
  page: TiffPage,
  { rowBytes, littleEndian, name }: SegmentRows,
): Uint8Array {
  const { predictor, bitDepth, channels } = page;
  if (predictor === 1) return stored;
  if (predictor !== 2 || (bitDepth !== 8 && bitDepth !== 16)) {
    const came = `predictor ${predictor} on ${describe(page)}`;
    throw imageError('IMAGE_UNSUPPORTED', {
      name,
      came,
      expected: 'no predictor, or differences of 8 or 16 bit',
    });
  }
  const samples = new Uint8Array(stored); // an unpacked segment without compression is a view of the file
  const view = new DataView(samples.buffer);
  for (let row = 0; row < samples.length; row += rowBytes) {
    if (bitDepth === 8) {
      for (let i = row + channels; i < row + rowBytes; i++) samples[i] = samples[i]! + samples[i - channels]!;
    } else {
      for (let i = row + 2 * channels; i < row + rowBytes; i += 2) {
        const left = view.getUint16(i - 2 * channels, littleEndian);
        view.setUint16(i, view.getUint16(i, littleEndian) + left, littleEndian);
      }
    }
  }
  return samples;
}

function unpackSamples(raw: Uint8Array, page: TiffPage, littleEndian: boolean): Uint8Array | Uint16Array {
  const { width, height, bitDepth, channels } = page;
  if (bitDepth === 8) return raw;
  const perRow = width * channels;
  if (bitDepth === 16) {
    const high = littleEndian ? 1 : 0;
    const samples = new Uint16Array(perRow * height);
    for (let i = 0; i < samples.length; i++) samples[i] = (raw[2 * i + high]! << 8) | raw[2 * i + 1 - high]!;
    return samples;
  }
  const rowBytes = Math.ceil((perRow * bitDepth) / 8);
  const mask = 2 ** bitDepth - 1;
  const samples = new Uint8Array(perRow * height);
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < perRow; i++) {
      const bit = i * bitDepth;
      samples[y * perRow + i] = (raw[y * rowBytes + (bit >> 3)]! >> (8 - bitDepth - (bit & 7))) & mask;
    }
  }
  return samples;
}
