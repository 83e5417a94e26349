/** What a network can do to a page that paints: each fault is noticed and healed, and nothing called saved is lost by it. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openPainter, type Painter } from '../../apps/server/src/rooms/testing/painter.ts';
import { type FaultDatabase, startFaultDatabase } from './database.ts';
import { type Author, createLedger, type Ledger, NOTHING_WRONG } from './ledger.ts';
import { eventually, randomRuns, seededRandom, startWork, within } from './painting.ts';
import { type FaultyProxy, startProxy } from './proxy.ts';
import { type ServerProcess, startServerProcess } from './serverProcess.ts';
import { isDataFrame, syncMessage } from './webSocketFrames.ts';

// Most of it is waiting for a machine that may have other work.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const SIZE = { width: 300, height: 200 };

let database: FaultDatabase;
let server: ServerProcess;
beforeAll(async () => {
  database = await startFaultDatabase();
  await database.addPeople('annotator', 'anna', 'bert');
  await database.addPeople('viewer', 'vera');
  server = await startServerProcess({ databaseUrl: database.url, limits: { heartbeatMs: 2_000 } });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

interface Scene extends AsyncDisposable {
  proxy: FaultyProxy;
  /** Behind the proxy. */
  author: Author;
  anna: Painter;
  /** Straight at the server. */
  bert: Painter;
  ledger: Ledger;
  /** Everything is saved, and both and a clean page show exactly what the ledger says. */
  healed(withinMs?: number): Promise<void>;
}

let scenes = 0;

async function openScene(): Promise<Scene> {
  const room = `${await database.addMask(SIZE)}@0`;
  const scene = ++scenes;
  const proxy = await startProxy(server.port);
  const page = (name: string, origin: string, sessionId = `session-${name}-${scene}`) => {
    const painter = openPainter({ origin }, { name, sessionId, room, ...SIZE });
    painter.provider.maxBackoffTime = 200;
    return painter;
  };
  const [anna, bert] = [page('anna', proxy.origin), page('bert', server.origin)];
  const ledger = createLedger(SIZE);
  const author = ledger.follow(anna, `session-anna-${scene}`);
  await within('both are in', Promise.all([anna.synced, bert.synced]));
  return {
    proxy,
    author,
    anna,
    bert,
    ledger,
    async healed(withinMs = 30_000) {
      await eventually('everything is saved', () => anna.tracker.pendingStrokes === 0, withinMs);
      await using clean = page('vera', server.origin, `clean-page-${scene}`);
      await within('a clean page is synchronised', clean.synced);
      for (const seen of [anna, clean]) {
        expect(ledger.judge(seen.pixels(), ledger.moment())).toEqual(NOTHING_WRONG);
      }
      const same = () => Buffer.compare(bert.pixels(), anna.pixels()) === 0;
      await eventually('the other page shows the same', same);
    },
    async [Symbol.asyncDispose]() {
      await anna[Symbol.asyncDispose]();
      await bert[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

describe.concurrent('a network that', () => {
  it('drops a client frame is noticed within 5 s while drawing', async () => {
    await using scene = await openScene();
    let dropped = 0;
    let at = 0;
    scene.proxy.fate = (unit, direction) => {
      if (direction === 'down' || syncMessage(unit) !== 'news' || dropped > 0) return 'pass';
      dropped++;
      at = performance.now();
      return 'drop';
    };
    const work = startWork([scene.author], seededRandom(1), { everyMs: 100, size: SIZE });
    await eventually('a frame was dropped', () => dropped > 0);
    await eventually('what was in it is saved', () => scene.ledger.acknowledged > 0);
    expect(performance.now() - at).toBeLessThan(5_000);
    work.stop();
    await scene.healed();
  });

  it('drops the answer of a page that comes back is noticed within 5 s while drawing', async () => {
    await using scene = await openScene();
    let answers = 0;
    scene.proxy.fate = (unit, direction) =>
      direction === 'up' && syncMessage(unit) === 'answer' && answers++ === 0 ? 'drop' : 'pass';
    for (const link of [...scene.proxy.links]) link.cut();
    await eventually('the answer was dropped', () => answers > 0);
    const at = performance.now();
    const work = startWork([scene.author], seededRandom(6), { everyMs: 100, size: SIZE });
    await eventually('what came after it is saved', () => scene.ledger.acknowledged > 0);
    expect(performance.now() - at).toBeLessThan(5_000);
    work.stop();
    await scene.healed();
  });

  it('drops now and then a client frame loses nothing', async () => {
    await using scene = await openScene();
    const random = seededRandom(2);
    let dropped = 0;
    scene.proxy.fate = (unit, direction) => {
      if (direction === 'down' || !isDataFrame(unit) || random() > 0.2) return 'pass';
      dropped++;
      return 'drop';
    };
    const work = startWork([scene.author], seededRandom(3), { everyMs: 30, size: SIZE });
    await eventually('twenty frames were dropped', () => dropped >= 20, 60_000);
    work.stop();
    scene.proxy.fate = () => 'pass';
    // A lost undo leaves no gap behind it: the next connection tells.
    for (const link of [...scene.proxy.links]) link.cut();
    await scene.healed();
  });

  it('changes bytes loses the connection and nothing else', async () => {
    await using scene = await openScene();
    const random = seededRandom(4);
    let cut = 0;
    scene.proxy.fate = (unit, direction) => {
      if (!isDataFrame(unit) || unit.length < 20 || direction === 'down' || random() > 0.1) return 'pass';
      cut++;
      // Some bytes in the middle are gone: the framing of everything behind them is wrong.
      const from = 8 + Math.floor(random() * (unit.length - 12));
      return Buffer.concat([unit.subarray(0, from), unit.subarray(from + 3)]);
    };
    const work = startWork([scene.author], seededRandom(5), { everyMs: 30, size: SIZE });
    await eventually('bytes were dropped ten times', () => cut >= 10, 60_000);
    work.stop();
    scene.proxy.fate = () => 'pass';
    for (const link of [...scene.proxy.links]) link.cut();
    await scene.healed();
  });

  it('halves a frame and cuts the connection loses nothing, in either direction', async () => {
    await using scene = await openScene();
    const random = seededRandom(6);
    let halved = 0;
    scene.proxy.fate = (unit) => {
      if (!isDataFrame(unit) || random() > 0.1) return 'pass';
      halved++;
      return 'halve';
    };
    const work = startWork([scene.author], seededRandom(7), { everyMs: 30, size: SIZE });
    await eventually('ten frames were halved', () => halved >= 10, 60_000);
    work.stop();
    scene.proxy.fate = () => 'pass';
    await scene.healed();
  });

  it.each(['up', 'down'] as const)(
    'closes one direction (%s) is left and come back to',
    async (direction) => {
      await using scene = await openScene();
      const { accepted } = scene.proxy;
      const work = startWork([scene.author], seededRandom(8), { everyMs: 50, size: SIZE });
      await eventually('strokes are saved', () => scene.ledger.acknowledged > 3);
      for (const link of scene.proxy.links) link.halfClose(direction);
      await eventually('the page has come back', () => scene.proxy.accepted > accepted, 60_000);
      work.stop();
      await scene.healed();
    },
    90_000,
  );

  it('is slow by 200 ms shows what is on its way as not saved, and then saves it', async () => {
    await using scene = await openScene();
    scene.proxy.delayMs = 200;
    const before = performance.now();
    scene.author.paint(1, randomRuns(seededRandom(20), SIZE));
    expect(scene.anna.tracker.pendingStrokes).toBe(1);
    await scene.anna.saved();
    expect(performance.now() - before).toBeGreaterThanOrEqual(400);
    await scene.healed();
  });

  it('swallows everything is noticed by both ends and healed', async () => {
    await using scene = await openScene();
    scene.author.paint(1, randomRuns(seededRandom(20), SIZE));
    await scene.anna.saved();
    scene.proxy.blackHole = true;
    scene.author.paint(2, randomRuns(seededRandom(20), SIZE));
    const links = [...scene.proxy.links];
    // Three signs of life are missed by then, in 6 s; y-websocket gives a silent server 30 s.
    await eventually(
      'the server has closed',
      () => links.every((link) => !scene.proxy.links.has(link)),
      20_000,
    );
    expect(scene.anna.tracker.pendingStrokes).toBe(1);
    scene.proxy.blackHole = false;
    await scene.healed(60_000);
  }, 90_000);
});

describe('a server that is killed in the gap', () => {
  it('behind a dropped frame gets all of it when it is back', async () => {
    await using scene = await openScene();
    scene.author.paint(1, randomRuns(seededRandom(9), SIZE));
    await scene.anna.saved();
    let up = 0;
    scene.proxy.fate = (unit, direction) => {
      if (!isDataFrame(unit)) return 'pass';
      // The server's question for what is missing does not arrive: the gap stays until the kill.
      if (direction === 'down') return up > 0 ? 'drop' : 'pass';
      return up++ === 0 ? 'drop' : 'pass';
    };
    for (let i = 10; i < 14; i++) scene.author.paint(2, randomRuns(seededRandom(i), SIZE));
    await eventually('strokes behind the lost one are sent', () => up >= 4);
    await server.kill();
    scene.proxy.fate = () => 'pass';
    expect(scene.anna.tracker.pendingStrokes).toBe(4);
    await server.restart();
    await scene.healed();
  });
});
