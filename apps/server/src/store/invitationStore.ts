/** Invitations and what comes of them, each use in one transaction. Decides nothing about who may invite. */
import type { Role } from '@cotrace/protocol';
import { isUniqueViolation, type PrismaClient } from './database.ts';

export interface InvitationRow {
  id: string;
  projectId: string;
  projectName: string;
  role: Role;
  createdAt: Date;
  expiresAt: Date;
  invitedBy: string;
  /** Undefined: still open. */
  usedBy: string | undefined;
}

/** What became of the wish to use an invitation. */
export type Use =
  | { outcome: 'joined'; projectId: string; userId: string; role: Role }
  | { outcome: 'unknown' | 'used' | 'expired' | 'emailTaken' };

const DETAILS = { project: { select: { name: true } }, createdBy: { select: { name: true } } } as const;

export type InvitationStore = ReturnType<typeof createInvitationStore>;

export function createInvitationStore(prisma: PrismaClient) {
  type Transaction = Parameters<Parameters<typeof prisma.$transaction>[0]>[0];

  const find = async (where: { hash: string } | { id: string }): Promise<InvitationRow | undefined> => {
    const row = await prisma.invitation.findUnique({ where, include: DETAILS });
    if (!row) return undefined;
    const used = row.usedById
      ? await prisma.user.findUnique({ where: { id: row.usedById }, select: { name: true } })
      : undefined;
    return {
      id: row.id,
      projectId: row.projectId,
      projectName: row.project.name,
      role: row.role as Role,
      createdAt: row.createdAt,
      expiresAt: row.expiresAt,
      invitedBy: row.createdBy.name,
      usedBy: row.usedById ? (used?.name ?? 'somebody who has left') : undefined,
    };
  };

  /** Marks it used by exactly one caller, then lets `enter` do the rest; all of it or nothing. */
  const use = (hash: string, userId: string, enter: (tx: Transaction) => Promise<unknown>): Promise<Use> =>
    prisma.$transaction(async (tx) => {
      const now = new Date();
      const row = await tx.invitation.findUnique({ where: { hash } });
      if (!row) return { outcome: 'unknown' };
      if (row.usedAt) return { outcome: 'used' };
      if (row.expiresAt <= now) return { outcome: 'expired' };
      const marked = await tx.invitation.updateMany({
        where: { id: row.id, usedAt: null },
        data: { usedAt: now, usedById: userId },
      });
      if (marked.count === 0) return { outcome: 'used' };
      await enter(tx);
      const projectId = row.projectId;
      const member = await tx.membership.upsert({
        where: { projectId_userId: { projectId, userId } },
        create: { projectId, userId, role: row.role },
        // Somebody who is a member already keeps the role: a link must not take rights away.
        update: {},
      });
      return { outcome: 'joined', projectId, userId, role: member.role as Role };
    });

  return {
    find: (hash: string) => find({ hash }),

    async create(invitation: {
      projectId: string;
      role: Role;
      hash: string;
      expiresAt: Date;
      createdById: string;
    }): Promise<InvitationRow> {
      const { id } = await prisma.invitation.create({ data: invitation });
      return (await find({ id }))!;
    },

    async list(projectId: string): Promise<InvitationRow[]> {
      const rows = await prisma.invitation.findMany({
        where: { projectId },
        orderBy: { createdAt: 'desc' },
        select: { id: true },
      });
      const found = await Promise.all(rows.map(({ id }) => find({ id })));
      return found.filter((row) => row !== undefined);
    },

    async delete(projectId: string, id: string): Promise<boolean> {
      return (await prisma.invitation.deleteMany({ where: { id, projectId } })).count > 0;
    },

    accept: (hash: string, userId: string): Promise<Use> => use(hash, userId, async () => {}),

    /** A new account with a password, and the membership. */
    async signUp(
      hash: string,
      user: { id: string; name: string; email: string; color: string; passwordHash: string },
    ): Promise<Use> {
      const { passwordHash, ...account } = user;
      try {
        return await use(hash, user.id, async (tx) => {
          await tx.user.create({ data: account });
          // The form in which better-auth keeps a password.
          await tx.account.create({
            data: {
              id: `password-${user.id}`,
              accountId: user.id,
              providerId: 'credential',
              userId: user.id,
              password: passwordHash,
            },
          });
        });
      } catch (error) {
        if (isUniqueViolation(error)) return { outcome: 'emailTaken' };
        throw error;
      }
    },
  };
}
