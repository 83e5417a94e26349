/** The room store on a real PostgreSQL: the contract, and what only a real one does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addMask, addUser } from '../rooms/testing/databaseMask.ts';
import { roomStoreContract } from '../rooms/testing/roomStoreContract.ts';
import { startTestDatabase, type TestDatabase } from '../testing/testDatabase.ts';
import { createPrismaRoomStore } from './prismaRoomStore.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

roomStoreContract('PostgreSQL', async () => {
  const { prisma } = database;
  return {
    store: createPrismaRoomStore(prisma),
    addMask: () => addMask(prisma),
    addUser: () => addUser(prisma),
    endEpoch: async (maskId) => {
      await prisma.mask.update({ where: { id: maskId }, data: { epoch: 1, head: 0 } });
    },
    labelledPixels: async (maskId) =>
      (await prisma.mask.findUniqueOrThrow({ where: { id: maskId } })).labelledPixels,
    [Symbol.asyncDispose]: async () => {},
  };
});

describe('PostgreSQL', () => {
  it('waits for whoever holds the mask, and numbers after them', async () => {
    const { prisma } = database;
    const store = createPrismaRoomStore(prisma);
    const maskId = await addMask(prisma);
    const entry = { maskId, epoch: 0, sessionId: 'session-anna', bytes: Uint8Array.of(1) };
    let appended: Promise<unknown> | undefined;
    await prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM "Mask" WHERE id = ${maskId} FOR NO KEY UPDATE`;
      appended = store.append([entry], []);
      // Until the append is seen to wait for the lock.
      for (let waiting = 0; waiting === 0; ) {
        const rows = await prisma.$queryRaw<{ count: bigint }[]>`
          SELECT count(*) AS count FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        waiting = Number(rows[0]!.count);
      }
      await tx.maskLog.create({ data: { ...entry, bytes: Uint8Array.of(0), seq: 0 } });
      await tx.mask.update({ where: { id: maskId }, data: { head: 1 } });
    });
    expect(await appended).toMatchObject([{ firstSeq: 1, count: 1 }]);
    expect((await store.loadSince(maskId, 0, 0)).map(({ seq, bytes }) => [seq, ...bytes])).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  it('says DATABASE_UNAVAILABLE when the connection is cut in the middle, and goes on afterwards', async () => {
    const { prisma } = database;
    const store = createPrismaRoomStore(prisma);
    const maskId = await addMask(prisma);
    const entry = { maskId, epoch: 0, sessionId: 'session-anna', bytes: Uint8Array.of(1) };
    let appended: Promise<unknown> | undefined;
    await prisma.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM "Mask" WHERE id = ${maskId} FOR NO KEY UPDATE`;
      appended = store.append([entry], []).catch((error: unknown) => error);
      for (let cut = 0n; cut === 0n; ) {
        const rows = await prisma.$queryRaw<{ cut: bigint }[]>`
          SELECT count(pg_terminate_backend(pid)) AS cut FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        cut = rows[0]!.cut;
      }
    });
    expect(await appended).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(await store.loadSince(maskId, 0, 0)).toEqual([]);
    await store.append([entry], []);
    expect(await store.loadSince(maskId, 0, 0)).toHaveLength(1);
  });
});
