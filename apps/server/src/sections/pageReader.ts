/** Pages of image files on the disk, one at a time. Going on in a stack where it was left costs nothing. */
import { readFile } from 'node:fs/promises';
import { decodePages, type Image, imageError } from '@cotrace/image-io';

export interface PageReader {
  /** `page` counts from 0. @throws ImageError */
  read(wanted: { file: { name: string; path: string }; page: number }): Promise<Image>;
}

/** Files that are held open: a stack of images and the stack of their labels. */
const OPEN_FILES = 2;

export function createPageReader(): PageReader {
  const open = new Map<string, { pages: Generator<Image>; next: number }>();

  const openAt = async (path: string, name: string, page: number) => {
    const known = open.get(path);
    if (known && known.next <= page) return known;
    const fresh = { pages: decodePages(await readFile(path), name), next: 0 };
    open.delete(path);
    open.set(path, fresh);
    if (open.size > OPEN_FILES) open.delete([...open.keys()][0]!);
    return fresh;
  };

  return {
    async read({ file, page }) {
      const stack = await openAt(file.path, file.name, page);
      for (;;) {
        const { value, done } = stack.pages.next();
        if (done) {
          open.delete(file.path);
          throw imageError('IMAGE_TRUNCATED', { name: file.name, missing: `page ${page + 1} is not there` });
        }
        stack.next += 1;
        if (stack.next > page) return value;
      }
    },
  };
}
