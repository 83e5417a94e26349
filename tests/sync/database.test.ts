/** Stock clients, mask rooms and a real PostgreSQL: what "saved" is worth. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addMask, addUser } from '../../apps/server/src/rooms/testing/databaseMask.ts';
import { openPainter } from '../../apps/server/src/rooms/testing/painter.ts';
import { startRoomServer } from '../../apps/server/src/rooms/testing/roomServer.ts';
import { createPrismaRoomStore } from '../../apps/server/src/store/prismaRoomStore.ts';
import { startTestDatabase, type TestDatabase } from '../../apps/server/src/testing/testDatabase.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
  for (const name of ['anna', 'bert']) await addUser(database.prisma, name);
});
afterAll(() => database[Symbol.asyncDispose]());

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

describe('on PostgreSQL', () => {
  it('what two people see as saved is in the log, and is the mask of whoever comes next', async () => {
    const room = `${await addMask(database.prisma)}@0`;
    const maskId = room.slice(0, -2);
    const store = createPrismaRoomStore(database.prisma);
    const first = await startRoomServer({ store });
    const anna = openPainter(first, { name: 'anna', room });
    const bert = openPainter(first, { name: 'bert', room });
    await Promise.all([anna.synced, bert.synced]);
    for (let i = 0; i < 10; i++) {
      anna.stroke(1, [10 + i * 20, 10], [60, 150]);
      bert.stroke(2, [290 - i * 20, 10], [100, 190]);
    }
    anna.mask.undo();
    await Promise.all([anna.saved(), bert.saved()]);
    const saved = await database.prisma.maskLog.findMany({ where: { maskId }, orderBy: { seq: 'asc' } });
    expect(saved.map(({ seq }) => seq)).toEqual(saved.map((_, i) => i));
    expect(saved.filter(({ sessionId }) => sessionId === 'session-bert')).toHaveLength(10);
    await bert.until(() => bert.mask.strokeCountOf('session-anna') === 9);
    await anna.until(() => anna.mask.strokeCountOf('session-bert') === 10);
    expect(same(anna.pixels(), bert.pixels())).toBe(true);
    const pixels = anna.pixels();
    await anna[Symbol.asyncDispose]();
    await bert[Symbol.asyncDispose]();
    await first[Symbol.asyncDispose]();

    await using second = await startRoomServer({ store });
    await using again = openPainter(second, { name: 'anna', room, sessionId: 'the-next-day' });
    await again.synced;
    expect(same(again.pixels(), pixels)).toBe(true);
    const { labelledPixels } = await database.prisma.mask.findUniqueOrThrow({ where: { id: maskId } });
    expect(labelledPixels).toBe(pixels.filter((label) => label !== 0).length);
  });

  it('a commit whose connection is cut is tried again, and nothing is saved before', async () => {
    const { prisma } = database;
    const maskId = await addMask(prisma);
    await using server = await startRoomServer({
      store: createPrismaRoomStore(prisma),
      limits: { firstRetryMs: 1, longestRetryMs: 10 },
    });
    await using anna = openPainter(server, { name: 'anna', room: `${maskId}@0` });
    await anna.synced;
    await prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM "Mask" WHERE id = ${maskId} FOR NO KEY UPDATE`;
      anna.stroke(1, [10, 10], [60, 60]);
      for (let cuts = 0; cuts < 2; ) {
        const rows = await prisma.$queryRaw<{ cut: bigint }[]>`
          SELECT count(pg_terminate_backend(pid)) AS cut FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        cuts += Number(rows[0]!.cut);
      }
      expect(anna.tracker.pendingStrokes).toBe(1);
    });
    await anna.saved();
    expect(await prisma.maskLog.count({ where: { maskId } })).toBe(1);
  });
});
