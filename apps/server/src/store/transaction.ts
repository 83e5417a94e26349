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
    const translated = translateDatabaseError(error);
    if (translated instanceof ProtocolError || !(translated instanceof Error)) throw translated;
    const code = 'code' in translated ? String(translated.code) : '';
    if (!MAY_BE_TRIED_AGAIN.test(`${code} ${translated.message}`)) throw translated;
    throw new ProtocolError('DATABASE_UNAVAILABLE', undefined, { cause: translated.message });
  }
}
