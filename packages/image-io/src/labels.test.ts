import { describe, expect, it } from 'vitest';
import {
  colorsFromLabels,
  decodeImage,
  encodePng,
  grayFromLabels,
  labelsFromGray,
  matchCourseLayout,
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

it('labels become the colours of their table, unknown ones black', () => {
  const { data } = colorsFromLabels({ width: 2, height: 2, labels: Uint8Array.of(2, 1, 0, 9) }, membrane);
  expect([...data]).toEqual([0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0]);
});
