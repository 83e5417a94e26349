/** Any error to the one answer that REST gives: {code, message, details} and a status. Decides what is logged. */
import { ImageError } from '@cotrace/image-io';
import { MaskError } from '@cotrace/mask';
import { MaskDocError } from '@cotrace/mask-doc';
import { type ErrorBody, ProtocolError } from '@cotrace/protocol';
import multer from 'multer';
import type { ZodError } from 'zod';
import { translateDatabaseError } from '../store/database.ts';

export interface Failure {
  status: number;
  body: ErrorBody;
  /** The server's own fault: to be logged. */
  ours: boolean;
}

export function failureOf(thrown: unknown): Failure {
  const error = translateDatabaseError(thrown);
  if (error instanceof ProtocolError) return said(error.status, error.code, error.message, error.details);
  if (error instanceof ImageError) return said(error.status, error.code, error.message);
  if (error instanceof MaskError) return said(422, error.code, error.message);
  if (error instanceof MaskDocError && error.status < 500)
    return said(422, error.recordCode ?? error.code, error.message);
  if (error instanceof multer.MulterError) {
    const code = error.code === 'LIMIT_FILE_SIZE' || error.code === 'LIMIT_FILE_COUNT';
    return failureOf(new ProtocolError(code ? 'UPLOAD_TOO_LARGE' : 'BAD_REQUEST', `${error.message}.`));
  }
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
    return failureOf(new ProtocolError('DISK_FULL'));
  // body-parser and express mark what the request itself is to blame for.
  if (error instanceof Error && 'status' in error && Number(error.status) < 500) {
    const tooLarge = Number(error.status) === 413;
    return failureOf(new ProtocolError(tooLarge ? 'UPLOAD_TOO_LARGE' : 'BAD_REQUEST', `${error.message}.`));
  }
  const { status, code, message } = new ProtocolError('INTERNAL');
  return { status, body: { code, message }, ours: true };
}

function said(status: number, code: string, message: string, details?: unknown): Failure {
  return {
    status,
    body: { code, message, ...(details === undefined ? {} : { details }) },
    ours: status >= 500 && status !== 507,
  };
}

/** BAD_REQUEST that names each field with what was expected of it. `where`: "body", "query". */
export function badRequest(where: string, error: ZodError): ProtocolError {
  const issues = error.issues.map(({ path, message }) => `${[where, ...path].join('.')}: ${message}`);
  return new ProtocolError('BAD_REQUEST', issues.slice(0, 5).join('; '), { issues: error.issues });
}
