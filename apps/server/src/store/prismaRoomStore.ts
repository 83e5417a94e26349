/** The mask log and the editing sessions in PostgreSQL. Knows no document: updates are bytes. */
import { labelTable, ProtocolError } from '@cotrace/protocol';
import type { LogEntry, RoomStore } from '../rooms/roomStore.ts';
import { type PrismaClient, translateDatabaseError } from './database.ts';

/** Deadlock, serialisation, no room on the disk or in memory: nothing was kept, and later it may work. */
const MAY_BE_TRIED_AGAIN = /P2034|40001|40P01|53\d{3}/;

type Transaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];

export function createPrismaRoomStore(prisma: PrismaClient): RoomStore {
  return {
    async findMask(maskId) {
      const row = await prisma.mask.findUnique({
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
    },

    load: (maskId, epoch) =>
      prisma.maskLog.findMany({
        where: { maskId, epoch },
        orderBy: { seq: 'asc' },
        select: { seq: true, sessionId: true, bytes: true },
      }),

    append(entries, counts) {
      return inTransaction(prisma, async (tx) => {
        const epochs = await lockMasks(tx, [...new Set(entries.map(({ maskId }) => maskId))]);
        const nextSeq = await nextSeqs(tx, [...epochs.keys()]);
        await tx.maskLog.createMany({
          data: entries.map((entry) => {
            checkEpoch(entry, epochs);
            const seq = nextSeq.get(entry.maskId) ?? 0;
            nextSeq.set(entry.maskId, seq + 1);
            return { ...entry, seq, bytes: new Uint8Array(entry.bytes) };
          }),
        });
        const ids = counts.map(({ maskId }) => maskId);
        const labelled = counts.map((count) => count.labelled);
        await tx.$executeRaw`
          UPDATE "Mask" SET "labelledPixels" = told.labelled
          FROM unnest(${ids}::text[], ${labelled}::int[]) AS told(id, labelled) WHERE "Mask".id = told.id`;
      });
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
        await lockMasks(tx, [maskId]);
        const key = { maskId, sessionId };
        const session = await tx.editSession.findUnique({ where: { maskId_sessionId: key } });
        const taken = await tx.editSession.findFirst({
          where: { maskId, sessionId: { not: sessionId }, clientIds: { has: BigInt(clientId) } },
        });
        if (taken !== null || (session !== null && session.userId !== userId)) {
          throw new ProtocolError('FORBIDDEN', 'That editing session is somebody else’s. Reload the page.');
        }
        if (session?.clientIds.includes(BigInt(clientId))) return;
        await tx.editSession.upsert({
          where: { maskId_sessionId: key },
          create: { ...key, userId, clientIds: [BigInt(clientId)] },
          update: { clientIds: { push: BigInt(clientId) } },
        });
      });
    },
  };
}

async function inTransaction<T>(prisma: PrismaClient, work: (tx: Transaction) => Promise<T>): Promise<T> {
  try {
    return await prisma.$transaction(work);
  } catch (error) {
    const translated = translateDatabaseError(error);
    if (translated instanceof ProtocolError || !(translated instanceof Error)) throw translated;
    const code = 'code' in translated ? String(translated.code) : '';
    if (!MAY_BE_TRIED_AGAIN.test(`${code} ${translated.message}`)) throw translated;
    throw new ProtocolError('DATABASE_UNAVAILABLE', undefined, { cause: translated.message });
  }
}

/** Locked in one order, so that two transactions never wait for each other. Throws ProtocolError NOT_FOUND. */
async function lockMasks(tx: Transaction, maskIds: string[]): Promise<Map<string, number>> {
  const rows = await tx.$queryRaw<{ id: string; epoch: number }[]>`
    SELECT id, epoch FROM "Mask" WHERE id = ANY(${maskIds}) ORDER BY id FOR NO KEY UPDATE`;
  const epochs = new Map(rows.map(({ id, epoch }) => [id, epoch]));
  const missing = maskIds.find((id) => !epochs.has(id));
  if (missing !== undefined) throw new ProtocolError('NOT_FOUND', `No mask ${missing}.`);
  return epochs;
}

/** A statement of its own after the locks: the one that waits for a lock still sees what was there before it waited. */
async function nextSeqs(tx: Transaction, maskIds: string[]): Promise<Map<string, number>> {
  const rows = await tx.$queryRaw<{ maskId: string; last: number }[]>`
    SELECT log."maskId", MAX(log.seq) AS last FROM "MaskLog" log
    JOIN "Mask" mask ON mask.id = log."maskId" AND mask.epoch = log.epoch
    WHERE mask.id = ANY(${maskIds}) GROUP BY log."maskId"`;
  return new Map(rows.map(({ maskId, last }) => [maskId, last + 1]));
}

function checkEpoch({ maskId, epoch }: LogEntry, epochs: ReadonlyMap<string, number>): void {
  const current = epochs.get(maskId)!;
  if (epoch !== current) throw new ProtocolError('CONFLICT', `Expected epoch ${current}, got ${epoch}.`);
}
