/** Every file that is refused, by the name of its error and the size that the header alone gives away. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  decodeFloatStack,
  decodeImage,
  encodePng,
  encodeTiff,
  IMAGE_ERRORS,
  ImageError,
  peekImage,
} from './index.ts';

const page = (width: number, height: number) => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height }, (_, at) => at & 255),
});
const png = encodePng({ ...page(40, 30), bitDepth: 8 });
const float = encodeTiff([{ width: 4, height: 3, data: new Float32Array(12) }], { sampleFormat: 'float32' });

/** A TIFF whose second page claims another width: one directory entry is changed. */
function pagesThatDiffer(): Uint8Array {
  const bytes = encodeTiff([page(4, 4), page(4, 4)], { sampleFormat: 'uint8' });
  const view = new DataView(bytes.buffer);
  const entries = view.getUint16(8, true);
  const second = view.getUint32(8 + 2 + 12 * entries, true);
  view.setUint32(second + 2 + 12 + 8, 2, true);
  return bytes;
}

/** A PNG header that declares `side`², with no pixels behind it. */
function hugePng(side: number): Uint8Array {
  const bytes = encodePng({ ...page(1, 1), bitDepth: 8 });
  const view = new DataView(bytes.buffer);
  view.setUint32(16, side);
  view.setUint32(20, side);
  return bytes;
}

function codeOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof ImageError) {
      expect(error.message).toMatch(new RegExp(`^${error.code}: Expected .+, but .+\\.`, 's'));
      expect(error.status).toBe(IMAGE_ERRORS[error.code].status);
      return error.code;
    }
    throw error;
  }
  return 'nothing was refused';
}

describe('refused by name', () => {
  const rgba = () =>
    sharp(new Uint8Array(64), { raw: { width: 4, height: 4, channels: 4 } })
      .png()
      .toBuffer();
  it.each([
    ['no bytes', new Uint8Array(0), 'IMAGE_EMPTY'],
    ['text', new TextEncoder().encode('not an image'), 'IMAGE_UNKNOWN_FORMAT'],
    ['a 32-bit float image', float, 'IMAGE_TOO_DEEP'],
    ['pages of differing sizes', pagesThatDiffer(), 'PAGES_DIFFER'],
    ['a section of 13,000²', hugePng(13_000), 'IMAGE_TOO_LARGE'],
    ['half a header', png.subarray(0, 20), 'IMAGE_TRUNCATED'],
    ['half a TIFF header', float.subarray(0, 6), 'IMAGE_TRUNCATED'],
    ['half a directory', float.subarray(0, 60), 'IMAGE_TRUNCATED'],
    ['half a page', encodeTiff([page(9, 9)], { sampleFormat: 'uint8' }).subarray(0, 200), 'IMAGE_TRUNCATED'],
  ])('%s', (_, bytes, code) => {
    expect(codeOf(() => decodeImage(bytes, 'a.png'))).toBe(code);
  });
  it('RGB with alpha', async () => {
    const bytes = await rgba();
    expect(codeOf(() => decodeImage(bytes, 'a.png'))).toBe('IMAGE_HAS_ALPHA');
  });
  it('a PNG cut anywhere', () => {
    for (let length = 1; length < png.length; length++) {
      expect(['IMAGE_TRUNCATED', 'IMAGE_UNKNOWN_FORMAT']).toContain(
        codeOf(() => decodeImage(png.subarray(0, length), 'cut.png')),
      );
    }
  });
  it('a PNG with one bit changed', () => {
    for (let at = 8; at < png.length; at += 3) {
      const broken = png.slice();
      broken[at]! ^= 16;
      expect(codeOf(() => decodeImage(broken, 'broken.png'))).toMatch(/^IMAGE_/);
    }
  });
  it('integers where float is wanted', () => {
    expect(codeOf(() => decodeFloatStack(encodeTiff([page(2, 2)], { sampleFormat: 'uint8' })))).toBe(
      'FLOAT_EXPECTED',
    );
    expect(codeOf(() => decodeFloatStack(png))).toBe('FLOAT_EXPECTED');
  });
  it('what is larger than the caller takes, before a pixel is read', () => {
    expect(codeOf(() => decodeImage(png, 'x', { maxPixels: 1000 }))).toBe('IMAGE_TOO_LARGE');
    expect(codeOf(() => decodeImage(png, 'x', { maxDecodedBytes: 1000 }))).toBe('IMAGE_TOO_LARGE');
    expect(codeOf(() => decodeImage(png, 'x', { maxSide: 39 }))).toBe('IMAGE_TOO_LARGE');
    expect(peekImage(hugePng(13_000)).width).toBe(13_000);
  });
  it('arrays that do not fit their size', () => {
    expect(codeOf(() => encodePng({ width: 2, height: 2, bitDepth: 8, data: new Uint8Array(3) }))).toBe(
      'PIXELS_DO_NOT_FIT',
    );
    expect(codeOf(() => encodeTiff([page(2, 2), page(2, 3)], { sampleFormat: 'uint8' }))).toBe(
      'PAGES_DIFFER',
    );
  });
});
