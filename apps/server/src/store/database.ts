/** The database client. Says DATABASE_UNAVAILABLE where the driver says that nobody answers. Knows no area of the server. */
import { ProtocolError } from '@cotrace/protocol';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { Prisma, PrismaClient } from './generated/client.ts';

export type { PrismaClient } from './generated/client.ts';

/** Connections of one server process; PostgreSQL's default lets 100 in. */
const POOL_SIZE = 20;
const CONNECT_TIMEOUT_MS = 5000;

/**
 * Operations and raw queries throw ProtocolError DATABASE_UNAVAILABLE when the database is away. A transaction that
 * cannot be begun throws Prisma's own error: pass that through {@link translateDatabaseError}.
 */
export function createPrisma(url: string): PrismaClient {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // An idle connection that breaks leaves the pool; whoever needs the next one is told what is wrong.
  pool.on('error', () => {});
  const adapter = new PrismaPg(pool, { disposeExternalPool: true });
  const client = new PrismaClient({ adapter, transactionOptions: { maxWait: 10_000, timeout: 30_000 } });
  const translating = client.$extends({
    query: {
      $allOperations: ({ args, query }) =>
        query(args).catch((error: unknown) => {
          throw translateDriverError(error);
        }),
    },
  });
  // The extension adds no member and takes none away but `$on`, which nobody uses.
  const prisma = translating as unknown as PrismaClient;
  pools.set(prisma, pool);
  return prisma;
}

const pools = new WeakMap<PrismaClient, pg.Pool>();

/** The connections under a client, for the one statement that is sent hundreds of times a second. */
export function poolOf(prisma: PrismaClient): pg.Pool {
  const pool = pools.get(prisma);
  if (pool === undefined) throw new TypeError('Expected a client of createPrisma.');
  return pool;
}

/** Prisma's codes for "cannot reach", "timed out", "closed", "no connection free", "transaction could not be begun". */
const UNAVAILABLE = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2037']);

/** Node's and PostgreSQL's own: connection refused or cut, server shutting down or starting, too many connections. */
const UNAVAILABLE_DRIVER =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|57P0[123]|08\d{3}|53300|DatabaseNotReachable|ConnectionClosed|SocketTimeout|TooManyConnections|Connection terminated|timeout exceeded when trying to connect|terminating connection|the database system is/;

/** What pg and its pool say of a connection that ends in the middle of a statement, in an error without a code. */
const WITHOUT_MARK = /^(Connection terminated|timeout exceeded when trying to connect)/;

/** DATABASE_UNAVAILABLE for a database that is away; any other error as it came. */
export function translateDatabaseError(error: unknown): unknown {
  if (!isDatabaseError(error)) return error;
  return translateDriverError(error);
}

/** The same for whatever came out of a query alone, where no error can be the caller's own. */
export function translateDriverError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  const cause = 'cause' in error ? describe(error.cause) : '';
  if (!UNAVAILABLE.has(code) && !UNAVAILABLE_DRIVER.test(`${code} ${error.message} ${cause}`)) return error;
  return new ProtocolError('DATABASE_UNAVAILABLE', undefined, { cause: error.message });
}

function isDatabaseError(error: unknown): error is Error {
  return (
    error instanceof Prisma.PrismaClientKnownRequestError ||
    error instanceof Prisma.PrismaClientUnknownRequestError ||
    error instanceof Prisma.PrismaClientInitializationError ||
    (error instanceof Error &&
      (error.name === 'DriverAdapterError' ||
        'severity' in error ||
        'syscall' in error ||
        WITHOUT_MARK.test(error.message)))
  );
}

function describe(cause: unknown): string {
  return cause instanceof Error ? `${cause.message} ${describe(cause.cause)}` : JSON.stringify(cause ?? '');
}

/** Did a unique constraint refuse it? */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}

/** Is what it refers to gone? */
export function isForeignKeyViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2003';
}
