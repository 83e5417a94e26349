/** Blobs as files below one folder. Each is written aside, synced and renamed: a key either names whole bytes or nothing. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ProtocolError } from '@cotrace/protocol';
import type { BlobStore } from './blobStore.ts';

/** Keys come from this store, but lie in a database: one that leads out of the folder names nothing. */
const KEY = /^[a-z0-9][a-z0-9_-]*(\/[A-Za-z0-9][A-Za-z0-9_.-]*)+$/;

/** Throws away what a killed server left half written. */
export async function createFolderBlobStore(folder: string): Promise<BlobStore> {
  const aside = join(folder, '.incoming');
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside, { recursive: true });

  const pathOf = (key: string): string => {
    if (!KEY.test(key)) throw new ProtocolError('NOT_FOUND');
    return join(folder, key);
  };

  return {
    async put(prefix, suffix, bytes) {
      const temporary = join(aside, randomBytes(12).toString('hex'));
      try {
        const hash = await writeSynced(temporary, bytes);
        // The content's hash names it; some random bits keep two owners of equal bytes apart, so that one can delete.
        const key = `${prefix}/${hash.slice(0, 32)}-${randomBytes(4).toString('hex')}${suffix}`;
        const path = pathOf(key);
        await mkdir(dirname(path), { recursive: true });
        await rename(temporary, path);
        await syncFolder(dirname(path));
        return key;
      } catch (error) {
        await rm(temporary, { force: true });
        throw translate(error);
      }
    },

    async get(key) {
      return readFile(pathOf(key)).catch((error: unknown) => {
        throw translate(error);
      });
    },

    async stream(key) {
      const path = pathOf(key);
      try {
        const { size } = await stat(path);
        return { stream: createReadStream(path), size };
      } catch (error) {
        throw translate(error);
      }
    },

    async delete(key) {
      await rm(pathOf(key), { force: true });
    },
  };
}

/** Hexadecimal SHA-256 of what was written. */
async function writeSynced(path: string, bytes: Uint8Array | NodeJS.ReadableStream): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx');
  try {
    for await (const chunk of bytes instanceof Uint8Array ? [bytes] : bytes) {
      const part = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      hash.update(part);
      await writeAll(file, part);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += (await file.write(bytes, written)).bytesWritten;
  }
}

/** Without this a power cut can forget the new name of a file whose bytes it kept. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return; // folders cannot be opened there
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function translate(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new ProtocolError('DISK_FULL');
  if (code === 'ENOENT') return new ProtocolError('NOT_FOUND');
  return error;
}
