import { describe, expect, it } from 'vitest';
import { planImport } from './importPlan.ts';

const file = (name: string, pages = 1) => ({
  name,
  header: {
    format: 'png',
    width: 8,
    height: 8,
    pages,
    bitDepth: 8,
    sampleFormat: 'uint',
    channels: 1,
    alpha: false,
  } as const,
});
const planned = (...files: ReturnType<typeof file>[]) =>
  planImport(files).map(({ name, image, label }) => [name, image.page, label?.file.name, label?.page]);

describe('the plan of an import', () => {
  it('takes images alone in the order that people read', () => {
    expect(planned(file('s10.png'), file('s9.png'), file('s1.png'))).toEqual([
      ['s1.png', 0, undefined, undefined],
      ['s9.png', 0, undefined, undefined],
      ['s10.png', 0, undefined, undefined],
    ]);
  });
  it('pairs numbers whatever their spelling, below any folder', () => {
    expect(planned(file('a/label/07.tif'), file('a/Images/7.png'))).toEqual([
      ['7.png', 0, 'a/label/07.tif', 0],
    ]);
  });
  it('takes images in the course layout without labels', () => {
    expect(planned(file('image/2.png'), file('image/1.png'))).toEqual([
      ['1.png', 0, undefined, undefined],
      ['2.png', 0, undefined, undefined],
    ]);
  });
  it('pairs two stacks page by page', () => {
    expect(planned(file('image/v.tif', 2), file('label/l.tif', 2))).toEqual([
      ['v-0.png', 0, 'label/l.tif', 0],
      ['v-1.png', 1, 'label/l.tif', 1],
    ]);
  });
  it('numbers pages so that they sort', () => {
    expect(planned(file('v.tif', 11)).at(2)?.[0]).toBe('v-02.png');
  });
  it('knows folders written with a backslash', () => {
    expect(planned(file('image\\1.png'), file('label\\1.png'))).toEqual([['1.png', 0, 'label\\1.png', 0]]);
  });
});
