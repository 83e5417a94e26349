/** The fold store on a real PostgreSQL: the contract, and what only a real one does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldStoreContract } from '../rooms/folds/testing/foldStoreContract.ts';
import { addMask } from '../rooms/testing/databaseMask.ts';
import { startTestDatabase, type TestDatabase } from '../testing/testDatabase.ts';
import { createPrismaRoomStore } from './prismaRoomStore.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const open = async () => ({
  store: createPrismaRoomStore(database.prisma),
  addMask: () => addMask(database.prisma),
});
foldStoreContract('PostgreSQL', open);

describe('PostgreSQL', () => {
  it('keeps nothing of a fold whose connection is cut in the middle', async () => {
    const { prisma } = database;
    const { store } = await open();
    const maskId = await addMask(prisma);
    const token = (await store.lease(maskId, 'one', 30_000))!;
    const fold = {
      maskId,
      token,
      number: 1,
      epoch: 0,
      throughSeq: 0,
      document: Uint8Array.of(0, 0),
      watermarks: Uint8Array.of(7),
      tiles: [[3, Uint8Array.of(1)] as const],
    };
    let committed: Promise<unknown> | undefined;
    await prisma.$transaction(async (tx) => {
      // The fold's rows wait behind this lock; whoever waits is cut off.
      await tx.$executeRaw`LOCK TABLE "MaskFold" IN EXCLUSIVE MODE`;
      committed = store.commitFold(fold).catch((error: unknown) => error);
      for (let cut = 0n; cut === 0n; ) {
        const rows = await prisma.$queryRaw<{ cut: bigint }[]>`
          SELECT count(pg_terminate_backend(pid)) AS cut FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        cut = rows[0]!.cut;
      }
    });
    expect(await committed).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(await store.loadFold(maskId)).toBeUndefined();
    expect(await prisma.maskTile.count({ where: { maskId } })).toBe(0);
    await store.commitFold(fold);
    expect((await store.loadFold(maskId))!.number).toBe(1);
  });
});
