/** A durable database, the real server beside it, and pages of people: what most attacks begin with. */
import type { Role } from '@cotrace/protocol';
import type { RoomLimits } from '../../apps/server/src/rooms/roomLimits.ts';
import { openPainter, type Painter } from '../../apps/server/src/rooms/testing/painter.ts';
import { type FaultDatabase, startFaultDatabase } from './database.ts';
import { elapsed, within } from './painting.ts';
import { type FaultyProxy, startProxy } from './proxy.ts';
import { type Leak, type ServerProcess, startServerProcess } from './serverProcess.ts';

export interface Size {
  width: number;
  height: number;
}

export const SIZE: Size = { width: 300, height: 200 };

const PEOPLE: readonly [Role, readonly string[]][] = [
  ['owner', ['olga']],
  ['annotator', ['anna', 'bert', 'mallory']],
  ['viewer', ['vera']],
];

export interface World extends AsyncDisposable {
  readonly database: FaultDatabase;
  /** Between the server and its database. */
  readonly store: FaultyProxy;
  readonly server: ServerProcess;
  /** A new mask's room. */
  room(size?: Size): Promise<string>;
  /** Somebody's page, synchronised; closed with the world unless closed before. */
  page(name: string, options: PageOptions): Promise<Painter>;
  /** One that nobody has used yet, of a reader. */
  cleanPage(options: PageOptions): Promise<Painter>;
}

export interface PageOptions {
  room: string;
  sessionId?: string;
  size?: Size;
  origin?: string;
  undoHorizon?: number;
}

export async function startWorld(
  options: { whole?: boolean; limits?: Partial<RoomLimits>; leak?: Leak } = {},
): Promise<World> {
  const database = await startFaultDatabase();
  for (const [role, names] of PEOPLE) await database.addPeople(role, ...names);
  const store = await startProxy(database.port, { raw: true });
  const url = new URL(database.url);
  url.port = String(store.port);
  const server = await startServerProcess({ databaseUrl: url.href, ...options });
  const pages = new Set<Painter>();
  let cleanPages = 0;
  const world: World = {
    database,
    store,
    server,
    room: async (size = SIZE) => `${await database.addMask(size)}@0`,
    async page(
      name,
      { room, sessionId = `session-${name}`, size = SIZE, origin = server.origin, undoHorizon },
    ) {
      const horizon = undoHorizon === undefined ? {} : { undoHorizon };
      const page = openPainter({ origin }, { name, sessionId, room, ...size, ...horizon });
      page.provider.maxBackoffTime = 200;
      pages.add(page);
      await within(`${name} is in`, page.synced);
      return page;
    },
    cleanPage: (given) => world.page('vera', { ...given, sessionId: `clean-page-${++cleanPages}` }),
    async [Symbol.asyncDispose]() {
      for (const page of pages) await page[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
  return world;
}

/** Milliseconds that the worst stroke may take during an attack: half a second on a machine of its own, of which it has a part. */
export const WORST_MS = 15_000;

export interface Felt {
  strokes: number;
  /** Milliseconds, the worst of all strokes: until the other page showed it, until it was saved. */
  worstToPeer: number;
  worstToSaved: number;
}

/** What two people who paint feel of an attack: one stroke after the other for as long as it goes on, at least three. */
export async function feltDuring(
  [anna, bert]: readonly [Painter, Painter],
  sessionId: string,
  attack: () => Promise<unknown>,
): Promise<Felt> {
  const felt: Felt = { strokes: 0, worstToPeer: 0, worstToSaved: 0 };
  let isOver = false;
  const attacking = attack().finally(() => {
    isOver = true;
  });
  // Its failure is told below, after the stroke that is on its way.
  attacking.catch(() => undefined);
  const before = bert.mask.strokeCountOf(sessionId);
  while (!isOver || felt.strokes < 3) {
    const start = performance.now();
    const at = 10 + ((felt.strokes * 7) % 180);
    anna.stroke(1 + (felt.strokes % 9), [at, 20], [at + 60, 90]);
    felt.strokes++;
    const toPeer = bert.until(() => bert.mask.strokeCountOf(sessionId) >= before + felt.strokes);
    const timed = [toPeer, anna.saved()].map(async (done) => {
      await within('a stroke arrives', done, 60_000);
      return performance.now() - start;
    });
    const [peer, saved] = await Promise.all(timed);
    felt.worstToPeer = Math.max(felt.worstToPeer, peer!);
    felt.worstToSaved = Math.max(felt.worstToSaved, saved!);
    await elapsed(30);
  }
  await attacking;
  return felt;
}

export const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** What was measured, a line for whoever reads the tests' output. */
export function report(what: string, figures: object): void {
  const rounded = Object.fromEntries(
    Object.entries(figures).map(([key, value]) => [
      key,
      typeof value === 'number' ? Math.round(value) : value,
    ]),
  );
  process.stdout.write(`${what}: ${JSON.stringify(rounded)}\n`);
}
