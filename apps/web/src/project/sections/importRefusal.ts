/** What a refused import says of single files, from the details of the server's error. Pure. */
import { RemoteError } from '@cotrace/protocol';

export interface FileRefusal {
  file: string;
  message: string;
}

/** Details are `[{file, message}]` or `{files: [...]}`; anything else has nothing to say of single files. */
export function refusalsOf(error: unknown): FileRefusal[] {
  if (!(error instanceof RemoteError)) return [];
  const { details } = error;
  const rows = Array.isArray(details) ? details : (details as { files?: unknown } | null | undefined)?.files;
  if (!Array.isArray(rows)) return [];
  return rows.filter(
    (row): row is FileRefusal =>
      typeof row === 'object' &&
      row !== null &&
      typeof row.file === 'string' &&
      typeof row.message === 'string',
  );
}
