/** What all runs of a bench stand on: one PostgreSQL as the server itself runs it, the servers as processes, and their ends. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openDatabase } from '../../../apps/server/src/database/openDatabase.ts';
import { createLog } from '../../../apps/server/src/log.ts';
import { SERVER_FLAGS, SERVER_MEMORY } from '../../../scripts/setup/serverMemory.mjs';
import { type Child, startChild } from './processes.ts';
import { treeCpuMs } from './processTime.ts';
import type { ServerCalls } from './servers/serverCalls.ts';
import type { ServerKind } from './wires.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface RunningServer extends AsyncDisposable {
  readonly kind: ServerKind;
  readonly origin: string;
  readonly token: string;
  readonly process: Child<ServerCalls>;
}

export interface Stage extends AsyncDisposable {
  /** Files of one run of the bench. */
  readonly folder: string;
  /** The Node that runs servers and painters. */
  readonly node: string;
  readonly cotraceDatabase: string;
  startServer(kind: ServerKind): Promise<RunningServer>;
  /** Processor time of PostgreSQL and all its children so far, ms; undefined where the system does not tell. */
  databaseCpuMs(): Promise<number | undefined>;
}

/** `peers`: folder of Hocuspocus's packages. */
export async function openStage(options: { node: string; peers?: string | undefined }): Promise<Stage> {
  const { node, peers } = options;
  const folder = await mkdtemp(join(tmpdir(), 'cotrace-bench-'));
  const log = createLog(() => {});
  const database = await openDatabase({ url: undefined, home: folder, log });
  const postmaster = Number(
    (await readFile(join(folder, 'postgres/data/postmaster.pid'), 'utf8')).split('\n')[0],
  );
  const urls: Record<ServerKind, string> = {
    cotrace: database.url,
    hocuspocus: await addDatabase(database.url, 'hocuspocus'),
    relay: '',
  };
  const servers = new Set<Child<ServerCalls>>();
  const end = async () => {
    for (const signal of SIGNALS) process.off(signal, interrupted);
    await Promise.all([...servers].map((server) => server.end()));
    await database.close();
    await rm(folder, { recursive: true, force: true });
  };
  // PostgreSQL runs in a group of its own and would go on for ever.
  const interrupted = () => void end().finally(() => process.exit(130));
  for (const signal of SIGNALS) process.on(signal, interrupted);
  return {
    folder,
    node,
    cotraceDatabase: database.url,
    async startServer(kind) {
      const child = await startChild<ServerCalls>({
        file: `servers/${kind}.ts`,
        node,
        args: kind === 'hocuspocus' ? [peers!] : [],
        // As `npm start` starts it; the others have no such settings.
        ...(kind === 'cotrace' ? { flags: SERVER_FLAGS, env: SERVER_MEMORY } : {}),
      });
      servers.add(child);
      const { origin, token } = await child.call('listen', {
        databaseUrl: urls[kind],
        folder: await mkdtemp(join(folder, `${kind}-`)),
      });
      return {
        kind,
        origin,
        token,
        process: child,
        async [Symbol.asyncDispose]() {
          servers.delete(child);
          await child.end();
        },
      };
    },
    databaseCpuMs: () => treeCpuMs(postmaster),
    [Symbol.asyncDispose]: end,
  };
}

async function addDatabase(url: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  await client.end();
  const address = new URL(url);
  address.pathname = `/${name}`;
  return address.href;
}
