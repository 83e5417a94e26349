import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createFolderBlobStore } from './folderBlobStore.ts';
import { describeBlobStore } from './testing/blobStoreContract.ts';

const folder = await mkdtemp(join(tmpdir(), 'cotrace-blobs-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

describeBlobStore('blobs in a folder', () => createFolderBlobStore(folder));

it('throws away what a killed server left half written', async () => {
  await createFolderBlobStore(folder);
  await writeFile(join(folder, '.incoming', 'half'), 'x');
  await createFolderBlobStore(folder);
  expect(await readdir(join(folder, '.incoming'))).toEqual([]);
});
