/** Reading and writing against other people's codecs: sharp (libpng, libtiff, libjpeg), fast-png and tiff. */
import { decode as decodeFastPng, encode as encodeFastPng } from 'fast-png';
import sharp from 'sharp';
import { decode as decodeTiff } from 'tiff';
import { describe, expect, it } from 'vitest';
import { decodeFloatStack, decodeImage, encodePng, encodeTiff, type Image, peekImage } from './index.ts';

const WIDTH = 37;
const HEIGHT = 23;
const gray8 = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, at) => (at * 7 + (at >> 4) * 31) & 255);
const gray16 = Uint16Array.from(gray8, (gray, at) => (gray << 8) | (at & 255));
const image8: Image = { width: WIDTH, height: HEIGHT, bitDepth: 8, data: gray8 };
const image16: Image = { width: WIDTH, height: HEIGHT, bitDepth: 16, data: gray16 };
const raw8 = () => sharp(gray8, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } });
const raw16 = () =>
  sharp(gray16, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } }).toColourspace('grey16');
const one = (bytes: Uint8Array, name = 'x') => decodeImage(bytes, name)[0]!;

describe('PNG', () => {
  it('of 8 bit is read as another codec wrote it', async () => {
    expect(one(await raw8().toColourspace('b-w').png().toBuffer())).toEqual(image8);
  });
  it('of 16 bit, too', async () => {
    const bytes = encodeFastPng({ width: WIDTH, height: HEIGHT, data: gray16, depth: 16, channels: 1 });
    expect(one(bytes)).toEqual(image16);
    expect(one(await raw16().png().toBuffer())).toEqual(image16);
  });
  it('interlaced', async () => {
    expect(one(await raw8().toColourspace('b-w').png({ progressive: true }).toBuffer())).toEqual(image8);
  });
  it('with equal colours keeps its values', async () => {
    const rgb = Uint8Array.from({ length: 3 * gray8.length }, (_, i) => gray8[Math.floor(i / 3)]!);
    const bytes = await sharp(rgb, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
      .png()
      .toBuffer();
    expect(peekImage(bytes).channels).toBe(3);
    expect(one(bytes)).toEqual(image8);
  });
  it('with a palette or one bit a pixel', async () => {
    const mask = gray8.map((gray) => (gray > 127 ? 255 : 0));
    const raw = sharp(mask, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } });
    const bytes = await raw.png({ palette: true, colours: 2 }).toBuffer();
    expect(peekImage(bytes).bitDepth).toBeLessThan(8);
    expect(one(bytes).data).toEqual(mask);
  });
  it.each([
    ['8-bit grey', image8, gray8],
    ['16-bit grey', image16, gray16],
  ])('of %s is written so that another codec reads it', (_, image, data) => {
    const read = decodeFastPng(encodePng(image));
    expect([read.width, read.height, read.channels]).toEqual([WIDTH, HEIGHT, 1]);
    expect(Array.from(read.data)).toEqual(Array.from(data));
  });
  it('in colour is written as RGB', () => {
    const data = Uint8Array.from({ length: 3 * WIDTH * HEIGHT }, (_, i) => i & 255);
    const read = decodeFastPng(encodePng({ width: WIDTH, height: HEIGHT, data }));
    expect(read.channels).toBe(3);
    expect(Array.from(read.data)).toEqual(Array.from(data));
  });
});

describe('TIFF', () => {
  it.each([
    ['none', {}],
    ['lzw', {}],
    ['deflate', {}],
    ['packbits', {}],
    ['lzw', { predictor: 'horizontal' }],
    ['deflate', { predictor: 'horizontal', tile: true, tileWidth: 16, tileHeight: 16 }],
  ] as const)('compressed by %s %o is read as libtiff wrote it', async (compression, options) => {
    const settings = { compression, predictor: 'none', ...options } as const;
    expect(one(await raw8().toColourspace('b-w').tiff(settings).toBuffer())).toEqual(image8);
    expect(one(await raw16().tiff(settings).toBuffer())).toEqual(image16);
  });
  it('with white as zero and in the other byte order', () => {
    const bytes = Uint8Array.from(encodeTiff([image8], { sampleFormat: 'uint8' }));
    // The photometric entry is the sixth: 8 bytes of header, 2 of count, 5 entries of 12, value at +8.
    bytes[8 + 2 + 5 * 12 + 8] = 0;
    expect(one(bytes).data).toEqual(gray8.map((gray) => 255 - gray));
  });
  it.each(['none', 'deflate'] as const)(
    'of many pages is written (%s) so that others read it',
    (compression) => {
      const floats = [0, 1, 2].map((page) => Float32Array.from(gray8, (gray) => (gray + page) / 258));
      const pages = floats.map((data) => ({ width: WIDTH, height: HEIGHT, data }));
      const bytes = encodeTiff(pages, { sampleFormat: 'float32', compression });
      expect(decodeTiff(bytes).map(({ data }) => data)).toEqual(floats);
      expect(decodeFloatStack(bytes).map(({ data }) => data)).toEqual(floats);
      const stack = encodeTiff([image16, image16], { sampleFormat: 'uint16', compression });
      expect(decodeTiff(stack).map(({ data }) => data)).toEqual([gray16, gray16]);
      expect(decodeImage(stack, 'x')).toEqual([image16, image16]);
    },
  );
});

describe('JPEG', () => {
  it('is read close to what libjpeg reads', async () => {
    const smooth = gray8.map((_, at) => 40 + 4 * (at % WIDTH) + (at >> 6));
    const bytes = await sharp(smooth, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } })
      .jpeg({ quality: 95 })
      .toBuffer();
    const worst = Math.max(...Array.from(one(bytes).data, (gray, at) => Math.abs(gray - smooth[at]!)));
    expect(worst).toBeLessThan(8);
  });
});
