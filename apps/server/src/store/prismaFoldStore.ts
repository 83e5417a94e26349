/** Folded masks and the right to fold them in PostgreSQL. Knows neither documents nor tiles: all of them are bytes. */
import { ProtocolError } from '@cotrace/protocol';
import { FoldError } from '../rooms/folds/errors.ts';
import {
  EMPTY_UPDATE,
  type FoldStore,
  type StoredFold,
  type StoredTile,
  type Tiles,
} from '../rooms/folds/foldStore.ts';
import type { PrismaClient } from './database.ts';
import { inTransaction, type Transaction } from './transaction.ts';

interface MaskState {
  epoch: number;
  head: number;
  fold: number;
  foldToken: number;
}

export function createPrismaFoldStore(prisma: PrismaClient): FoldStore {
  return {
    loadFold: (maskId) => inTransaction(prisma, (tx) => readFold(tx, maskId), 'RepeatableRead'),

    tilesSince(maskId, number) {
      return inTransaction(
        prisma,
        async (tx) => {
          const fold = await tx.maskFold.findUnique({
            where: { maskId },
            select: { number: true, watermarks: true },
          });
          return fold === null ? undefined : { ...fold, tiles: await readTiles(tx, maskId, number) };
        },
        'RepeatableRead',
      );
    },

    async lease(maskId, holder, ms) {
      // One statement: whoever comes second waits for the row and finds it held.
      const [given] = await prisma.$queryRaw<{ token: number }[]>`
        UPDATE "Mask" SET
          "foldToken" = CASE WHEN "foldHolder" = ${holder} THEN "foldToken" ELSE "foldToken" + 1 END,
          "foldHolder" = ${holder},
          "foldUntil" = (clock_timestamp() AT TIME ZONE 'UTC') + ${ms}::int * interval '1 millisecond'
        WHERE id = ${maskId} AND ("foldHolder" IS NULL OR "foldHolder" = ${holder}
          OR "foldUntil" <= (clock_timestamp() AT TIME ZONE 'UTC'))
        RETURNING "foldToken" AS token`;
      return given?.token;
    },

    commitFold({ maskId, token, number, epoch, head, throughSeq, document, watermarks, tiles }) {
      return inTransaction(prisma, async (tx) => {
        const mask = await lockMask(tx, maskId, { epoch, token });
        if (mask.fold !== number - 1) throw fenced(`fold ${number} after fold ${mask.fold}`);
        if (head !== undefined && mask.head !== head) throw fenced(`head ${head} of ${mask.head}`);
        await writeTiles(tx, maskId, number, tiles);
        const fold = { number, epoch, throughSeq, document: bytes(document), watermarks: bytes(watermarks) };
        await tx.maskFold.upsert({ where: { maskId }, create: { maskId, ...fold }, update: fold });
        await tx.mask.update({ where: { id: maskId }, data: { fold: number }, select: { id: true } });
      });
    },

    commitEpoch({ maskId, epoch, token, head, document, clientId }) {
      return inTransaction(prisma, async (tx) => {
        const mask = await lockMask(tx, maskId, { epoch, token });
        if (mask.head !== head) throw fenced(`head ${head} of ${mask.head}`);
        await reserveClient(tx, maskId, BigInt(clientId));
        const next = epoch + 1;
        await tx.mask.update({
          where: { id: maskId },
          data: { epoch: next, head: 1 },
          select: { id: true },
        });
        await tx.maskLog.create({
          data: { maskId, epoch: next, seq: 0, sessionId: '', bytes: bytes(document) },
          select: { seq: true },
        });
        await tx.maskFold.updateMany({
          where: { maskId },
          data: { epoch: next, throughSeq: 0, document: bytes(EMPTY_UPDATE) },
        });
      });
    },

    async lastWrites(maskId) {
      const rows = await prisma.maskLog.groupBy({
        by: ['sessionId'],
        where: { maskId },
        _max: { createdAt: true },
      });
      return new Map(rows.map(({ sessionId, _max }) => [sessionId, _max.createdAt!]));
    },
  };
}

/** The newest fold of a mask, in a transaction that sees one moment. */
export async function readFold(tx: Transaction, maskId: string): Promise<StoredFold | undefined> {
  const fold = await tx.maskFold.findUnique({ where: { maskId } });
  if (fold === null) return undefined;
  const { number, epoch, throughSeq, document, watermarks } = fold;
  return { number, epoch, throughSeq, document, watermarks, tiles: await readTiles(tx, maskId, 0) };
}

const readTiles = (tx: Transaction, maskId: string, since: number): Promise<StoredTile[]> =>
  tx.maskTile.findMany({
    where: { maskId, fold: { gt: since } },
    select: { index: true, fold: true, bytes: true },
    orderBy: { index: 'asc' },
  });

/** One statement for all tiles: their bytes travel as one value, which a driver's array of byte strings would not. */
async function writeTiles(tx: Transaction, maskId: string, fold: number, tiles: Tiles): Promise<void> {
  if (tiles.length === 0) return;
  const indices = tiles.map(([index]) => index);
  const lengths = tiles.map(([, tile]) => tile.length);
  let end = 1;
  const starts = lengths.map((length) => {
    const start = end;
    end += length;
    return start;
  });
  const together = new Uint8Array(Buffer.concat(tiles.map(([, tile]) => tile)));
  await tx.$executeRaw`
    INSERT INTO "MaskTile" ("maskId", "index", fold, bytes)
    SELECT ${maskId}, told.index, ${fold}::int, substring(${together}::bytea FROM told.start FOR told.length)
    FROM unnest(${indices}::int[], ${starts}::int[], ${lengths}::int[]) AS told(index, start, length)
    ON CONFLICT ("maskId", "index") DO UPDATE SET fold = EXCLUDED.fold, bytes = EXCLUDED.bytes`;
}

/** Throws FoldError FOLD_FENCED, ProtocolError NOT_FOUND. */
async function lockMask(
  tx: Transaction,
  maskId: string,
  { epoch, token }: { epoch: number; token: number },
): Promise<MaskState> {
  const [mask] = await tx.$queryRaw<MaskState[]>`
    SELECT epoch, head, fold, "foldToken" FROM "Mask" WHERE id = ${maskId} FOR NO KEY UPDATE`;
  if (mask === undefined) throw new ProtocolError('NOT_FOUND', `No mask ${maskId}.`);
  if (mask.epoch !== epoch) throw fenced(`epoch ${epoch} of ${mask.epoch}`);
  if (mask.foldToken !== token) throw fenced(`token ${token} of ${mask.foldToken}`);
  return mask;
}

/** Under the mask's lock, as sessions are registered: so that nobody writes on from the structs of the new epoch. */
async function reserveClient(tx: Transaction, maskId: string, clientId: bigint): Promise<void> {
  const taken = await tx.editSession.findFirst({ where: { maskId, clientIds: { has: clientId } } });
  if (taken !== null) throw fenced(`client id ${clientId}, which a session has`);
  const key = { maskId, sessionId: '' };
  await tx.editSession.upsert({
    where: { maskId_sessionId: key },
    create: { ...key, userId: null, clientIds: [clientId] },
    update: { clientIds: { push: clientId } },
  });
}

const fenced = (got: string) => new FoldError('FOLD_FENCED', got);
const bytes = (value: Uint8Array) => new Uint8Array(value);
