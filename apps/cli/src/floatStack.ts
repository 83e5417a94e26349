/** A 32-bit float TIFF that grows page by page on disk and appears under its name once it is whole. */
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createTiffWriter, type FloatPage } from '@cotrace/image-io';

export interface FloatStack extends AsyncDisposable {
  /** Throws PAGES_DIFFER, IMAGE_TOO_LARGE. */
  add(page: FloatPage): Promise<void>;
  finish(): Promise<void>;
}

/** Not finished, nothing is left behind. */
export async function createFloatStack(path: string): Promise<FloatStack> {
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.partial`;
  const file = await open(partial, 'w');
  const writer = createTiffWriter({ sampleFormat: 'float32' });
  let done = false;
  return {
    async add(page) {
      for (const chunk of writer.add(page)) await file.write(chunk);
    },
    async finish() {
      for (const chunk of writer.finish()) await file.write(chunk);
      await file.close();
      await rename(partial, path);
      done = true;
    },
    async [Symbol.asyncDispose]() {
      if (done) return;
      await file.close();
      await rm(partial, { force: true });
    },
  };
}
