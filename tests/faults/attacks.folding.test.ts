/** The attacks on folding: 8, 9 and 10 of the fifteen, with real folds in a real database. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Painter } from '../../apps/server/src/rooms/testing/painter.ts';
import { createLedger, type Ledger, NOTHING_WRONG } from './ledger.ts';
import { actAtRandom, elapsed, eventually, randomRuns, seededRandom, startWork, within } from './painting.ts';
import { startProxy } from './proxy.ts';
import { type ServerProcess, startServerProcess } from './serverProcess.ts';
import { isDataFrame } from './webSocketFrames.ts';
import { SIZE, same, startWorld, type World } from './world.ts';

// Most of it is waiting for a machine that may have other work.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const UNDO_HORIZON = 8;
const FOLDS = {
  undoHorizon: UNDO_HORIZON,
  foldAtLeast: 12,
  foldQuietAtLeast: 4,
  foldQuietMs: 500,
  foldLeaseMs: 300,
  pollMs: 200,
};

let world: World;
beforeAll(async () => {
  world = await startWorld({ limits: FOLDS });
});
afterAll(() => world?.[Symbol.asyncDispose]());

const open = (name: string, room: string, origin = world.server.origin) =>
  world.page(name, { room, undoHorizon: UNDO_HORIZON, origin });

async function foldsOf(room: string): Promise<number> {
  const fold = await world.database.prisma.maskFold.findUnique({ where: { maskId: room.split('@')[0]! } });
  return fold?.number ?? 0;
}

/** `act` is repeated until the mask has been folded so many times more. */
async function untilFolded(room: string, times: number, act: () => void): Promise<void> {
  const wanted = (await foldsOf(room)) + times;
  for (const deadline = performance.now() + 60_000; (await foldsOf(room)) < wanted; ) {
    expect(performance.now(), 'the mask is folded').toBeLessThan(deadline);
    act();
    await elapsed(15);
  }
}

async function agrees(room: string, ledger: Ledger, pages: readonly Painter[]): Promise<void> {
  await within('everything is saved', Promise.all(pages.map((page) => page.saved())));
  const clean = await world.cleanPage({ room, undoHorizon: UNDO_HORIZON });
  expect(ledger.judge(clean.pixels(), ledger.moment())).toEqual(NOTHING_WRONG);
  for (const page of pages) {
    await eventually('every page shows the same', () => same(page.pixels(), clean.pixels()));
    expect(page.refused).toEqual([]);
  }
}

describe('attack 8', () => {
  it('offline for long, two foldings meanwhile; comes back, and re-submits what was already there: nothing is lost or doubled', {
    timeout: 120_000,
  }, async () => {
    const room = await world.room();
    await using proxy = await startProxy(world.server.port);
    const anna = await open('anna', room, proxy.origin);
    const bert = await open('bert', room);
    const ledger = createLedger(SIZE);
    const [annas, berts] = [ledger.follow(anna, 'session-anna'), ledger.follow(bert, 'session-bert')];
    const random = seededRandom(8);
    for (let i = 0; i < 20; i++) annas.paint(1 + (i % 9), randomRuns(random, SIZE));
    await within('the first are saved', anna.saved());
    // What comes next is committed, and nobody tells her.
    proxy.fate = (unit, direction) => (direction === 'down' && isDataFrame(unit) ? 'drop' : 'pass');
    for (let i = 0; i < 5; i++) annas.paint(1 + i, randomRuns(random, SIZE));
    await eventually('they are there', () => bert.mask.greatestStrokeIdOf('session-anna') === 25);
    anna.provider.disconnect();
    proxy.fate = () => 'pass';
    expect(anna.tracker.pendingStrokes).toBe(5);
    for (let i = 0; i < 5; i++) actAtRandom(annas, random, SIZE);
    annas.paint(7, randomRuns(random, SIZE));
    await untilFolded(room, 2, () => actAtRandom(berts, random, SIZE));
    await within('the other is saved', bert.saved());
    anna.provider.connect();
    await agrees(room, ledger, [anna, bert]);
  });
});

describe('attack 9', () => {
  it('A paints, B paints over half, A undoes and redoes while the server folds: the ledger is right to the pixel', {
    timeout: 120_000,
  }, async () => {
    const room = await world.room();
    const anna = await open('anna', room);
    const bert = await open('bert', room);
    const ledger = createLedger(SIZE);
    const [annas, berts] = [ledger.follow(anna, 'session-anna'), ledger.follow(bert, 'session-bert')];
    const random = seededRandom(9);
    let turn = 0;
    await untilFolded(room, 4, () => {
      annas.paint(1, randomRuns(random, SIZE));
      berts.paint(2, randomRuns(random, SIZE));
      // Down to the horizon and beyond it, where nothing can be undone any more; then some of it again.
      const deep = turn++ % 3 === 0 ? UNDO_HORIZON + 2 : 2;
      for (let i = 0; i < deep; i++) annas.undo();
      for (let i = 0; i < deep - 1; i++) annas.redo();
    });
    await agrees(room, ledger, [anna, bert]);
  });
});

describe('attack 10', () => {
  it('two nodes believe they own the mask, and both fold, one of them frozen past its lease: every stroke is there once', {
    timeout: 180_000,
  }, async () => {
    const room = await world.room();
    const store = new URL(world.database.url);
    await using second: ServerProcess = await startServerProcess({ databaseUrl: store.href, limits: FOLDS });
    const anna = await open('anna', room);
    const bert = await open('bert', room, second.origin);
    const ledger = createLedger(SIZE);
    const authors = [ledger.follow(anna, 'session-anna'), ledger.follow(bert, 'session-bert')];
    const work = startWork(authors, seededRandom(10), { everyMs: 25, size: SIZE });
    const holders = new Set<string>();
    const look = async () => {
      const { foldHolder } = await world.database.prisma.mask.findUniqueOrThrow({
        where: { id: room.split('@')[0]! },
        select: { foldHolder: true },
      });
      if (foldHolder !== null) holders.add(foldHolder);
    };
    try {
      for (let round = 0; round < 6 || (holders.size < 2 && round < 100); round++) {
        const frozen = round % 2 === 0 ? world.server : second;
        frozen.signal('SIGSTOP');
        try {
          const before = await foldsOf(room);
          const deadline = performance.now() + 4_000;
          while ((await foldsOf(room)) === before && performance.now() < deadline) await elapsed(20);
          await look();
        } finally {
          frozen.signal('SIGCONT');
        }
        await elapsed(100);
        await look();
      }
    } finally {
      work.stop();
    }
    expect(holders.size).toBe(2);
    expect(await foldsOf(room)).toBeGreaterThan(3);
    await agrees(room, ledger, [anna, bert]);
  });
});
