/** Transactions of the mask stores: what failed in passing is DATABASE_UNAVAILABLE and may be tried again. */
import { ProtocolError } from '@cotrace/protocol';
import { type PrismaClient, translateDatabaseError } from './database.ts';

/** Deadlock, serialisation, no room on the disk or in memory, cancelled, a standby: nothing was kept, and later it may work. */
const MAY_BE_TRIED_AGAIN = /P2034|40001|40P01|53\d{3}|55P03|57014|25006/;

export type Transaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];

export async function inTransaction<T>(
  prisma: PrismaClient,
  work: (tx: Transaction) => Promise<T>,
  isolationLevel: 'ReadCommitted' | 'RepeatableRead' = 'ReadCommitted',
): Promise<T> {
  try {
    return await prisma.$transaction(work, { isolationLevel });
  } catch (error) {
    throw orTryAgain(translateDatabaseError(error));
  }
}

export function orTryAgain(error: unknown): unknown {
  if (error instanceof ProtocolError || !(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  if (!MAY_BE_TRIED_AGAIN.test(`${code} ${error.message}`)) return error;
  return new ProtocolError('DATABASE_UNAVAILABLE', undefined, { cause: error.message });
}
