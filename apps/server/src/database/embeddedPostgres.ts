/** A PostgreSQL of one's own: made in a folder, started on a free port, stopped. Knows no table. */

import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import pg from 'pg';
import type { Log } from '../log.ts';
import { reasonOf, startError } from '../startErrors.ts';
import { findPostgres } from './postgresBinaries.ts';
import { choosePostgresUser, type PostgresUser } from './postgresUser.ts';

const DATABASE = 'cotrace';
const ACCOUNT = 'cotrace';
/** A fast shutdown writes a checkpoint; on a slow disk that takes seconds. */
const STOP_TIMEOUT_MS = 20_000;

export interface EmbeddedPostgres {
  /** postgresql:// address of the database "cotrace", which is there. */
  url: string;
  stop(): Promise<void>;
}

/**
 * `folder` holds `data/` and the password. What a crashed server left running there is stopped first.
 * `durable: false` is for tests: it does not wait for the disk.
 * @throws StartError POSTGRES_MISSING, POSTGRES_FAILED, POSTGRES_NEEDS_USER, DATABASE_OF_ANOTHER_VERSION
 */
export async function startPostgres(options: {
  folder: string;
  log: Log;
  durable?: boolean;
}): Promise<EmbeddedPostgres> {
  const { log, durable = true } = options;
  const data = join(options.folder, 'data');
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const { initdb, postgres } = await findPostgres();
  const user = await choosePostgresUser([options.folder, dirname(postgres)]);
  const password = await readPassword(join(options.folder, 'password'), user);
  const version = await readText(join(data, 'PG_VERSION'));
  if (version === undefined) await create(initdb, data, join(options.folder, 'password'), user);
  else await stopLeftover(data, password, log);

  const port = await freePort();
  const child = user.spawn(postgres, ['-D', data, ...settings(port, durable)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: programEnvironment(),
    // A group of its own: Ctrl-C must not stop it before what is in flight was written.
    detached: true,
  });
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  let stopping = false;
  await untilReady(child, data, version);
  void exited.then(() => {
    if (!stopping) log.error('the built-in PostgreSQL ended by itself', { code: child.exitCode });
  });
  const url = (name: string) => `postgresql://${ACCOUNT}:${password}@127.0.0.1:${port}/${name}`;
  await ensureDatabase(url('postgres'), DATABASE);
  return {
    url: url(DATABASE),
    async stop() {
      stopping = true;
      // SIGINT is PostgreSQL's fast shutdown, SIGQUIT the one that recovers from the log at the next start.
      child.kill('SIGINT');
      const timer = setTimeout(() => child.kill('SIGQUIT'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

function settings(port: number, durable: boolean): string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 60,
    shared_buffers: durable ? '128MB' : '16MB',
    log_min_messages: 'warning',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function programEnvironment() {
  return { NODE_ENV: process.env.NODE_ENV, PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
}

async function readPassword(file: string, user: PostgresUser): Promise<string> {
  const known = await readText(file);
  if (known) return known;
  const made = randomBytes(24).toString('base64url');
  await writeFile(file, made, { mode: 0o600 });
  if (user.ids) await chown(file, user.ids.uid, user.ids.gid);
  return made;
}

async function create(initdb: string, data: string, passwordFile: string, user: PostgresUser): Promise<void> {
  // Under another name first: a creation that was interrupted is not mistaken for a database.
  const fresh = `${data}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  if (user.ids) await chown(fresh, user.ids.uid, user.ids.gid);
  const args = [
    `--pgdata=${fresh}`,
    `--username=${ACCOUNT}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ];
  const child = user.spawn(initdb, args, { stdio: ['ignore', 'ignore', 'pipe'], env: programEnvironment() });
  const said = collect(child);
  const code = await new Promise<number | null>((done, failed) => {
    child.once('error', failed);
    child.once('close', done);
  });
  if (code !== 0) throw startError('POSTGRES_FAILED', { what: 'create its files', said: said() });
  await rename(fresh, data);
}

/** A server that was killed leaves its PostgreSQL running: it is asked which folder it serves, then stopped. */
async function stopLeftover(data: string, password: string, log: Log): Promise<void> {
  const [pidText, , , portText] = (await readText(join(data, 'postmaster.pid')))?.split('\n') ?? [];
  if (!pidText || !portText) return;
  const pid = Number(pidText);
  const client = new pg.Client({
    host: '127.0.0.1',
    port: Number(portText),
    user: ACCOUNT,
    password,
    database: 'postgres',
    connectionTimeoutMillis: 3000,
  });
  const ended = new Promise<void>((done) => client.once('end', () => done()));
  try {
    await client.connect();
    const { rows } = await client.query('SHOW data_directory');
    if (rows[0]?.data_directory !== data) return await client.end();
  } catch (error) {
    // Nothing of ours answers: PostgreSQL itself clears a stale file away, or says why it cannot.
    log.info('no PostgreSQL was left over', { reason: reasonOf(error) });
    return;
  }
  log.warn('stopping the PostgreSQL of a server that was killed', { pid });
  client.on('error', () => undefined); // the shutdown that is asked for cuts this connection
  process.kill(pid, 'SIGINT');
  await ended;
  await untilGone(pid);
}

async function untilGone(pid: number): Promise<void> {
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (isAlive(pid)) {
    if (Date.now() > deadline) {
      throw startError('POSTGRES_FAILED', { what: 'stop in time', said: `process ${pid} is still there` });
    }
    // Another process's end cannot be awaited, only asked for.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Resolves when it says that it takes connections. */
function untilReady(child: ChildProcess, data: string, version: string | undefined): Promise<void> {
  const said = collect(child);
  return new Promise((done, failed) => {
    const fail = (why?: Error) => {
      const expected = /compatible with this version (\S+?)\.?$/m.exec(said())?.[1];
      failed(
        expected
          ? startError('DATABASE_OF_ANOTHER_VERSION', { folder: data, came: version?.trim() ?? '', expected })
          : startError('POSTGRES_FAILED', { what: 'start', said: said() || reasonOf(why) }, why),
      );
    };
    child.once('error', fail);
    child.once('exit', () => fail());
    child.stderr?.on('data', () => {
      if (said().includes('ready to accept connections')) done();
    });
  });
}

/** The last of what a program said, for the sentence of an error. */
function collect(child: ChildProcess): () => string {
  let said = '';
  child.stderr?.on('data', (text: Buffer) => {
    said = (said + text).slice(-2000);
  });
  return () => said.trim();
}

async function ensureDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (!rowCount) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address && typeof address === 'object') done(address.port);
        else failed(new Error('no free port'));
      });
    });
  });
}
