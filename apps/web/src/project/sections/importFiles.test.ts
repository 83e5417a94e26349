import { describe, expect, it } from 'vitest';
import { type ImportFile, importName, planImport } from './importFiles.ts';

const file = (path: string, size = 10): ImportFile => ({
  path,
  file: new File([new Uint8Array(size)], path),
});

describe('names under which files are imported', () => {
  it.each([
    ['isbi/train/image/12.png', 'image/12.png'],
    ['Labels/3.tif', 'label/3.tif'],
    ['stack.tif', 'stack.tif'],
    ['somewhere/else/7.jpg', '7.jpg'],
    ['image/old/7.jpg', '7.jpg'],
  ])('%s becomes %s', (path, name) => expect(importName(path)).toBe(name));
});

describe('a plan of an import', () => {
  it('counts images and labels, in natural order, and names what is left out', () => {
    const plan = planImport([
      file('d/label/2.png'),
      file('d/image/10.png'),
      file('d/image/2.png'),
      file('d/readme.txt'),
      file('d/label/10.png'),
    ]);
    expect(plan.sent.map(({ name }) => name)).toEqual([
      'image/2.png',
      'image/10.png',
      'label/2.png',
      'label/10.png',
    ]);
    expect(plan).toMatchObject({ images: 2, labels: 2, bytes: 40, ignored: ['d/readme.txt'], problem: null });
  });
  it('says why it cannot be sent', () => {
    expect(planImport([file('a.txt')]).problem).toContain('PNG, JPEG or TIFF');
    expect(planImport([file('a/1.png'), file('b/1.png')]).problem).toContain('Two files are named 1.png');
    expect(planImport(Array.from({ length: 2001 }, (_, at) => file(`${at}.png`, 0))).problem).toContain(
      'At most 2000 files',
    );
  });
  it('has nothing to say about nothing', () => {
    expect(planImport([])).toMatchObject({ sent: [], problem: null });
  });
});
