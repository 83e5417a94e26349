/** Files of a multipart upload on the disk, below the home folder; gone when the import ends, whichever way. */
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_IMPORT_FILES, MAX_UPLOAD_BYTES, ProtocolError } from '@cotrace/protocol';
import type { Request, Response } from 'express';
import multer from 'multer';

export interface Upload extends AsyncDisposable {
  files: { name: string; path: string }[];
}

/** @throws ProtocolError BAD_REQUEST, multer.MulterError over a limit, ENOSPC when the disk is full */
export async function receiveUpload(folder: string, request: Request, response: Response): Promise<Upload> {
  const own = join(folder, randomBytes(12).toString('hex'));
  await mkdir(own, { recursive: true });
  const clear = () => rm(own, { recursive: true, force: true });
  const receive = multer({
    storage: multer.diskStorage({
      destination: own,
      filename: (_request, _file, done) => done(null, randomBytes(8).toString('hex')),
    }),
    limits: { fileSize: MAX_UPLOAD_BYTES, files: MAX_IMPORT_FILES, fields: 20 },
    // Names carry folders (`image/3.png`) in the alphabets of those who named them. They are never used as a path.
    preservePath: true,
    defParamCharset: 'utf8',
  }).any();
  try {
    await new Promise<void>((done, failed) => {
      receive(request, response, (error?: unknown) => (error ? failed(error) : done()));
    });
  } catch (error) {
    await clear();
    // What the disk and the limits say has a code; without one it is the form that cannot be read.
    throw error instanceof Error && !('code' in error)
      ? new ProtocolError('BAD_REQUEST', `A form with files was expected: ${error.message}.`)
      : error;
  }
  const files = ((request.files ?? []) as Express.Multer.File[]).map(({ originalname, path }) => ({
    name: originalname.normalize('NFC'),
    path,
  }));
  return { files, [Symbol.asyncDispose]: clear };
}

/** What killed servers left behind. */
export async function clearUploads(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
