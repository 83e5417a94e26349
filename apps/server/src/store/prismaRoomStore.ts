/** The mask log and the editing sessions in PostgreSQL. Knows no document: updates are bytes. */
import { labelTable, ProtocolError } from '@cotrace/protocol';
import type { MaskRow, RoomStore } from '../rooms/roomStore.ts';
import { type PrismaClient, poolOf, translateDriverError } from './database.ts';
import { createPrismaFoldStore, readFold } from './prismaFoldStore.ts';
import { inTransaction, orTryAgain, type Transaction } from './transaction.ts';

/**
 * The whole of `append` in one statement, so that a group commit is one round trip. $1 mask, $2 epoch, $3 session,
 * $4 length of each entry, $5 their bytes one after the other; $6 mask and $7 labelled pixels of each count.
 * Mask rows are locked in one order, so that two servers never wait for each other; whoever waited for a lock is given the
 * row as it is then, and `head` counts on from there.
 */
const APPEND = `
WITH entries AS (
  SELECT mask, epoch, session, nth,
    substring($5::bytea FROM (1 + sum(length) OVER (ORDER BY nth) - length)::int FOR length) AS bytes
  FROM unnest($1::text[], $2::int[], $3::text[], $4::int[]) WITH ORDINALITY AS told(mask, epoch, session, length, nth)
), told AS (
  SELECT mask, epoch, count(*)::int AS count FROM entries GROUP BY mask, epoch
), locked AS (
  SELECT id FROM "Mask" WHERE id = ANY($1::text[]) ORDER BY id FOR NO KEY UPDATE
), moved AS (
  UPDATE "Mask" AS mask SET
    head = mask.head + told.count,
    "labelledPixels" = COALESCE(counts.labelled, mask."labelledPixels")
  FROM locked
  JOIN told ON told.mask = locked.id
  LEFT JOIN unnest($6::text[], $7::int[]) AS counts(mask, labelled) ON counts.mask = told.mask
  WHERE mask.id = locked.id AND mask.epoch = told.epoch
  RETURNING mask.id, mask.epoch, mask.head - told.count AS first
), written AS (
  INSERT INTO "MaskLog" ("maskId", epoch, seq, "sessionId", bytes, "createdAt")
  SELECT moved.id, moved.epoch, moved.first + (row_number() OVER (PARTITION BY moved.id ORDER BY nth))::int - 1,
    entries.session, entries.bytes, now() AT TIME ZONE 'UTC'
  FROM entries JOIN moved ON moved.id = entries.mask AND moved.epoch = entries.epoch
)
SELECT told.mask, told.epoch, told.count, moved.first, locked.id IS NOT NULL AS exists
FROM told LEFT JOIN locked ON locked.id = told.mask
LEFT JOIN moved ON moved.id = told.mask AND moved.epoch = told.epoch`;

interface AppendRow {
  mask: string;
  epoch: number;
  count: number;
  first: number | null;
  exists: boolean;
}

export function createPrismaRoomStore(prisma: PrismaClient): RoomStore {
  const pool = poolOf(prisma);
  return {
    ...createPrismaFoldStore(prisma),

    findMask: (maskId) => findMask(prisma, maskId),

    open(maskId) {
      // One moment for all of it: what others commit meanwhile is found by its sequence number, at or above the head.
      return inTransaction(
        prisma,
        async (tx) => {
          const row = await findMask(tx, maskId);
          if (row === undefined) return undefined;
          const { head } = await tx.mask.findUniqueOrThrow({ where: { id: maskId }, select: { head: true } });
          const fold = await readFold(tx, maskId);
          const from = fold?.epoch === row.epoch ? fold.throughSeq : 0;
          const opened = { row, head, entries: await loadLog(tx, maskId, row.epoch, { gte: from }) };
          return fold === undefined ? opened : { ...opened, fold };
        },
        'RepeatableRead',
      );
    },

    loadSince: (maskId, epoch, fromSeq, beforeSeq) =>
      loadLog(
        prisma,
        maskId,
        epoch,
        beforeSeq === undefined ? { gte: fromSeq } : { gte: fromSeq, lt: beforeSeq },
      ),

    async heads(maskIds) {
      if (maskIds.length === 0) return [];
      const rows = await prisma.mask.findMany({
        where: { id: { in: maskIds } },
        select: { id: true, epoch: true, head: true, fold: true },
      });
      return rows.map(({ id, ...rest }) => ({ maskId: id, ...rest }));
    },

    async append(entries, counts) {
      const values = [
        entries.map(({ maskId }) => maskId),
        entries.map(({ epoch }) => epoch),
        entries.map(({ sessionId }) => sessionId),
        entries.map(({ bytes }) => bytes.length),
        Buffer.concat(entries.map(({ bytes }) => bytes)),
        counts.map(({ maskId }) => maskId),
        counts.map(({ labelled }) => labelled),
      ];
      try {
        const { rows } = await pool.query<AppendRow>({ name: 'append', text: APPEND, values });
        return rows.map(({ mask, epoch, count, first, exists }) => {
          const outcome = { maskId: mask, epoch, count, firstSeq: first ?? 0 };
          return first === null ? { ...outcome, refused: exists ? 'CONFLICT' : 'NOT_FOUND' } : outcome;
        });
      } catch (error) {
        throw orTryAgain(translateDriverError(error));
      }
    },

    async sessions(maskId) {
      const rows = await prisma.editSession.findMany({ where: { maskId } });
      return rows.map(({ sessionId, userId, clientIds }) => ({
        sessionId,
        userId,
        clientIds: clientIds.map(Number),
      }));
    },

    registerSession({ maskId, sessionId, userId, clientId }) {
      return inTransaction(prisma, async (tx) => {
        // The lock also keeps two sessions from taking the same client id at once.
        const locked = await tx.$queryRaw<unknown[]>`
          SELECT id FROM "Mask" WHERE id = ${maskId} FOR NO KEY UPDATE`;
        if (locked.length === 0) throw new ProtocolError('NOT_FOUND', `No mask ${maskId}.`);
        const key = { maskId, sessionId };
        const session = await tx.editSession.findUnique({ where: { maskId_sessionId: key } });
        const taken = await tx.editSession.findFirst({
          where: { maskId, sessionId: { not: sessionId }, clientIds: { has: BigInt(clientId) } },
        });
        if (taken !== null || (session !== null && session.userId !== userId)) {
          throw new ProtocolError('FORBIDDEN', 'That editing session is somebody else’s. Reload the page.');
        }
        const known = (session?.clientIds ?? []).map(Number);
        if (known.includes(clientId)) return known;
        await tx.editSession.upsert({
          where: { maskId_sessionId: key },
          create: { ...key, userId, clientIds: [BigInt(clientId)] },
          update: { clientIds: { push: BigInt(clientId) } },
        });
        return [...known, clientId];
      });
    },
  };
}

async function findMask(tx: Transaction, maskId: string): Promise<MaskRow | undefined> {
  const row = await tx.mask.findUnique({
    where: { id: maskId },
    include: { section: true, task: { select: { labels: true } } },
  });
  if (row === null) return undefined;
  return {
    maskId,
    projectId: row.section.projectId,
    sectionId: row.sectionId,
    taskId: row.taskId,
    epoch: row.epoch,
    width: row.section.width,
    height: row.section.height,
    labels: labelTable.parse(row.task.labels).map(({ value }) => value),
  };
}

const loadLog = (tx: Transaction, maskId: string, epoch: number, seq: { gte?: number; lt?: number }) =>
  tx.maskLog.findMany({
    where: { maskId, epoch, seq },
    orderBy: { seq: 'asc' },
    select: { seq: true, sessionId: true, bytes: true },
  });
