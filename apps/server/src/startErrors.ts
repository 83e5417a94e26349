/** Why the server cannot start: code and a sentence that says what was expected, what came and what to do. */

const entry = <Fields>(sentence: (fields: Fields) => string) => sentence;

export const START_ERRORS = {
  CONFIG_UNKNOWN: entry<{ key: string; nearest: string }>(
    ({ key, nearest }) => `${key} is no setting of Cotrace. Did you mean ${nearest}? Correct or unset it.`,
  ),
  CONFIG_INVALID: entry<{ key: string; expected: string; came: string }>(
    ({ key, expected, came }) => `${key}: ${expected} was expected, got "${came}". Correct or unset it.`,
  ),
  PORT_TAKEN: entry<{ port: number }>(
    ({ port }) =>
      `Port ${port} is taken by another program. Stop that, or choose another port: PORT=${port + 1} npm start.`,
  ),
  PORT_FORBIDDEN: entry<{ port: number; host: string; reason: string }>(
    ({ port, host, reason }) =>
      `Cannot listen at ${host || 'every address'} port ${port} (${reason}). Choose a port above 1023 with PORT, or another HOST.`,
  ),
  HOME_NOT_WRITABLE: entry<{ home: string; reason: string }>(
    ({ home, reason }) =>
      `The folder ${home} cannot be written (${reason}). Make it writable, or name another one in COTRACE_HOME.`,
  ),
  HOME_LOCKED: entry<{ home: string }>(
    ({ home }) =>
      `Another Cotrace server is using ${home}. Stop it, or give this one a folder of its own in COTRACE_HOME.`,
  ),
  DISK_FULL: entry<{ path: string; wantedMb: number; freeMb: number }>(
    ({ path, wantedMb, freeMb }) =>
      `${wantedMb} MB of free disk are needed at ${path}, there are ${freeMb} MB. Free some space and start again.`,
  ),
  DATABASE_UNREACHABLE: entry<{ address: string; reason: string }>(
    ({ address, reason }) =>
      `The database at ${address} does not answer (${reason}). Check DATABASE_URL and that PostgreSQL runs there, or unset DATABASE_URL to use the built-in one.`,
  ),
  DATABASE_OF_ANOTHER_VERSION: entry<{ folder: string; came: string; expected: string }>(
    ({ folder, came, expected }) =>
      `The data in ${folder} were written by PostgreSQL ${came}, this is ${expected}. Dump them with version ${came} and load them again, or start with another COTRACE_HOME.`,
  ),
  POSTGRES_MISSING: entry<{ platform: string }>(
    ({ platform }) =>
      `There is no built-in PostgreSQL for ${platform}. Install PostgreSQL 14 or newer and name it in DATABASE_URL.`,
  ),
  POSTGRES_FAILED: entry<{ what: string; said: string }>(
    ({ what, said }) =>
      `The built-in PostgreSQL did not ${what}. It said: ${said || 'nothing'}. Remove what it names, or use a database of your own with DATABASE_URL.`,
  ),
  POSTGRES_NEEDS_USER: entry<{ reason: string }>(
    ({ reason }) =>
      `PostgreSQL refuses to run as root, and a user for it could not be had (${reason}). Start Cotrace as an ordinary user, or create one: useradd --system postgres.`,
  ),
  MIGRATION_FAILED: entry<{ migration: string; reason: string }>(
    ({ migration, reason }) =>
      `Migration ${migration} could not be applied (${reason}); nothing of it was kept. Restore the database's previous state or report the sentence in brackets.`,
  ),
  MIGRATION_CHANGED: entry<{ migration: string }>(
    ({ migration }) =>
      `Migration ${migration} was applied in another form than it has now. Use the version of Cotrace that applied it, or a new database.`,
  ),
  MIGRATION_FOREIGN: entry<{ migration: string }>(
    ({ migration }) =>
      `The database holds migration ${migration}, which this version of Cotrace does not know. Use the newer version that made it.`,
  ),
} as const;

export type StartErrorCode = keyof typeof START_ERRORS;
type FieldsOf<C extends StartErrorCode> = Parameters<(typeof START_ERRORS)[C]>[0];

/** The server cannot start; `message` begins with the code. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly code: StartErrorCode;
  constructor(code: StartErrorCode, sentence: string, cause?: unknown) {
    super(`${code}: ${sentence}`, { cause });
    this.code = code;
  }
}

/** Builds the error of `code` with its sentence; the caller throws it. */
export function startError<C extends StartErrorCode>(
  code: C,
  fields: FieldsOf<C>,
  cause?: unknown,
): StartError {
  const sentence = START_ERRORS[code] as (fields: FieldsOf<C>) => string;
  return new StartError(code, sentence(fields), cause);
}

/** The reason of an unknown failure in a few words. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (error instanceof Error) return error.message.split('\n')[0] || error.name;
  return String(error);
}
