/** Folding while people paint: nothing acknowledged is lost, everybody sees the same, and undo stays one's own. */
import { rasterizeStroke } from '@cotrace/mask';
import { openMaskDoc } from '@cotrace/mask-doc';
import { seededRandom } from '@cotrace/tissue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { RoomLimits } from '../../apps/server/src/rooms/roomLimits.ts';
import type { RoomStore } from '../../apps/server/src/rooms/roomStore.ts';
import { addMask, addUser } from '../../apps/server/src/rooms/testing/databaseMask.ts';
import { createMemoryRoomStore } from '../../apps/server/src/rooms/testing/memoryRoomStore.ts';
import {
  openPainter,
  type Painter,
  type PainterOptions,
} from '../../apps/server/src/rooms/testing/painter.ts';
import { connectRaw } from '../../apps/server/src/rooms/testing/rawClient.ts';
import { type RoomServer, startRoomServer } from '../../apps/server/src/rooms/testing/roomServer.ts';
import { createPrismaRoomStore } from '../../apps/server/src/store/prismaRoomStore.ts';
import { startTestDatabase, type TestDatabase } from '../../apps/server/src/testing/testDatabase.ts';
import { oraclePixels } from './oracle.ts';

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
const SIZE = { width: 300, height: 200 };
const HORIZON = 6;
/** Folds as soon as anything can be folded, which is soon. */
const EAGER: Partial<RoomLimits> = {
  undoHorizon: HORIZON,
  foldAtLeast: 1,
  foldQuietAtLeast: 1,
  foldQuietMs: 20,
  pollMs: 10,
};

const open = (server: { origin: string }, options: PainterOptions) =>
  openPainter(server, { undoHorizon: HORIZON, ...options });

/** Every record that was ever acknowledged and not undone, painted by the rule: the log holds all of them, folded or not. */
async function oracleOf(store: RoomStore, maskId = 'mask', size = SIZE): Promise<Uint8Array> {
  const doc = new Y.Doc();
  for (const { bytes } of await store.loadSince(maskId, 0, 0)) Y.applyUpdate(doc, bytes);
  return oraclePixels(doc, size);
}

/** Small strokes all over the mask, which overlap a little. */
function paintMany(painter: Painter, count: number, label = 1): void {
  for (let i = 0; i < count; i++) {
    const x = (i * 37) % 280;
    const y = (i * 53) % 180;
    painter.stroke(label, [x, y], [x + 12, y + 7], 5);
  }
}

const saved = (...painters: Painter[]) => Promise.all(painters.map((painter) => painter.saved()));
const folded = (...painters: Painter[]) =>
  Promise.all(painters.map((painter) => painter.until(() => painter.mask.foldNumber > 0)));
const linesOf = ({ lines }: RoomServer<RoomStore>, sentence: string) =>
  lines.filter((line) => line.includes(sentence));

const errorsOf = ({ lines }: RoomServer<RoomStore>) => lines.filter((line) => / (error|warn ) /.test(line));

describe('folding', () => {
  it('takes old strokes out of the document while people paint, and the picture stays', async () => {
    await using server = await startRoomServer({ limits: EAGER });
    await using anna = open(server, { name: 'anna' });
    await using bert = open(server, { name: 'bert' });
    await Promise.all([anna.synced, bert.synced]);
    for (let round = 0; round < 6; round++) {
      paintMany(anna, 50, 1);
      bert.stroke(2, [10, 10 + 30 * round], [290, 20 + 30 * round], 11);
      await saved(anna, bert);
    }
    await folded(anna, bert);
    await anna.until(() => anna.mask.strokeCountOf('session-anna') === HORIZON);
    const { values } = await server.rooms.labels('mask');
    expect(same(values, await oracleOf(server.store))).toBe(true);
    expect(same(anna.pixels(), values) && same(bert.pixels(), values)).toBe(true);
    expect(anna.notices.length).toBeGreaterThan(0);
    expect([...anna.bases, ...bert.bases]).toEqual([]);
    // What folding deletes is not in the log.
    const log = await server.store.loadSince('mask', 0, 0);
    expect(log.every(({ sessionId }) => sessionId.startsWith('session-'))).toBe(true);
    expect(server.store.labelledPixels('mask')).toBe(values.filter((label) => label !== 0).length);
  });

  it('leaves what is needed to whoever comes later, or comes back: the base, or what has changed of it', async () => {
    await using server = await startRoomServer({ limits: EAGER });
    server.store.addMask({ maskId: 'large', width: 1200, height: 900 });
    const large = { room: 'large@0', width: 1200, height: 900 };
    await using anna = open(server, { name: 'anna', ...large });
    await using bert = open(server, { name: 'bert', ...large });
    await Promise.all([anna.synced, bert.synced]);
    for (let i = 0; i < 60; i++) anna.stroke(1, [20 * i, 10], [1200 - 20 * i, 890], 5);
    await saved(anna);
    await bert.until(() => bert.mask.strokeCountOf('session-anna') === HORIZON);
    bert.provider.disconnect();
    const before = bert.mask.foldNumber;
    // All in one corner: most tiles stay as they are, but those of what was live before.
    for (let i = 0; i < 20; i++) anna.stroke(2, [10 + i, 10], [20 + i, 20], 7);
    await saved(anna);
    await anna.until(() => anna.mask.foldNumber > before);
    await anna.until(() => anna.mask.strokeCountOf('session-anna') === HORIZON);
    bert.provider.connect();
    await bert.until(() => same(bert.pixels(), anna.pixels()));
    await using vera = open(server, { name: 'vera', ...large });
    await vera.until(() => same(vera.pixels(), anna.pixels()));
    expect([bert.bases.length, vera.bases.length]).toEqual([1, 1]);
    expect(bert.bases[0]!).toBeLessThan(vera.bases[0]! * 0.8);
    expect(same(anna.pixels(), await oracleOf(server.store, 'large', large))).toBe(true);
  });

  it('is found again by a server that starts anew, when the one that folded died before it told anybody', async () => {
    const first = await startRoomServer({ limits: EAGER });
    const port = Number(new URL(first.origin).port);
    await using anna = open(first, { name: 'anna' });
    await anna.synced;
    first.store.losesFoldAnswers = true;
    const committing = first.store.nextFold();
    paintMany(anna, 30);
    await saved(anna);
    await committing;
    await first[Symbol.asyncDispose]();
    first.store.losesFoldAnswers = false;
    expect((await first.store.loadFold('mask'))!.number).toBeGreaterThan(0);
    await using second = await startRoomServer({ store: first.store, port, limits: EAGER });
    await folded(anna);
    expect(anna.bases.length).toBeGreaterThan(0);
    anna.stroke(2, [5, 5], [250, 150]);
    await saved(anna);
    const { values } = await second.rooms.labels('mask');
    expect(same(values, await oracleOf(first.store)) && same(values, anna.pixels())).toBe(true);
    expect(anna.refused.filter(({ code }) => code !== 'DATABASE_UNAVAILABLE')).toEqual([]);
  });

  it('that was kept though the answer got lost is taken up by the one who kept it', async () => {
    await using server = await startRoomServer({ limits: EAGER });
    await using anna = open(server, { name: 'anna' });
    await anna.synced;
    server.store.losesFoldAnswers = true;
    const committing = server.store.nextFold();
    paintMany(anna, 30);
    await committing;
    server.store.losesFoldAnswers = false;
    await folded(anna);
    await anna.until(() => anna.mask.strokeCountOf('session-anna') === HORIZON);
    expect(same(anna.pixels(), await oracleOf(server.store))).toBe(true);
    expect(errorsOf(server)).toEqual([]);
  });

  it('is refused under a token that is not the newest, and harms nobody', async () => {
    let now = 1_000_000;
    const store = createMemoryRoomStore({ now: () => now });
    store.addMask({ maskId: 'mask' });
    await using server = await startRoomServer({ store, limits: EAGER });
    await using anna = open(server, { name: 'anna' });
    await anna.synced;
    const release = store.holdFolds();
    const committing = store.nextFold();
    paintMany(anna, 30);
    await saved(anna);
    await committing;
    now += 31_000;
    expect(await store.lease('mask', 'somebody else', 1_000)).toBeGreaterThan(1);
    release();
    anna.stroke(2, [5, 5], [250, 150]);
    await saved(anna);
    await expect.poll(() => linesOf(server, 'A fold was given up')).toHaveLength(1);
    expect(anna.mask.foldNumber).toBe(0);
    expect(await store.loadFold('mask')).toBeUndefined();
    now += 2_000;
    anna.stroke(1, [5, 150], [250, 5]);
    await folded(anna);
    expect(same(anna.pixels(), await oracleOf(store))).toBe(true);
    expect(errorsOf(server)).toEqual([]);
  });

  it('waits while the database is away, and the room does not', async () => {
    await using server = await startRoomServer({ limits: { ...EAGER, firstRetryMs: 1 } });
    await using anna = open(server, { name: 'anna' });
    await using bert = open(server, { name: 'bert' });
    await Promise.all([anna.synced, bert.synced]);
    server.store.isAway = true;
    paintMany(anna, 30);
    await bert.until(() => bert.mask.strokeCountOf('session-anna') === 30);
    expect(anna.mask.foldNumber).toBe(0);
    server.store.isAway = false;
    await saved(anna);
    await folded(anna, bert);
    expect(same(anna.pixels(), bert.pixels())).toBe(true);
  });

  it('of sessions in which nobody has written for days takes all of their strokes', async () => {
    const day = 24 * 60 * 60 * 1000;
    let now = 100 * day;
    const store = createMemoryRoomStore({ now: () => now });
    store.addMask({ maskId: 'mask' });
    {
      await using server = await startRoomServer({ store, limits: EAGER, now: () => now });
      await using anna = open(server, { name: 'anna' });
      await anna.synced;
      paintMany(anna, HORIZON - 1);
      await saved(anna);
    }
    expect(await store.loadFold('mask')).toBeUndefined();
    now += 9 * day;
    await using server = await startRoomServer({ store, limits: EAGER, now: () => now });
    await using bert = open(server, { name: 'bert' });
    await bert.synced;
    bert.stroke(2, [5, 5], [250, 150]);
    await folded(bert);
    await bert.until(() => bert.mask.strokeCountOf('session-anna') === 0);
    expect(bert.mask.strokeCountOf('session-bert')).toBe(1);
    await saved(bert);
    expect(same(bert.pixels(), await oracleOf(store))).toBe(true);
    // She comes back to the same session after all, and goes on where she was.
    await using anna = open(server, { name: 'anna' });
    await anna.synced;
    expect([anna.mask.canUndo, anna.mask.undoLimit]).toEqual([false, 'horizon']);
    anna.stroke(1, [5, 190], [290, 190]);
    await saved(anna);
    expect(same(anna.pixels(), await oracleOf(store))).toBe(true);
  });

  it('leaves a room that nobody is in folded', async () => {
    await using server = await startRoomServer({
      limits: { ...EAGER, foldAtLeast: 1_000, foldQuietMs: 60_000 },
    });
    const anna = open(server, { name: 'anna' });
    await anna.synced;
    paintMany(anna, 30);
    await saved(anna);
    const pixels = anna.pixels();
    const committing = server.store.nextFold();
    await anna[Symbol.asyncDispose]();
    await committing;
    await using bert = open(server, { name: 'bert' });
    await bert.until(() => same(bert.pixels(), pixels));
    await folded(bert);
    expect(bert.mask.strokeCountOf('session-anna')).toBe(HORIZON);
    // What is counted after a load from the fold is counted right.
    bert.stroke(2, [5, 5], [250, 150]);
    await saved(bert);
    const expected = await oracleOf(server.store);
    expect(server.store.labelledPixels('mask')).toBe(expected.filter((label) => label !== 0).length);
    expect(same((await server.rooms.labels('mask')).values, expected)).toBe(true);
  });
});

describe('a cold join', () => {
  it('costs what is live and the tiles, not all that was ever painted', async () => {
    const size = { width: 1024, height: 1024 };
    const store = createMemoryRoomStore();
    store.addMask({ maskId: 'mask', ...size });
    const random = seededRandom(5);
    const sessions = Array.from({ length: 4 }, (_, i) => `session-of-${i}`);
    for (const sessionId of sessions) {
      const doc = new Y.Doc();
      const mask = openMaskDoc({ doc, ...size, sessionId, undoHorizon: HORIZON });
      const place = () => Math.floor(random.unit() * 1024);
      for (let i = 0; i < 1_000; i++) {
        const [x, y] = [place(), place()];
        const points = [
          { x, y },
          { x: x + 50, y: y + 20 },
        ];
        mask.paint({ label: 1 + (i % 2), runs: rasterizeStroke(points, { shape: 'round', diameter: 20 }) });
      }
      const bytes = Y.encodeStateAsUpdate(doc);
      await store.append([{ maskId: 'mask', epoch: 0, sessionId, bytes }], [{ maskId: 'mask', labelled: 0 }]);
    }
    const join = async (limits: Partial<RoomLimits>, afterwards?: Promise<void>) => {
      await using server = await startRoomServer({ store, limits: { undoHorizon: HORIZON, ...limits } });
      await using raw = connectRaw(server, { name: 'anna', clientId: 5, sessionId: 'session-raw' });
      await raw.next('ready');
      raw.sendStep1(new Y.Doc());
      const { bytes } = await raw.next('step2');
      const base = raw.frames.flatMap((frame) => (frame.kind === 'base' ? frame.base.tiles : []));
      raw.socket.close();
      await afterwards;
      return bytes.length + base.reduce((sum, [, tile]) => sum + tile.length, 0);
    };
    const before = await join({ foldAtLeast: 1e9, foldQuietAtLeast: 1e9 });
    // The last to leave: what is worth it is folded before the room is let go.
    const whole = await join({ foldQuietAtLeast: 1 }, store.nextFold());
    expect(whole).toBe(before);
    const after = await join({});
    expect(after).toBeLessThan(0.2 * before);
    const document = (await store.loadFold('mask'))!.document.length;
    expect(document).toBeLessThan(0.05 * before);
  });
});

describe('attack 8: offline for a day while the mask is folded twice', () => {
  it('merges exactly: late strokes lie under newer paint and over older', async () => {
    await using server = await startRoomServer({ limits: EAGER });
    await using anna = open(server, { name: 'anna' });
    await using bert = open(server, { name: 'bert' });
    await Promise.all([anna.synced, bert.synced]);
    paintMany(anna, 10, 1);
    paintMany(bert, 10, 2);
    await saved(anna, bert);
    await folded(anna, bert);
    // Some of hers are on their way when the line is cut: she does not know that the server has them.
    const committed = server.store.holdAppends();
    const attempt = server.store.nextAttempt();
    anna.stroke(1, [20, 20], [200, 100], 15);
    await attempt;
    anna.provider.disconnect();
    committed();
    for (let i = 0; i < 25; i++) anna.stroke(1, [5 + 10 * i, 5], [20 + 10 * i, 190], 9);
    anna.undo();
    anna.undo();
    anna.redo();
    expect(anna.tracker.pendingStrokes).toBeGreaterThan(20);
    for (let round = 0; round < 2; round++) {
      const { foldNumber } = bert.mask;
      for (let i = 0; i < 15; i++) bert.stroke(2, [0, 10 * i + round], [290, 12 * i], 7);
      await saved(bert);
      await bert.until(() => bert.mask.foldNumber > foldNumber);
    }
    anna.provider.connect();
    await saved(anna);
    const { values } = await server.rooms.labels('mask');
    await Promise.all([anna, bert].map((painter) => painter.until(() => same(painter.pixels(), values))));
    expect(same(values, await oracleOf(server.store))).toBe(true);
    expect([...anna.refused, ...bert.refused]).toEqual([]);
    expect(values.includes(1) && values.includes(2)).toBe(true);
  });
});

describe('attack 9: undo and redo while the stroke is folded', () => {
  it('at the edge of the horizon takes back what may be taken back, and leaves the rest to everybody', async () => {
    await using server = await startRoomServer({ limits: EAGER });
    await using anna = open(server, { name: 'anna' });
    await using bert = open(server, { name: 'bert' });
    await Promise.all([anna.synced, bert.synced]);
    anna.stroke(1, [20, 50], [200, 50], 21);
    await bert.until(() => bert.mask.strokeCountOf('session-anna') === 1);
    bert.stroke(2, [100, 10], [100, 90], 41);
    await anna.until(() => anna.mask.strokeCountOf('session-bert') === 1);
    const release = server.store.holdFolds();
    const committing = server.store.nextFold();
    for (let i = 0; i < HORIZON; i++) anna.stroke(1, [20, 100 + 10 * i], [250, 100 + 10 * i], 5);
    await committing;
    // Her first stroke is being folded: all the others can still be undone, and it cannot.
    for (let i = 0; i < HORIZON; i++) anna.undo();
    expect(anna.mask.strokeCountOf('session-anna')).toBe(1);
    expect([anna.mask.canUndo, anna.mask.undoLimit]).toEqual([false, 'horizon']);
    await bert.until(() => bert.mask.strokeCountOf('session-anna') === 1);
    for (let i = 0; i < HORIZON; i++) anna.redo();
    release();
    await saved(anna, bert);
    await folded(anna, bert);
    anna.undo();
    anna.redo();
    anna.undo();
    await saved(anna);
    const { values } = await server.rooms.labels('mask');
    await Promise.all([anna, bert].map((painter) => painter.until(() => same(painter.pixels(), values))));
    expect(same(values, await oracleOf(server.store))).toBe(true);
    expect([values[50 * 300 + 30], values[50 * 300 + 100]]).toEqual([1, 2]);
    expect([...anna.refused, ...bert.refused]).toEqual([]);
  });

  it('by hand, of a stroke that is being folded, is refused with a reason', async () => {
    await using server = await startRoomServer({ limits: EAGER });
    await using anna = open(server, { name: 'anna' });
    await anna.synced;
    const release = server.store.holdFolds();
    const committing = server.store.nextFold();
    anna.stroke(1, [20, 50], [200, 50], 21);
    for (let i = 0; i < HORIZON; i++) anna.stroke(1, [20, 100 + 10 * i], [250, 100 + 10 * i], 5);
    await committing;
    const array = anna.doc.getArray('ops:session-anna');
    anna.doc.transact(() => array.delete(0, 1));
    await anna.until(() => anna.refused.length > 0);
    expect(anna.refused[0]!.code).toBe('UNDO_TOO_OLD');
    release();
    await using vera = open(server, { name: 'vera' });
    await folded(vera);
    await vera.until(() => vera.mask.composition.labelAt(100, 50) === 1);
    expect(same((await server.rooms.labels('mask')).values, await oracleOf(server.store))).toBe(true);
  });
});

/** Two servers, two painters each; returns when all four and the database agree with the oracle. */
async function twoServersFold(store: RoomStore, maskId: string, steps: number, seed: number) {
  const random = seededRandom(seed);
  const room = `${maskId}@0`;
  await using first = await startRoomServer<RoomStore>({ store, limits: EAGER });
  await using second = await startRoomServer<RoomStore>({ store, limits: EAGER });
  const painters = [
    open(first, { name: 'anna', room }),
    open(second, { name: 'bert', room }),
    open(first, { name: 'anna', room, sessionId: 'session-anna-2' }),
    open(second, { name: 'bert', room, sessionId: 'session-bert-2' }),
  ];
  await Promise.all(painters.map(({ synced }) => synced));
  for (let step = 0; step < steps; step++) {
    const painter = painters[Math.floor(random.unit() * painters.length)]!;
    const what = random.unit();
    if (what < 0.15) painter.undo();
    else if (what < 0.25) painter.redo();
    else {
      const place = () =>
        [Math.floor(random.unit() * 300), Math.floor(random.unit() * 200)] as [number, number];
      painter.stroke(Math.floor(random.unit() * 3), place(), place(), 3 + Math.floor(random.unit() * 20));
    }
    if (random.unit() < 0.1) await painter.saved();
  }
  await saved(...painters);
  const expected = await oracleOf(store, maskId);
  await Promise.all(painters.map((painter) => painter.until(() => same(painter.pixels(), expected))));
  for (const server of [first, second]) {
    await expect.poll(async () => same((await server.rooms.labels(maskId)).values, expected)).toBe(true);
    expect(errorsOf(server)).toEqual([]);
  }
  const folders = [first, second].filter((server) => linesOf(server, 'Old strokes were folded').length > 0);
  expect(painters.flatMap(({ refused }) => refused)).toEqual([]);
  await Promise.all(painters.map((painter) => painter[Symbol.asyncDispose]()));
  return { folders: folders.length, number: (await store.loadFold(maskId))!.number };
}

describe('attack 10: two servers believe they own the mask, and both fold', () => {
  it.each([1, 2, 3])('loses no acknowledged stroke, and all see the same (seed %i)', async (seed) => {
    const store = createMemoryRoomStore();
    store.addMask({ maskId: 'mask' });
    const { number } = await twoServersFold(store, 'mask', process.env.COTRACE_LONG ? 2_000 : 150, seed);
    expect(number).toBeGreaterThan(1);
  });
});

describe('a new epoch', () => {
  const GROWN: Partial<RoomLimits> = { ...EAGER, epochBytes: 400, epochRatio: 0.2, foldAtLeast: 10 };

  it('begins when the structure has grown, and nobody who paints through it loses a stroke', async () => {
    await using server = await startRoomServer({ limits: GROWN });
    await using anna = open(server, { name: 'anna' });
    await using bert = open(server, { name: 'bert' });
    await Promise.all([anna.synced, bert.synced]);
    for (let i = 0; i < 60; i++) {
      anna.stroke(1, [5 + 4 * i, 5], [10 + 4 * i, 190], 3);
      if (i % 3 === 0) bert.stroke(2, [5, 3 * i], [290, 3 * i], 3);
      if (i % 10 === 9) await saved(anna);
    }
    await saved(anna, bert);
    const { epoch } = (await server.store.findMask('mask'))!;
    expect(epoch).toBeGreaterThan(0);
    await Promise.all([anna, bert].map((painter) => painter.until(() => painter.epoch === epoch)));
    await saved(anna, bert);
    const { values } = await server.rooms.labels('mask');
    await Promise.all([anna, bert].map((painter) => painter.until(() => same(painter.pixels(), values))));
    // Strokes of one label, and each lies over the older ones: as everybody painted them, nothing else.
    for (let i = 0; i < 60; i++) expect(values[100 * 300 + 7 + 4 * i], `stroke ${i}`).not.toBe(0);
    for (let i = 0; i < 60; i += 3) expect(values[3 * i * 300 + 250 + (i % 2)], `stroke ${i}`).not.toBe(0);
    // Old strokes of the epoch before can still be undone.
    anna.undo();
    await saved(anna);
    expect(anna.refused.filter(({ code }) => code !== 'DATABASE_UNAVAILABLE')).toEqual([]);
    const undone = (await server.rooms.labels('mask')).values;
    await Promise.all([anna, bert].map((painter) => painter.until(() => same(painter.pixels(), undone))));
    expect(same(undone, values)).toBe(false);
  });
});

describe('on PostgreSQL', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await startTestDatabase();
    for (const name of ['anna', 'bert']) await addUser(database.prisma, name);
  });
  afterAll(() => database[Symbol.asyncDispose]());

  it('two servers fold one mask, and a third loads it from the fold', async () => {
    const maskId = await addMask(database.prisma);
    const store = createPrismaRoomStore(database.prisma);
    const { number } = await twoServersFold(store, maskId, 120, 4);
    expect(number).toBeGreaterThan(1);
    await using third = await startRoomServer<RoomStore>({ store, limits: EAGER });
    await using anna = open(third, { name: 'anna', room: `${maskId}@0`, sessionId: 'the-next-day' });
    await anna.synced;
    expect(anna.bases).toHaveLength(1);
    const expected = await oracleOf(store, maskId);
    await anna.until(() => same(anna.pixels(), expected));
  });

  it('a page that has seen a newer fold than the server is let in when the server has caught up', async () => {
    const maskId = await addMask(database.prisma);
    const room = `${maskId}@0`;
    const store = createPrismaRoomStore(database.prisma);
    await using first = await startRoomServer<RoomStore>({ store, limits: EAGER });
    // Never looks by itself.
    await using second = await startRoomServer<RoomStore>({
      store,
      limits: { ...EAGER, pollMs: 1e6, foldAtLeast: 1e6 },
    });
    await using bert = open(second, { name: 'bert', room });
    await bert.synced;
    await using anna = open(first, { name: 'anna', room });
    await anna.synced;
    paintMany(anna, 30);
    await saved(anna);
    await folded(anna);
    expect(bert.mask.foldNumber).toBe(0);
    await using raw = connectRaw(
      { origin: second.origin },
      { name: 'anna', clientId: 77, room: `${room}`, sessionId: 'session-raw', fold: anna.mask.foldNumber },
    );
    await raw.next('ready');
    expect(await second.rooms.labels(maskId)).toBeDefined();
    await folded(bert);
    expect(bert.mask.foldNumber).toBeGreaterThanOrEqual(anna.mask.foldNumber);
  });
});
