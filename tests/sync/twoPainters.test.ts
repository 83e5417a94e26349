/** Stock y-websocket clients through a real http server: what people see of each other, undo, and what is kept. */
import { type Runs, rasterizeStroke } from '@cotrace/mask';
import { seededRandom } from '@cotrace/tissue';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { openPainter } from '../../apps/server/src/rooms/testing/painter.ts';
import { connectRaw } from '../../apps/server/src/rooms/testing/rawClient.ts';
import { startRoomServer } from '../../apps/server/src/rooms/testing/roomServer.ts';
import { pushed, recordBytes } from '../../apps/server/src/rooms/testing/strokes.ts';
import { oraclePixels } from './oracle.ts';

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
const labelled = (pixels: Uint8Array) => pixels.filter((label) => label !== 0).length;

describe('two stock y-websocket clients', () => {
  it('paint one mask and see the same pixels, which are the ones that are kept', async () => {
    await using server = await startRoomServer();
    await using anna = openPainter(server, { name: 'anna' });
    await using bert = openPainter(server, { name: 'bert' });
    await Promise.all([anna.synced, bert.synced]);
    anna.stroke(1, [10, 10], [150, 90]);
    bert.stroke(2, [150, 10], [10, 90]);
    await Promise.all([anna.saved(), bert.saved()]);
    await anna.until(() => anna.mask.strokeCountOf('session-bert') === 1);
    await bert.until(() => bert.mask.strokeCountOf('session-anna') === 1);
    expect(labelled(anna.pixels())).toBeGreaterThan(1000);
    expect(same(anna.pixels(), bert.pixels())).toBe(true);
    const kept = await server.rooms.labels('mask');
    expect(same(kept.values, anna.pixels())).toBe(true);
    expect(server.store.labelledPixels('mask')).toBe(labelled(kept.values));
  });

  it('see their strokes as saving until the commit, and no longer', async () => {
    await using server = await startRoomServer();
    await using anna = openPainter(server, { name: 'anna' });
    await anna.synced;
    const attempt = server.store.nextAttempt();
    const commit = server.store.holdAppends();
    anna.stroke(1, [10, 10], [50, 50]);
    expect(anna.tracker.pendingStrokes).toBe(1);
    await attempt;
    expect(anna.tracker.pendingStrokes).toBe(1);
    commit();
    await anna.saved();
    expect(await server.store.loadSince('mask', 0, 0)).toHaveLength(1);
  });

  it('undo and redo their own strokes under and over what the other has painted since', async () => {
    await using server = await startRoomServer();
    await using anna = openPainter(server, { name: 'anna' });
    await using bert = openPainter(server, { name: 'bert' });
    await Promise.all([anna.synced, bert.synced]);
    anna.stroke(1, [20, 50], [200, 50], 21);
    await bert.until(() => bert.mask.strokeCountOf('session-anna') === 1);
    bert.stroke(2, [100, 10], [100, 90], 21);
    await anna.until(() => anna.mask.strokeCountOf('session-bert') === 1);
    expect(anna.mask.composition.labelAt(100, 50)).toBe(2);

    expect(anna.mask.undo()).toBe(true);
    await bert.until(() => bert.mask.strokeCountOf('session-anna') === 0);
    expect(bert.mask.composition.labelAt(100, 50)).toBe(2);
    expect(bert.mask.composition.labelAt(30, 50)).toBe(0);
    expect(anna.mask.undo()).toBe(false);

    expect(anna.mask.redo()).toBe(true);
    await bert.until(() => bert.mask.strokeCountOf('session-anna') === 1);
    expect(bert.mask.composition.labelAt(100, 50)).toBe(2);
    expect(bert.mask.composition.labelAt(30, 50)).toBe(1);
    await Promise.all([anna.saved(), bert.saved()]);
    expect(same((await server.rooms.labels('mask')).values, anna.pixels())).toBe(true);
  });

  it('find the mask again as they left it, undone strokes undone', async () => {
    const server = await startRoomServer();
    const anna = openPainter(server, { name: 'anna' });
    await anna.synced;
    for (const [label, y] of [
      [1, 20],
      [2, 60],
      [1, 100],
    ] as const) {
      anna.stroke(label, [10, y], [250, y + 30]);
    }
    anna.mask.undo();
    await anna.saved();
    const before = anna.pixels();
    await anna[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await using restarted = await startRoomServer({ store: server.store });
    await using again = openPainter(restarted, { name: 'anna', sessionId: 'another-session' });
    await again.synced;
    expect(labelled(before)).toBeGreaterThan(1000);
    expect(same(again.pixels(), before)).toBe(true);
    expect(same((await restarted.rooms.labels('mask')).values, before)).toBe(true);
  });

  it('keep what they paint while the server is away, and hand it in when it is back', async () => {
    const first = await startRoomServer();
    const port = Number(new URL(first.origin).port);
    await using anna = openPainter(first, { name: 'anna' });
    await anna.synced;
    anna.stroke(1, [10, 10], [90, 90]);
    await anna.saved();
    await first[Symbol.asyncDispose]();
    anna.stroke(2, [90, 10], [10, 90]);
    anna.mask.undo();
    anna.stroke(2, [200, 10], [200, 90]);
    expect(anna.tracker.pendingStrokes).toBeGreaterThan(0);
    await using second = await startRoomServer({ store: first.store, port });
    await anna.saved();
    expect(same((await second.rooms.labels('mask')).values, anna.pixels())).toBe(true);
    expect(anna.refused).toEqual([]);
  });

  it('hand in their own strokes though the server has lost what others had shown them', async () => {
    const first = await startRoomServer({ limits: { firstRetryMs: 1 } });
    const port = Number(new URL(first.origin).port);
    const anna = openPainter(first, { name: 'anna' });
    await using bert = openPainter(first, { name: 'bert' });
    await Promise.all([anna.synced, bert.synced]);
    anna.stroke(1, [10, 10], [90, 10]);
    await anna.saved();
    first.store.isAway = true;
    anna.mask.undo();
    anna.stroke(1, [10, 50], [90, 50]);
    await bert.until(() => bert.mask.composition.labelAt(50, 50) === 1);
    bert.stroke(2, [10, 90], [90, 90]);
    await anna.until(() => anna.mask.strokeCountOf('session-bert') === 1);
    await anna[Symbol.asyncDispose]();
    await first[Symbol.asyncDispose]();
    first.store.isAway = false;
    await using second = await startRoomServer({ store: first.store, port });
    await bert.saved();
    expect(bert.refused.map(({ code }) => code).filter((code) => code !== 'DATABASE_UNAVAILABLE')).toEqual(
      [],
    );
    const { values } = await second.rooms.labels('mask');
    expect([10, 50, 90].map((y) => values[y * 300 + 50])).toEqual([1, 0, 2]);
  });

  it('paint in any order and end with the pixels that the rule says', async () => {
    const seed = 7;
    const random = seededRandom(seed);
    await using server = await startRoomServer();
    const names = ['anna', 'bert'];
    const painters = names.map((name) => openPainter(server, { name }));
    await Promise.all(painters.map(({ synced }) => synced));
    for (let step = 0; step < (process.env.COTRACE_LONG ? 2000 : 120); step++) {
      const painter = painters[Math.floor(random.unit() * painters.length)]!;
      const what = random.unit();
      if (what < 0.2) painter.mask.undo();
      else if (what < 0.3) painter.mask.redo();
      else {
        const place = () =>
          [Math.floor(random.unit() * 300), Math.floor(random.unit() * 200)] as [number, number];
        painter.stroke(Math.floor(random.unit() * 3), place(), place(), 3 + Math.floor(random.unit() * 30));
      }
      if (random.unit() < 0.3) await painter.saved();
    }
    await Promise.all(painters.map((painter) => painter.saved()));
    const kept = await server.rooms.labels('mask');
    await Promise.all(painters.map((painter) => painter.until(() => same(painter.pixels(), kept.values))));
    const expected = oraclePixels(painters[0]!.doc, { width: 300, height: 200 });
    expect(same(kept.values, expected), `seed ${seed}`).toBe(true);
    expect(server.store.labelledPixels('mask')).toBe(labelled(expected));
    expect(server.painted.at(-1)?.labelledPixels).toBe(labelled(expected));
    for (const painter of painters) await painter[Symbol.asyncDispose]();
  });
});

describe('a stock client among others who do not behave', () => {
  it('sees nothing of what a viewer sends by hand', async () => {
    await using server = await startRoomServer();
    await using anna = openPainter(server, { name: 'anna' });
    await anna.synced;
    const doc = new Y.Doc();
    await using vera = connectRaw(server, { name: 'vera', clientId: doc.clientID });
    await vera.next('ready');
    vera.sendUpdate(pushed(doc, 'session-vera', recordBytes()));
    expect((await vera.next('refused')).body.code).toBe('FORBIDDEN');
    anna.stroke(2, [10, 10], [20, 20]);
    await anna.saved();
    expect(anna.mask.strokeCountOf('session-vera')).toBe(0);
    expect(same((await server.rooms.labels('mask')).values, anna.pixels())).toBe(true);
  });

  it('is told when it may not paint any more, keeps its strokes, and hands them in when it may again', async () => {
    await using server = await startRoomServer();
    await using anna = openPainter(server, { name: 'anna' });
    await anna.synced;
    server.access.setRole('anna', 'viewer');
    await anna.until(() => anna.ready.at(-1)?.mayPaint === false);
    anna.stroke(1, [10, 10], [90, 90]);
    await anna.until(() => anna.refused.length > 0);
    expect(anna.refused[0]?.code).toBe('FORBIDDEN');
    expect(anna.tracker.pendingStrokes).toBe(1);
    expect(labelled((await server.rooms.labels('mask')).values)).toBe(0);
    server.access.setRole('anna', 'annotator');
    await anna.saved();
    expect(same((await server.rooms.labels('mask')).values, anna.pixels())).toBe(true);
  });
});

describe('whole planes', () => {
  const plane = () => {
    const values = new Uint8Array(300 * 200);
    const paint = (label: number, runs: Runs) => {
      for (let i = 0; i < runs.length; i += 3)
        values.fill(label, runs[i]! * 300 + runs[i + 1]!, runs[i]! * 300 + runs[i + 2]!);
    };
    const bounds = { width: 300, height: 200 };
    paint(
      1,
      rasterizeStroke(
        [
          { x: 50, y: 50 },
          { x: 250, y: 150 },
        ],
        { shape: 'round', diameter: 60 },
        bounds,
      ),
    );
    paint(
      2,
      rasterizeStroke(
        [
          { x: 50, y: 150 },
          { x: 250, y: 50 },
        ],
        { shape: 'square', diameter: 20 },
        bounds,
      ),
    );
    return values;
  };

  it('are painted as they are, seen by who is there, and count as new only when told to', async () => {
    await using server = await startRoomServer();
    await using anna = openPainter(server, { name: 'anna' });
    await anna.synced;
    anna.stroke(1, [10, 190], [40, 190]);
    await anna.saved();
    const own = labelled(anna.pixels());
    const values = plane();
    await server.rooms.paintPlane('mask', 'import-0001', values, { countsAsNew: false });
    await anna.until(() => labelled(anna.pixels()) === labelled(values) + own);
    const { values: kept } = await server.rooms.labels('mask');
    expect(kept.every((label, i) => values[i] === 0 || label === values[i])).toBe(true);
    expect(server.painted.map(({ newPixels }) => newPixels)).toEqual([own, 0]);
    await server.rooms.paintPlane(
      'mask',
      'import-0001',
      values.map((label) => (label === 0 ? 0 : 3 - label)),
      {
        countsAsNew: true,
      },
    );
    expect(server.painted.at(-1)).toMatchObject({
      labelledPixels: labelled(values) + own,
      newPixels: labelled(values),
    });
  });

  it('of any pattern and size are split into records that fit', async () => {
    await using server = await startRoomServer();
    server.store.addMask({ maskId: 'large', width: 1500, height: 1100 });
    const random = seededRandom(3);
    const values = new Uint8Array(1500 * 1100).map(() => Math.floor(random.unit() * 3));
    await server.rooms.paintPlane('large', 'import-0001', values, { countsAsNew: true });
    expect(same((await server.rooms.labels('large')).values, values)).toBe(true);
    expect((await server.store.loadSince('large', 0, 0)).length).toBeGreaterThan(1);
  });

  it.each([
    ['of another size', new Uint8Array(10), 'BAD_REQUEST'],
    ['with a label outside the table', new Uint8Array(300 * 200).fill(9), 'RECORD_REFUSED'],
  ])('%s are refused', async (_what, values, code) => {
    await using server = await startRoomServer();
    const painting = server.rooms.paintPlane('mask', 'import-0001', values, { countsAsNew: true });
    await expect(painting).rejects.toMatchObject({ code });
    expect(await server.store.loadSince('mask', 0, 0)).toEqual([]);
  });

  it("in somebody's own session are refused", async () => {
    await using server = await startRoomServer();
    await using anna = openPainter(server, { name: 'anna' });
    await anna.synced;
    const painting = server.rooms.paintPlane('mask', 'session-anna', plane(), { countsAsNew: true });
    await expect(painting).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
