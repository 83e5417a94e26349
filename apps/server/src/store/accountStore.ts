/** People, their tokens and their roles, in the database. Decides nothing. Tokens are known by their hash only. */
import type { Role } from '@cotrace/protocol';
import type { Actor, OwnedKind } from '../access/access.ts';
import type { PrismaClient } from './database.ts';

/** A token's use is written down at most once in this time: not with every request. */
const LAST_USED_STEP_MS = 60_000;

const ACTOR = { id: true, name: true, email: true, color: true } as const;
type ActorRow = { id: string; name: string; email: string; color: string };
const actorOf = ({ id, ...rest }: ActorRow): Actor => ({ userId: id, ...rest });

export type AccountStore = ReturnType<typeof createAccountStore>;

export function createAccountStore(prisma: PrismaClient) {
  return {
    async findActor(userId: string): Promise<Actor | undefined> {
      const row = await prisma.user.findUnique({ where: { id: userId }, select: ACTOR });
      return row ? actorOf(row) : undefined;
    },

    /** Makes the account with this id unless it is there. */
    async ensureUser(user: { id: string; name: string; email: string; color: string }): Promise<void> {
      await prisma.user.upsert({ where: { id: user.id }, create: user, update: {} });
    },

    async roleOf(userId: string, projectId: string): Promise<Role | undefined> {
      const row = await prisma.membership.findUnique({ where: { projectId_userId: { projectId, userId } } });
      return row?.role as Role | undefined;
    },

    /** The project that a thing belongs to. */
    async projectOf(kind: OwnedKind, id: string): Promise<string | undefined> {
      const where = { id };
      const ofTask = { task: { select: { projectId: true } } } as const;
      switch (kind) {
        case 'task':
          return (await prisma.task.findUnique({ where, select: { projectId: true } }))?.projectId;
        case 'section':
          return (await prisma.section.findUnique({ where, select: { projectId: true } }))?.projectId;
        case 'mask':
          return (await prisma.mask.findUnique({ where, select: ofTask }))?.task.projectId;
        case 'job':
          return (await prisma.job.findUnique({ where, select: ofTask }))?.task.projectId;
        case 'model':
          return (await prisma.trainedModel.findUnique({ where, select: ofTask }))?.task.projectId;
        case 'export':
          return (await prisma.export.findUnique({ where, select: ofTask }))?.task.projectId;
      }
    },

    async actorOfToken(hash: string): Promise<Actor | undefined> {
      const row = await prisma.apiToken.findUnique({ where: { hash }, include: { user: { select: ACTOR } } });
      if (!row) return undefined;
      const now = new Date();
      if (!row.lastUsedAt || now.getTime() - row.lastUsedAt.getTime() > LAST_USED_STEP_MS)
        await prisma.apiToken.updateMany({ where: { id: row.id }, data: { lastUsedAt: now } });
      return actorOf(row.user);
    },

    listTokens: (userId: string) =>
      prisma.apiToken.findMany({
        where: { userId },
        orderBy: { createdAt: 'desc' },
        select: { id: true, name: true, createdAt: true, lastUsedAt: true },
      }),

    createToken: (token: { userId: string; name: string; hash: string }) =>
      prisma.apiToken.create({ data: token }),

    /** False: there is no such token of this person. */
    async deleteToken(userId: string, id: string): Promise<boolean> {
      return (await prisma.apiToken.deleteMany({ where: { id, userId } })).count > 0;
    },

    /** The only one-time token of this person from now on. */
    async putSignInToken(userId: string, hash: string, expiresAt: Date): Promise<void> {
      await prisma.$transaction([
        prisma.verification.deleteMany({ where: { identifier: { startsWith: 'sign-in:' }, value: userId } }),
        prisma.verification.create({
          data: { id: hash.slice(0, 32), identifier: `sign-in:${hash}`, value: userId, expiresAt },
        }),
      ]);
    },

    /** Whose token this was; it is used up now. Two at once: one of them gets nothing. */
    async takeSignInToken(hash: string): Promise<string | undefined> {
      const rows = await prisma.$queryRaw<{ value: string }[]>`
        DELETE FROM "Verification" WHERE "identifier" = ${`sign-in:${hash}`} AND "expiresAt" > now() AT TIME ZONE 'UTC'
        RETURNING "value"`;
      return rows[0]?.value;
    },

    /** Does the database answer? */
    async ping(): Promise<boolean> {
      try {
        await prisma.$queryRaw`SELECT 1`;
        return true;
      } catch {
        return false; // "no" is the answer that was asked for
      }
    },
  };
}
