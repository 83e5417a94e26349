/** Two servers that both hold one mask, on one store: what one takes, the other's people see, and nothing is lost. */
import { CLOSE } from '@cotrace/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { RoomStore } from '../../apps/server/src/rooms/roomStore.ts';
import { addMask, addUser } from '../../apps/server/src/rooms/testing/databaseMask.ts';
import { createMemoryRoomStore } from '../../apps/server/src/rooms/testing/memoryRoomStore.ts';
import { openPainter } from '../../apps/server/src/rooms/testing/painter.ts';
import { connectRaw } from '../../apps/server/src/rooms/testing/rawClient.ts';
import { startRoomServer } from '../../apps/server/src/rooms/testing/roomServer.ts';
import { dotAt, pushed, recordBytes } from '../../apps/server/src/rooms/testing/strokes.ts';
import { createPrismaRoomStore } from '../../apps/server/src/store/prismaRoomStore.ts';
import { startTestDatabase, type TestDatabase } from '../../apps/server/src/testing/testDatabase.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
  for (const name of ['anna', 'bert']) await addUser(database.prisma, name);
});
afterAll(() => database[Symbol.asyncDispose]());

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
/** Looked so seldom that nothing comes by looking, and so often that nobody waits for it. */
const SELDOM = { pollMs: 3_600_000 };
const OFTEN = { pollMs: 20 };

const stores: Record<string, () => Promise<{ store: RoomStore; maskId: string }>> = {
  'in memory': async () => {
    const store = createMemoryRoomStore();
    return { store, maskId: store.addMask({ maskId: 'mask' }).maskId };
  },
  'on PostgreSQL': async () => ({
    store: createPrismaRoomStore(database.prisma),
    maskId: await addMask(database.prisma),
  }),
};

describe.each(Object.entries(stores))('two servers %s', (_where, open) => {
  it('show the same pixels, with every acknowledged stroke, however they write in turn', async () => {
    const { store, maskId } = await open();
    await using one = await startRoomServer({ store, limits: { ...OFTEN, groupCommitMs: 1 } });
    await using two = await startRoomServer({ store, limits: { ...OFTEN, groupCommitMs: 2 } });
    const room = `${maskId}@0`;
    await using anna = openPainter(one, { name: 'anna', room });
    await using bert = openPainter(two, { name: 'bert', room });
    await Promise.all([anna.synced, bert.synced]);
    for (let i = 0; i < 15; i++) {
      anna.stroke(1, [10 + i * 18, 10], [60, 150]);
      bert.stroke(2, [290 - i * 18, 10], [100, 190]);
      if (i % 5 === 4) anna.mask.undo();
      if (i % 7 === 6) await Promise.all([anna.saved(), bert.saved()]);
    }
    await Promise.all([anna.saved(), bert.saved()]);
    const isLevel = () =>
      bert.mask.strokeCountOf('session-anna') === 12 && anna.mask.strokeCountOf('session-bert') === 15;
    await anna.until(() => anna.mask.strokeCountOf('session-bert') === 15);
    await bert.until(() => bert.mask.strokeCountOf('session-anna') === 12);
    expect(isLevel()).toBe(true);
    expect(same(anna.pixels(), bert.pixels())).toBe(true);
    const values = await Promise.all([one, two].map(({ rooms }) => rooms.labels(maskId)));
    for (const each of values) expect(same(each.values, anna.pixels())).toBe(true);
    const seqs = (await store.loadSince(maskId, 0, 0)).map(({ seq }) => seq);
    expect(seqs).toEqual([...seqs.keys()]);
    await using late = openPainter(two, { name: 'anna', sessionId: 'another-session', room });
    await late.synced;
    expect(same(late.pixels(), anna.pixels())).toBe(true);
    expect([...one.lines, ...two.lines].filter((line) => line.includes('error'))).toEqual([]);
  });

  it('tell what the other has written when they write themselves, without looking', async () => {
    const { store, maskId } = await open();
    await using one = await startRoomServer({ store, limits: SELDOM });
    await using two = await startRoomServer({ store, limits: SELDOM });
    const room = `${maskId}@0`;
    await using anna = openPainter(one, { name: 'anna', room });
    await using bert = openPainter(two, { name: 'bert', room });
    await Promise.all([anna.synced, bert.synced]);
    anna.stroke(1, [10, 10], [60, 60]);
    await anna.saved();
    expect(bert.mask.strokeCountOf('session-anna')).toBe(0);
    bert.stroke(2, [90, 10], [90, 60]);
    await bert.until(() => bert.mask.strokeCountOf('session-anna') === 1);
    await bert.saved();
  });

  it('take what somebody kept back, though its client id was registered at the other', async () => {
    const { store, maskId } = await open();
    await using one = await startRoomServer({ store, limits: SELDOM });
    await using two = await startRoomServer({ store, limits: SELDOM });
    const room = `${maskId}@0`;
    // Somebody keeps the second server's room in memory, which knows nothing of Anna.
    await using bert = connectRaw(two, { name: 'bert', clientId: 9, room });
    await bert.next('durable');
    const doc = new Y.Doc();
    await using first = connectRaw(one, { name: 'anna', clientId: doc.clientID, room });
    await first.next('durable');
    const update = pushed(doc, 'session-anna', recordBytes());
    await using again = connectRaw(two, { name: 'anna', clientId: 77, room });
    await again.next('durable');
    again.sendUpdate(update);
    expect(new Map((await again.next('durable')).ack.clocks).get(doc.clientID)).toBe(1);
  });

  it('let one session be one person’s', async () => {
    const { store, maskId } = await open();
    await using one = await startRoomServer({ store, limits: SELDOM });
    await using two = await startRoomServer({ store, limits: SELDOM });
    const asked = { sessionId: 'session-anna', room: `${maskId}@0` };
    await using bystander = connectRaw(two, { name: 'bert', clientId: 3, room: asked.room });
    await bystander.next('durable');
    await using anna = connectRaw(one, { ...asked, name: 'anna', clientId: 1 });
    await anna.next('durable');
    await using bert = connectRaw(two, { ...asked, name: 'bert', clientId: 2 });
    expect((await bert.closed).code).toBe(CLOSE.forbidden);
  });
});

describe('a server that looks', () => {
  it('at a mask that is gone sends its people away for good', async () => {
    await using server = await startRoomServer({ limits: OFTEN });
    await using anna = connectRaw(server, { name: 'anna', clientId: 1 });
    await anna.next('durable');
    server.store.changeMask('mask', undefined);
    expect((await anna.closed).code).toBe(CLOSE.notFound);
  });

  it('at an epoch that has ended elsewhere sends its people to the next', async () => {
    await using server = await startRoomServer({ limits: OFTEN });
    await using anna = connectRaw(server, { name: 'anna', clientId: 1 });
    await anna.next('durable');
    server.store.changeMask('mask', { epoch: 1 });
    expect((await anna.closed).code).toBe(CLOSE.epochEnded);
    await using next = connectRaw(server, { name: 'anna', clientId: 1, room: 'mask@1' });
    expect((await next.next('ready')).ready.epoch).toBe(1);
  });

  it('for nothing while the database is away, and goes on when it is back', async () => {
    const store = createMemoryRoomStore();
    store.addMask({ maskId: 'mask' });
    await using one = await startRoomServer({ store, limits: { ...OFTEN, firstRetryMs: 1 } });
    await using two = await startRoomServer({ store, limits: SELDOM });
    await using anna = connectRaw(one, { name: 'anna', clientId: 1 });
    const doc = new Y.Doc();
    await using bert = connectRaw(two, { name: 'bert', clientId: doc.clientID });
    await Promise.all([anna.next('durable'), bert.next('durable')]);
    store.isAway = true;
    while (!one.lines.some((line) => line.includes('could not look'))) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    store.isAway = false;
    bert.sendUpdate(pushed(doc, 'session-bert', recordBytes({ runs: dotAt(5, 5) })));
    await anna.next('update');
    expect((await one.rooms.labels('mask')).values[5 * 300 + 5]).toBe(1);
  });
});
