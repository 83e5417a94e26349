/**
 * Applies prisma/migrations in Prisma's own bookkeeping, so that `prisma migrate deploy` goes on where this ended and
 * the other way round. Prisma's own program is a download that not every machine can make. Writes no SQL of its own
 * but the bookkeeping's.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pg from 'pg';
import type { Log } from '../log.ts';
import { reasonOf, startError } from '../startErrors.ts';

const MIGRATIONS = resolve(import.meta.dirname, '../../../../prisma/migrations');

/** The key that Prisma itself locks while it migrates. */
const PRISMA_LOCK = 72_707_369;

const BOOKKEEPING = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

export interface Migration {
  name: string;
  sql: string;
  /** SHA-256 of the file's bytes, hexadecimal. */
  checksum: string;
}

/** In the order of their names, which is the order in which they are applied. */
export async function readMigrations(folder = MIGRATIONS): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(
    names.sort().map(async (name) => {
      const bytes = await readFile(join(folder, name, 'migration.sql'));
      const checksum = createHash('sha256').update(bytes).digest('hex');
      return { name, sql: bytes.toString('utf8'), checksum };
    }),
  );
}

/**
 * Each missing migration in one transaction with its row. Two servers that start at once wait for one another.
 * @returns names of those that were applied now
 * @throws StartError MIGRATION_FAILED, MIGRATION_CHANGED, MIGRATION_FOREIGN
 */
export async function migrate(url: string, log: Log, folder = MIGRATIONS): Promise<string[]> {
  const migrations = await readMigrations(folder);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [PRISMA_LOCK]);
    await client.query(BOOKKEEPING);
    const { rows } = await client.query<{ migration_name: string; checksum: string }>(
      'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
    );
    const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]));
    const foreign = rows.find((row) => !migrations.some(({ name }) => name === row.migration_name));
    if (foreign) throw startError('MIGRATION_FOREIGN', { migration: foreign.migration_name });
    const now: string[] = [];
    for (const migration of migrations) {
      const known = applied.get(migration.name);
      if (known !== undefined && known !== migration.checksum)
        throw startError('MIGRATION_CHANGED', { migration: migration.name });
      if (known !== undefined) continue;
      await apply(client, migration);
      log.info('migration applied', { migration: migration.name });
      now.push(migration.name);
    }
    return now;
  } finally {
    await client.end(); // also ends the lock
  }
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  try {
    await client.query('BEGIN');
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw startError('MIGRATION_FAILED', { migration: migration.name, reason: reasonOf(error) }, error);
  }
}
