import { describe, expect, it } from 'vitest';
import {
  decodeImage,
  decodeRle,
  encodeNpy,
  encodePng,
  encodeRle,
  grayFromLabels,
  labelsFromGray,
  matchCourseLayout,
  paintLabels,
} from './index.ts';

const membrane = [
  { value: 1, gray: 0, color: '#ff0000' },
  { value: 2, gray: 255, color: '#0000ff' },
];

describe('label images', () => {
  const image = { width: 2, height: 2, bitDepth: 8 as const, data: Uint8Array.of(0, 255, 255, 0) };
  it('become label values and come back through a PNG', () => {
    const labels = labelsFromGray(image, membrane);
    expect([...labels]).toEqual([1, 2, 2, 1]);
    const [again] = decodeImage(
      encodePng(grayFromLabels({ width: 2, height: 2, labels }, membrane, 128)),
      'x',
    );
    expect(again).toEqual(image);
  });
  it('of 16 bit hold the grey values themselves, or stretched', () => {
    const wide = (data: number[]) => ({ ...image, bitDepth: 16 as const, data: Uint16Array.from(data) });
    expect([...labelsFromGray(wide([0, 65535, 65535, 0]), membrane)]).toEqual([1, 2, 2, 1]);
    expect([...labelsFromGray(wide([0, 255, 255, 0]), membrane)]).toEqual([1, 2, 2, 1]);
  });
  it('with values outside the table are refused: which, and where first', () => {
    const smoothed = { ...image, data: Uint8Array.of(0, 255, 128, 7) };
    expect(() => labelsFromGray(smoothed, membrane, 'label/3.png')).toThrow(
      /^LABEL_VALUE_UNKNOWN: .* 0, 255, but label\/3\.png also holds 7, 128 \(first 128, at 0, 1\)\./,
    );
  });
  it('show unknown pixels in the grey that the caller names', () => {
    const labels = Uint8Array.of(0, 1, 2, 9);
    expect([...grayFromLabels({ width: 4, height: 1, labels }, membrane, 128).data]).toEqual([
      128, 0, 255, 128,
    ]);
  });
  it('are painted over the image in their colours', () => {
    const picture = paintLabels(
      { ...image, data: Uint8Array.of(100, 100, 100, 100) },
      Uint8Array.of(0, 1, 2, 0),
      membrane,
    );
    expect([...picture.data.subarray(0, 9)]).toEqual([100, 100, 100, 178, 50, 50, 50, 50, 178]);
  });
});

describe('the course layout', () => {
  it('pairs images and labels in the order of their numbers', () => {
    expect(
      matchCourseLayout(['a/image/10.png', 'a/image/2.tif', 'a/label/2.png', 'a/label/10.png', 'a/README']),
    ).toEqual([
      { number: 2, image: 'a/image/2.tif', label: 'a/label/2.png' },
      { number: 10, image: 'a/image/10.png', label: 'a/label/10.png' },
    ]);
  });
  it('takes images alone, and passes over what file managers leave', () => {
    expect(matchCourseLayout(['image/0.PNG', 'image/.DS_Store', 'image/Thumbs.db'])).toEqual([
      { number: 0, image: 'image/0.PNG', label: null },
    ]);
  });
  it.each([
    ['nothing at all', [], 'FOLDER_EMPTY'],
    ['labels alone', ['label/0.png'], 'FOLDER_EMPTY'],
    ['a missing label', ['image/0.png', 'image/1.png', 'label/0.png'], 'LABEL_MISSING'],
    ['a label too many', ['image/0.png', 'label/0.png', 'label/7.png'], 'LABEL_EXTRA'],
    ['a name without a number', ['image/first.png'], 'NAME_NOT_NUMBERED'],
    ['a number twice', ['image/1.png', 'image/01.tif'], 'NUMBER_TWICE'],
  ])('refuses %s', (_, names, code) => {
    expect(() => matchCourseLayout(names)).toThrow(new RegExp(`^${code}: Expected .+\\.`));
  });
  it('names the numbers that are missing', () => {
    expect(() => matchCourseLayout(['image/0.png', 'image/1.png', 'image/2.png', 'label/1.png'])).toThrow(
      /lacks 0, 2\./,
    );
  });
});

describe('NumPy arrays', () => {
  const text = (bytes: Uint8Array) => String.fromCharCode(...bytes.subarray(10, 128)).trimEnd();
  it('have the header that numpy.save writes', () => {
    const bytes = encodeNpy({ shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 0.5) });
    expect([...bytes.subarray(0, 10)]).toEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
    expect(text(bytes)).toBe("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }");
    expect(bytes[127]).toBe(10);
    expect(bytes.length).toBe(128 + 24);
    expect(new DataView(bytes.buffer).getFloat32(128 + 20, true)).toBe(0.5);
  });
  it('of other types and one dimension', () => {
    expect(text(encodeNpy({ shape: [1], data: Uint16Array.of(7) }))).toContain(
      "'<u2', 'fortran_order': False, 'shape': (1,)",
    );
    expect(text(encodeNpy({ shape: [1, 1, 1], data: Uint8Array.of(7) }))).toContain("'|u1'");
  });
  it('must fit their shape', () => {
    expect(() => encodeNpy({ shape: [2, 2], data: new Uint8Array(3) })).toThrow(
      /^ARRAY_DOES_NOT_FIT: .*2 × 2/,
    );
  });
});

describe('COCO run lengths', () => {
  it('are the text that COCO writes', () => {
    expect(encodeRle(new Uint8Array(9), 3, 3)).toEqual({ size: [3, 3], counts: '9' });
    expect(encodeRle(new Uint8Array(9).fill(1), 3, 3)).toEqual({ size: [3, 3], counts: '09' });
    // Columns 0–3 of a 4 × 4 picture, inner square: runs 5 2 2 2 5, the last two as differences 0 and 3.
    const square = Uint8Array.of(0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0);
    expect(encodeRle(square, 4, 4)).toEqual({ size: [4, 4], counts: '52203' });
  });
  it('come back, long runs and negative differences too', () => {
    const width = 300;
    const height = 211;
    const mask = Uint8Array.from({ length: width * height }, (_, at) =>
      (at % width) * (at % width) + Math.floor(at / width) ** 2 < 40_000 || at % 997 === 0 ? 1 : 0,
    );
    expect(decodeRle(encodeRle(mask, width, height))).toEqual(mask);
  });
  it.each([
    ['too short', '5'],
    ['no text of COCO', '5!'],
    ['ending within a number', 'P'],
  ])('that are %s are refused', (_, counts) => {
    expect(() => decodeRle({ size: [3, 3], counts })).toThrow(/^RLE_CORRUPT: Expected/);
  });
});
