/** A PostgreSQL that answers and has every table: one's own, or the built-in one. The rest of the server sees an address. */
import { join } from 'node:path';
import pg from 'pg';
import type { Log } from '../log.ts';
import { reasonOf, startError } from '../startErrors.ts';
import { startPostgres } from './embeddedPostgres.ts';
import { migrate } from './migrate.ts';

/** How long a database of one's own may take to answer before the start is given up. */
const CONNECT_TIMEOUT_MS = 10_000;

export interface Database {
  url: string;
  close(): Promise<void>;
}

/**
 * `url` undefined: the built-in PostgreSQL below `home`.
 * @throws StartError DATABASE_UNREACHABLE, MIGRATION_…, and what `startPostgres` throws
 */
export async function openDatabase(options: {
  url: string | undefined;
  home: string;
  log: Log;
}): Promise<Database> {
  const { log } = options;
  if (options.url !== undefined) {
    await checkReachable(options.url);
    await migrate(options.url, log);
    return { url: options.url, close: async () => {} };
  }
  const embedded = await startPostgres({ folder: join(options.home, 'postgres'), log });
  try {
    await migrate(embedded.url, log);
  } catch (error) {
    await embedded.stop();
    throw error;
  }
  return { url: embedded.url, close: embedded.stop };
}

async function checkReachable(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  try {
    await client.connect();
    await client.end();
  } catch (error) {
    const { hostname, port, pathname } = new URL(url);
    const address = `${hostname}:${port || 5432}${pathname}`;
    throw startError('DATABASE_UNREACHABLE', { address, reason: reasonOf(error) }, error);
  }
}
