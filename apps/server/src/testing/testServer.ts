/** For tests: `await using server = await startTestServer()`, the real server on a free port, with people who speak REST. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CallOptions,
  type CallResult,
  createClient,
  type Role,
  type RouteName,
} from '@cotrace/protocol';
import { issueSignInToken } from '../access/accountHandlers.ts';
import type { BlobStore } from '../blobs/blobStore.ts';
import { createFolderBlobStore } from '../blobs/folderBlobStore.ts';
import { type CotraceServer, createServer } from '../createServer.ts';
import { createLog, type Log } from '../log.ts';
import { openStore, type Store } from '../store/openStore.ts';
import { startTestDatabase, type TestDatabase } from './testDatabase.ts';

export const TRAINER_TOKEN = 'the-trainers-own-token';

export interface TestPerson {
  userId: string;
  headers: Record<string, string>;
  call<N extends RouteName>(name: N, options: CallOptions<N>): Promise<CallResult<N>>;
}

export interface TestServer extends AsyncDisposable {
  origin: string;
  db: TestDatabase;
  store: Store;
  blobs: BlobStore;
  home: string;
  server: CotraceServer;
  /** What the server logged, a line each. */
  logged: string[];
  /** Signed in with the token of the start. */
  owner: TestPerson;
  nobody: TestPerson;
  trainer: TestPerson;
  /** A new account by an invitation of the owner. */
  join(projectId: string, role: Role, name: string): Promise<TestPerson>;
}

export async function startTestServer(options: { log?: Log } = {}): Promise<TestServer> {
  const db = await startTestDatabase();
  const home = await mkdtemp(join(tmpdir(), 'cotrace-test-home-'));
  const logged: string[] = [];
  const log = options.log ?? createLog((line) => logged.push(line));
  const store = openStore(db.url);
  const blobs = await createFolderBlobStore(join(home, 'blobs'));
  const config = { publicUrl: 'http://localhost:4680', trainerToken: TRAINER_TOKEN, home };
  const parts = { config, version: '0.0.0', secret: 'a secret of thirty-two characters', store, blobs };
  const server = await createServer({ ...parts, web: undefined, log });
  const origin = `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}`;

  const person = (userId: string, headers: Record<string, string>): TestPerson => {
    const client = createClient({
      baseUrl: origin,
      fetch: (url, init) => fetch(url, init as RequestInit),
      headers,
    });
    return { userId, headers, call: (name, given) => client.call(name, given) };
  };
  const signedIn = async (path: string, body: object): Promise<TestPerson> => {
    const answer = await fetch(origin + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
    const cookie = answer.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const { userId } = (await answer.json()) as { userId: string };
    return person(userId, { cookie });
  };
  const owner = await signedIn('/api/sign-in/token', { token: await issueSignInToken(store.accounts) });

  return {
    origin,
    db,
    store,
    blobs,
    home,
    server,
    logged,
    owner,
    nobody: person('', {}),
    trainer: person('', { authorization: `Bearer ${TRAINER_TOKEN}` }),
    async join(projectId, role, name) {
      const { url } = await owner.call('createInvitation', { params: { projectId }, body: { role } });
      const email = `${name.toLowerCase()}@example.org`;
      const path = `/api/invitations/${url!.split('/').at(-1)}/sign-up`;
      return signedIn(path, { name, email, password: `${name} likes tissue` });
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await store.close();
      await db[Symbol.asyncDispose]();
      await rm(home, { recursive: true, force: true });
    },
  };
}
