/** Sections in files: a folder of numbered images, or the pages of one TIFF. One page in memory at a time. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { decodePages, type Image } from '@cotrace/image-io';
import { numberedFiles } from '@cotrace/training';
import { isFolder, needPath } from './options.ts';

/** One section's image, to be read when it is needed. */
export interface ImageSource {
  name: string;
  /** Of its name, in a folder; null for a file with pages. */
  number: number | null;
  pages(): AsyncGenerator<Image>;
}

/** `folder/kind` where a folder has the course layout, else `folder` itself. */
export async function layoutFolder(folder: string, kind: 'image' | 'label'): Promise<string> {
  const inside = join(folder, kind);
  return (await isFolder(inside)) ? inside : folder;
}

/**
 * A folder (of images, or with `image/` in it) in the order of its numbers, or one file with its pages.
 * Throws PATH_NOT_FOUND, FOLDER_EMPTY, FILE_NAME_WITHOUT_NUMBER, NUMBER_TWICE.
 */
export async function findImages(option: string, path: string): Promise<ImageSource[]> {
  if ((await needPath(option, path)) === 'file') return [sourceOf(path, null)];
  const folder = await layoutFolder(path, 'image');
  return [...(await numberedFiles(folder))].map(([number, name]) => sourceOf(join(folder, name), number));
}

function sourceOf(path: string, number: number | null): ImageSource {
  return {
    name: basename(path),
    number,
    async *pages() {
      yield* decodePages(await readFile(path), path);
    },
  };
}

/** The first page of a file. */
export async function readOnePage(path: string): Promise<Image> {
  for (const page of decodePages(await readFile(path), path)) return page;
  throw new Error(`${path} decoded to no page`);
}
