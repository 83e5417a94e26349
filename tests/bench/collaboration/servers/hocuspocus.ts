/**
 * Hocuspocus with its own defaults (stores 2 s after the last change, 10 s after the first one at the latest) and its Database
 * extension on PostgreSQL, one row a document. Its packages come from a folder of their own: they are no part of the project.
 */
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import type * as Yjs from 'yjs';
import { now } from '../clock.ts';
import { answerCalls, tell } from '../processes.ts';
import type { ServerCalls, Stored } from './serverCalls.ts';
import { tellingUsage } from './usage.ts';

const TOKEN = 'a-token-of-the-bench';

/** What is used of the packages. */
interface Packages {
  Server: new (configuration: object) => { listen(): Promise<unknown>; readonly address: { port: number } };
  Database: new (configuration: {
    fetch(given: { documentName: string }): Promise<Uint8Array | null>;
    store(given: { documentName: string; state: Uint8Array; document: Yjs.Doc }): Promise<void>;
  }) => object;
  yjs: typeof Yjs;
}

/** `folder`: where the packages are installed. */
async function load(folder: string): Promise<Packages> {
  const { resolve } = createRequire(join(folder, 'package.json'));
  const [server, database, yjs] = await Promise.all(
    ['@hocuspocus/server', '@hocuspocus/extension-database', 'yjs'].map(
      (name) => import(pathToFileURL(resolve(name)).href),
    ),
  );
  return { Server: server.Server, Database: database.Database, yjs };
}

async function listen({ databaseUrl }: { databaseUrl: string }) {
  const { Server, Database, yjs } = await load(process.argv[2]!);
  const pool = new pg.Pool({ connectionString: databaseUrl });
  await pool.query('CREATE TABLE IF NOT EXISTS documents (name text PRIMARY KEY, state bytea NOT NULL)');
  const clocksOf = (document: Yjs.Doc): Stored['clocks'] => [
    ...yjs.decodeStateVector(yjs.encodeStateVector(document)),
  ];
  const server = new Server({
    port: 0,
    address: '127.0.0.1',
    quiet: true,
    stopOnSignals: false,
    async onAuthenticate({ token }: { token: string }) {
      if (token !== TOKEN) throw new Error('Not the token of the bench.');
    },
    extensions: [
      new Database({
        async fetch({ documentName }) {
          const { rows } = await pool.query('SELECT state FROM documents WHERE name = $1', [documentName]);
          return rows[0]?.state ?? null;
        },
        async store({ documentName, state, document }) {
          // The state was encoded in this very turn: these are the clocks that are in it.
          const clocks = clocksOf(document);
          await pool.query(
            `INSERT INTO documents (name, state) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET state = excluded.state`,
            [documentName, state],
          );
          tell({ document: documentName, at: now(), clocks } satisfies Stored);
        },
      }),
    ],
  });
  await server.listen();
  return { origin: `ws://127.0.0.1:${server.address.port}`, token: TOKEN };
}

answerCalls({
  listen,
  // As long as the id of a mask in Cotrace: the name is in every frame.
  makeDocuments: ({ count }) =>
    Array.from({ length: count }, () => randomUUID().replaceAll('-', '').slice(0, 25)),
  epochOf: () => 0,
  ...tellingUsage,
} satisfies ServerCalls);
