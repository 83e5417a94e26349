import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng, encodeTiff } from '@cotrace/image-io';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readCourseFolder } from './courseFolder.ts';
import { MEMBRANE_LABELS } from './section.ts';

const labels = MEMBRANE_LABELS;
const size = { width: 4, height: 3 };
const image = encodePng({ ...size, bitDepth: 8, data: Uint8Array.from({ length: 12 }, (_, i) => 20 * i) });
const label = encodePng({
  ...size,
  bitDepth: 8,
  data: Uint8Array.from({ length: 12 }, (_, i) => (i % 2) * 255),
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cotrace-course-'));
  await mkdir(join(folder, 'image'));
  await mkdir(join(folder, 'label'));
});
afterEach(() => rm(folder, { recursive: true }));

const put = (kind: 'image' | 'label', name: string, bytes: Uint8Array) =>
  writeFile(join(folder, kind, name), bytes);
const code = (wanted: string) => expect.objectContaining({ code: wanted });

describe('a course folder', () => {
  test('is read by number, not by text, in 0…1 and in label values', async () => {
    for (const number of [10, 9, 0]) {
      await put('image', `${number}.png`, image);
      await put('label', `${number}.png`, label);
    }
    const sections = await readCourseFolder(folder, { labels });
    expect(sections.map(({ name }) => name)).toEqual(['0.png', '9.png', '10.png']);
    expect([...sections[0]!.labels!.slice(0, 3)]).toEqual([1, 2, 1]);
    expect(sections[0]!.image[11]).toBeCloseTo(220 / 255, 6);
    expect((await readCourseFolder(folder, { labels, sections: '9-10' })).length).toBe(2);
  });

  test('takes 16 bit and other formats, image and label in different ones', async () => {
    const deep = {
      ...size,
      bitDepth: 16 as const,
      data: Uint16Array.from({ length: 12 }, (_, i) => 5000 * i),
    };
    await put('image', '3.png', encodePng(deep));
    const pages = [{ ...size, data: Uint8Array.from({ length: 12 }, (_, i) => (i % 2) * 255) }];
    await put('label', '3.tif', encodeTiff(pages, { sampleFormat: 'uint8' }));
    const [section] = await readCourseFolder(folder, { labels });
    expect(section!.image[11]).toBeCloseTo(55_000 / 65_535, 6);
    expect([...section!.labels!.slice(0, 2)]).toEqual([1, 2]);
  });

  test.each([
    ['LABEL_MISSING', async () => put('image', '1.png', image)],
    ['LABEL_EXTRA', async () => put('label', '1.png', label)],
    ['NUMBER_TWICE', async () => put('image', '00.png', image)],
    ['NAME_NOT_NUMBERED', async () => put('image', 'a.png', image)],
    ['LABEL_VALUE_UNKNOWN', async () => put('label', '0.png', image)],
    [
      'LABEL_SIZE_DIFFERS',
      async () =>
        put('label', '0.png', encodePng({ width: 2, height: 2, bitDepth: 8, data: new Uint8Array(4) })),
    ],
    ['IMAGE_TRUNCATED', async () => put('image', '0.png', image.slice(0, -20))],
  ])('refuses with %s', async (wanted, spoil) => {
    await put('image', '0.png', image);
    await put('label', '0.png', label);
    await spoil();
    await expect(readCourseFolder(folder, { labels })).rejects.toThrow(code(wanted));
  });

  test('looks only at the numbers asked for', async () => {
    await put('image', '0.png', image);
    await put('label', '0.png', label);
    await put('image', '1.png', image);
    expect((await readCourseFolder(folder, { labels, sections: '0' })).length).toBe(1);
    await expect(readCourseFolder(folder, { labels, sections: '0-1' })).rejects.toThrow(
      code('LABEL_MISSING'),
    );
  });

  test('of images alone has no labels', async () => {
    await put('image', '0.png', image);
    await rm(join(folder, 'label'), { recursive: true });
    expect((await readCourseFolder(folder, { labels }))[0]!.labels).toBeNull();
  });

  test('refuses a stack as a section', async () => {
    const page = { ...size, data: new Uint8Array(12) };
    await put('image', '0.tif', encodeTiff([page, page], { sampleFormat: 'uint8' }));
    await put('label', '0.png', label);
    await expect(readCourseFolder(folder, { labels })).rejects.toThrow(code('STACK_NOT_SPLIT'));
  });

  test('names an empty folder, one that is not there, and numbers that are not there', async () => {
    await expect(readCourseFolder(folder, { labels })).rejects.toThrow(code('FOLDER_EMPTY'));
    await expect(readCourseFolder(join(folder, 'no'), { labels })).rejects.toThrow(code('FOLDER_NOT_FOUND'));
    await put('image', '0.png', image);
    await put('label', '0.png', label);
    await expect(readCourseFolder(folder, { labels, sections: '0-1' })).rejects.toThrow(
      code('SECTION_MISSING'),
    );
  });
});
