/** For tests: `await using db = await startTestDatabase()`, a real PostgreSQL with every table, gone afterwards. */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { type EmbeddedPostgres, startPostgres } from '../database/embeddedPostgres.ts';
import { migrate, readMigrations } from '../database/migrate.ts';
import { createLog } from '../log.ts';
import { createPrisma, type PrismaClient } from '../store/database.ts';

export interface TestDatabase extends AsyncDisposable {
  url: string;
  prisma: PrismaClient;
  /** Ends the whole PostgreSQL, to see what happens without it. */
  stopPostgres(): Promise<void>;
}

const quiet = createLog(() => {});

/** One PostgreSQL a test file, however many databases it takes. */
let cluster: { postgres: EmbeddedPostgres; folder: string; users: number } | undefined;
let starting: Promise<void> | undefined;

export async function startTestDatabase(): Promise<TestDatabase> {
  if (!cluster) {
    starting ??= startCluster();
    await starting;
  }
  const { postgres } = cluster!;
  cluster!.users += 1;
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(postgres.url, `CREATE DATABASE ${name} TEMPLATE cotrace`);
  const url = new URL(postgres.url);
  url.pathname = `/${name}`;
  const prisma = createPrisma(url.href);
  return {
    url: url.href,
    prisma,
    stopPostgres: () => postgres.stop(),
    async [Symbol.asyncDispose]() {
      await prisma.$disconnect();
      await release();
    },
  };
}

async function startCluster(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cotrace-test-postgres-'));
  // Owners are kept, too: PostgreSQL refuses files of another account.
  await promisify(execFile)('cp', ['-a', `${await template()}/.`, folder]);
  const postgres = await startPostgres({ folder, log: quiet, durable: false });
  cluster = { postgres, folder, users: 0 };
}

async function release(): Promise<void> {
  if (!cluster) return;
  cluster.users -= 1;
  if (cluster.users > 0) return;
  const { postgres, folder } = cluster;
  cluster = undefined;
  starting = undefined;
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}

/** A stopped, migrated cluster, made once a machine and set of migrations: copying it is ten times as fast. */
async function template(): Promise<string> {
  const key = createHash('sha256');
  for (const { checksum } of await readMigrations()) key.update(checksum);
  const path = join(
    tmpdir(),
    `cotrace-postgres-template-${process.getuid?.() ?? 0}-${key.digest('hex').slice(0, 16)}`,
  );
  if (await exists(path)) return path;
  const made = await mkdtemp(`${path}-`);
  const postgres = await startPostgres({ folder: made, log: quiet, durable: false });
  await migrate(postgres.url, quiet);
  await postgres.stop();
  // Whoever is second finds the folder taken and throws its own away.
  await rename(made, path).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    await rm(made, { recursive: true, force: true });
  });
  return path;
}

async function administer(url: string, sql: string): Promise<void> {
  const address = new URL(url);
  address.pathname = '/postgres';
  const client = new pg.Client({ connectionString: address.href });
  await client.connect();
  await client.query(sql);
  await client.end();
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
