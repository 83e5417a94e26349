/** The masks' logs as history, and named moments of it, in PostgreSQL. Knows no document: updates are bytes. */
import { isForeignKeyViolation, type PrismaClient } from './database.ts';

/** Everything before this entry of the log, all epochs before its own included. */
export interface Moment {
  epoch: number;
  seq: number;
}

export interface HistoryEntry {
  epoch: number;
  seq: number;
  sessionId: string;
  bytes: Uint8Array;
  at: Date;
}

export interface RestorePointRow extends Moment {
  id: string;
  maskId: string;
  name: string;
  createdAt: Date;
  /** Name of who made it; null: somebody who has left. */
  by: string | null;
}

export interface Author {
  /** Null: the server itself. */
  userId: string | null;
  name: string;
  color: string | null;
}

export type HistoryStore = ReturnType<typeof createHistoryStore>;

/** Entries read at once: some hundred kilobytes, and what is done with them does not hold up others for long. */
const PAGE = 500;

export function createHistoryStore(prisma: PrismaClient) {
  const shown = ({
    user,
    userId: _,
    ...row
  }: Omit<RestorePointRow, 'by'> & { userId: string | null; user: { name: string } | null }) => ({
    ...row,
    by: user?.name ?? null,
  });
  const user = { select: { name: true } } as const;

  return {
    /** The log up to a moment, in order; from its beginning, or from another moment on. */
    async *log(
      maskId: string,
      until: Moment,
      begin: Moment = { epoch: 0, seq: 0 },
    ): AsyncGenerator<HistoryEntry[]> {
      for (let from = begin; ; ) {
        const page = await prisma.maskLog.findMany({
          where: {
            maskId,
            AND: [
              { OR: [{ epoch: { gt: from.epoch } }, { epoch: from.epoch, seq: { gte: from.seq } }] },
              { OR: [{ epoch: { lt: until.epoch } }, { epoch: until.epoch, seq: { lt: until.seq } }] },
            ],
          },
          orderBy: [{ epoch: 'asc' }, { seq: 'asc' }],
          take: PAGE,
        });
        const last = page.at(-1);
        if (last === undefined) return;
        yield page.map(({ epoch, seq, sessionId, bytes, createdAt }) => ({
          epoch,
          seq,
          sessionId,
          bytes,
          at: createdAt,
        }));
        if (page.length < PAGE) return;
        from = { epoch: last.epoch, seq: last.seq + 1 };
      }
    },

    /** What is committed now; undefined: no such mask. */
    async now(maskId: string): Promise<Moment | undefined> {
      const mask = await prisma.mask.findUnique({
        where: { id: maskId },
        select: { epoch: true, head: true },
      });
      return mask ? { epoch: mask.epoch, seq: mask.head } : undefined;
    },

    /** Undefined: no such mask. */
    async sizeOf(maskId: string): Promise<{ width: number; height: number } | undefined> {
      const section = { select: { width: true, height: true } } as const;
      return (await prisma.mask.findUnique({ where: { id: maskId }, select: { section } }))?.section;
    },

    /** After the last entry that was committed at or before `at`. */
    async momentAt(maskId: string, at: Date): Promise<Moment> {
      const last = await prisma.maskLog.findFirst({
        where: { maskId, createdAt: { lte: at } },
        orderBy: [{ epoch: 'desc' }, { seq: 'desc' }],
        select: { epoch: true, seq: true },
      });
      return last ? { epoch: last.epoch, seq: last.seq + 1 } : { epoch: 0, seq: 0 };
    },

    /** Whose the editing sessions of a mask are. */
    async authors(maskId: string): Promise<Map<string, Author>> {
      const rows = await prisma.editSession.findMany({
        where: { maskId },
        select: { sessionId: true, userId: true, user: { select: { name: true, color: true } } },
      });
      return new Map(
        rows.map(({ sessionId, userId, user: who }) => [
          sessionId,
          { userId, name: who?.name ?? 'the server', color: who?.color ?? null },
        ]),
      );
    },

    async points(maskId: string): Promise<RestorePointRow[]> {
      const rows = await prisma.restorePoint.findMany({
        where: { maskId },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        include: { user },
      });
      return rows.map(shown);
    },

    async point(maskId: string, pointId: string): Promise<RestorePointRow | undefined> {
      const row = await prisma.restorePoint.findFirst({ where: { id: pointId, maskId }, include: { user } });
      return row ? shown(row) : undefined;
    },

    /** Undefined: the mask is gone. */
    async createPoint(
      point: Moment & { maskId: string; name: string; userId: string },
    ): Promise<RestorePointRow | undefined> {
      try {
        return shown(await prisma.restorePoint.create({ data: point, include: { user } }));
      } catch (error) {
        if (isForeignKeyViolation(error)) return undefined;
        throw error;
      }
    },

    /** False: there was none. */
    async deletePoint(maskId: string, pointId: string): Promise<boolean> {
      return (await prisma.restorePoint.deleteMany({ where: { id: pointId, maskId } })).count > 0;
    },
  };
}
