/** better-auth's four tables, through the same client as everything else. */
import { prismaAdapter } from 'better-auth/adapters/prisma';
import type { PrismaClient } from './database.ts';

export const createAuthDatabase = (prisma: PrismaClient) => prismaAdapter(prisma, { provider: 'postgresql' });
export type AuthDatabase = ReturnType<typeof createAuthDatabase>;
