/** The attacks on "saved": 1, 2, 3 and 15 of the fifteen. The long versions are the tests of kills, network and outages. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLedger, NOTHING_WRONG } from './ledger.ts';
import { elapsed, eventually, randomRuns, seededRandom, startWork, within } from './painting.ts';
import { startProxy } from './proxy.ts';
import { syncMessage } from './webSocketFrames.ts';
import { SIZE, same, startWorld, type World } from './world.ts';

// Most of it is waiting for a machine that may have other work.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let world: World;
beforeAll(async () => {
  world = await startWorld({ limits: { longestRetryMs: 500 } });
});
afterAll(() => world?.[Symbol.asyncDispose]());

describe('attack 1', () => {
  it('kill -9 within 50 ms of an acknowledgement; open in a clean browser profile: the stroke is there', async () => {
    const room = await world.room();
    await using anna = await world.page('anna', { room });
    const random = seededRandom(1);
    const afterMs: number[] = [];
    for (const [round, waitMs] of [0, 10, 25].entries()) {
      anna.paint(1 + round, randomRuns(random, SIZE));
      await anna.saved();
      const saved = performance.now();
      if (waitMs > 0) await elapsed(waitMs);
      afterMs.push(performance.now() - saved);
      await world.server.kill();
      await world.server.restart();
      await using clean = await world.cleanPage({ room });
      expect(clean.mask.strokeCountOf('session-anna')).toBe(round + 1);
      expect(same(clean.pixels(), anna.pixels())).toBe(true);
    }
    expect(Math.min(...afterMs)).toBeLessThan(50);
  });
});

describe('attack 2', () => {
  it('the last user leaves and a new one joins while the store takes 500 ms; then both leave: nothing is lost', async () => {
    const room = await world.room();
    const anna = await world.page('anna', { room });
    world.store.delayMs = 250;
    try {
      anna.stroke(1, [10, 10], [90, 90]);
      const seen = anna.pixels();
      // The stroke is in the socket, and its commit needs half a second.
      await anna[Symbol.asyncDispose]();
      world.store.delayMs = 100;
      const bert = await world.page('bert', { room });
      await within(
        'the stroke is there',
        bert.until(() => bert.mask.strokeCountOf('session-anna') === 1),
      );
      bert.stroke(2, [90, 10], [10, 90]);
      const both = bert.pixels();
      expect(same(both, seen)).toBe(false);
      await bert[Symbol.asyncDispose]();
      await using clean = await world.cleanPage({ room });
      await within(
        'both strokes are there',
        clean.until(() => same(clean.pixels(), both)),
      );
    } finally {
      world.store.delayMs = 0;
    }
    const { length } = await world.database.prisma.maskLog.findMany({ where: { maskId: room.slice(0, -2) } });
    expect(length).toBe(2);
  });
});

describe('attack 3', () => {
  it('a proxy drops one client frame; drawing goes on: noticed within 5 s; the server restarts in the gap: nothing is lost', async () => {
    const room = await world.room();
    await using proxy = await startProxy(world.server.port);
    await using anna = await world.page('anna', { room, origin: proxy.origin });
    const ledger = createLedger(SIZE);
    const author = ledger.follow(anna, 'session-anna');
    const random = seededRandom(3);
    const dropOne = () => {
      let droppedAt = Number.NaN;
      proxy.fate = (unit, direction) => {
        if (direction === 'down' || syncMessage(unit) !== 'news' || droppedAt > 0) return 'pass';
        droppedAt = performance.now();
        return 'drop';
      };
      return () => droppedAt;
    };
    const droppedAt = dropOne();
    author.paint(1, randomRuns(random, SIZE));
    const work = startWork([author], random, { everyMs: 100, size: SIZE });
    await eventually('the lost stroke is saved', () => ledger.acknowledged > 0);
    expect(performance.now() - droppedAt()).toBeLessThan(5_000);
    dropOne();
    author.paint(2, randomRuns(random, SIZE));
    author.paint(3, randomRuns(random, SIZE));
    await world.server.kill();
    await world.server.restart();
    work.stop();
    await within('all is saved', anna.saved());
    await using clean = await world.cleanPage({ room });
    expect(ledger.judge(clean.pixels(), ledger.moment())).toEqual(NOTHING_WRONG);
    expect(ledger.acknowledged).toBe(ledger.painted);
  });
});

describe('attack 15', () => {
  it.skipIf(process.platform !== 'linux')(
    'PostgreSQL gone: no false acknowledgement, bounded memory, recovery without a new edit',
    async () => {
      const room = await world.room();
      await using anna = await world.page('anna', { room });
      await using bert = await world.page('bert', { room });
      anna.stroke(1, [10, 10], [90, 10]);
      await within('the database is there', anna.saved());
      const before = await world.server.measure();
      await world.database.freeze();
      try {
        anna.stroke(2, [10, 50], [90, 50]);
        await within(
          'others see it',
          bert.until(() => bert.mask.strokeCountOf('session-anna') === 2),
        );
        await elapsed(1_500);
        expect(anna.tracker.pendingStrokes).toBe(1);
        expect((await world.server.measure()).rss - before.rss).toBeLessThan(64 * 1024 * 1024);
      } finally {
        await world.database.thaw();
      }
      await within('it is saved', anna.saved());
      await world.server.kill();
      await world.server.restart();
      await using clean = await world.cleanPage({ room });
      expect(same(clean.pixels(), anna.pixels())).toBe(true);
    },
  );
});
