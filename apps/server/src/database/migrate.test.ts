import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../log.ts';
import { Prisma } from '../store/generated/client.ts';
import { startTestDatabase, type TestDatabase } from '../testing/testDatabase.ts';
import { migrate, readMigrations } from './migrate.ts';

const quiet = createLog(() => {});
let db: TestDatabase;
let client: pg.Client;
let folder: string;

beforeAll(async () => {
  db = await startTestDatabase();
  client = new pg.Client({ connectionString: db.url });
  await client.connect();
  folder = await mkdtemp(join(tmpdir(), 'cotrace-migrations-'));
});
afterAll(async () => {
  await client.end();
  await rm(folder, { recursive: true });
  await db[Symbol.asyncDispose]();
});

async function writeMigrations(migrations: Record<string, string>): Promise<string> {
  const path = await mkdtemp(join(folder, 'set-'));
  for (const { name, sql } of await readMigrations()) {
    await mkdir(join(path, name));
    await writeFile(join(path, name, 'migration.sql'), migrations[name] ?? sql);
  }
  for (const [name, sql] of Object.entries(migrations)) {
    await mkdir(join(path, name), { recursive: true });
    await writeFile(join(path, name, 'migration.sql'), sql);
  }
  return path;
}

describe('migrations', () => {
  it("leave Prisma's own bookkeeping behind", async () => {
    const { rows } = await client.query('SELECT * FROM _prisma_migrations ORDER BY migration_name');
    const all = await readMigrations();
    expect(rows.map((row) => [row.migration_name, row.checksum, row.applied_steps_count])).toEqual(
      all.map(({ name, checksum }) => [name, checksum, 1]),
    );
    expect(rows.every((row) => row.finished_at instanceof Date && row.rolled_back_at === null)).toBe(true);
  });

  it('are applied once', async () => {
    expect(await migrate(db.url, quiet)).toEqual([]);
  });

  it('give the tables and columns that the client expects', async () => {
    const { rows } = await client.query(
      `SELECT table_name, column_name FROM information_schema.columns
       WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'`,
    );
    const inDatabase = rows.map((row) => `${row.table_name}.${row.column_name}`).sort();
    const expected = Object.values(Prisma.ModelName).flatMap((model) =>
      Object.keys(Prisma[`${model}ScalarFieldEnum`]).map((field) => `${model}.${field}`),
    );
    expect(inDatabase).toEqual(expected.sort());
  });

  it('are kept whole or not at all', async () => {
    const path = await writeMigrations({
      '0900_half': 'CREATE TABLE half (id INT); SELECT nothing_of_the_kind();',
    });
    await expect(migrate(db.url, quiet, path)).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
    const { rows } = await client.query("SELECT to_regclass('half') AS half");
    expect(rows[0].half).toBeNull();
  });

  it('refuse a database whose migrations read otherwise', async () => {
    const [first] = await readMigrations();
    const path = await writeMigrations({ [first!.name]: `${first!.sql}-- changed` });
    await expect(migrate(db.url, quiet, path)).rejects.toMatchObject({ code: 'MIGRATION_CHANGED' });
  });

  it('refuse a database of a newer version', async () => {
    const path = await writeMigrations({ '0901_newer': 'CREATE TABLE newer (id INT)' });
    expect(await migrate(db.url, quiet, path)).toEqual(['0901_newer']);
    await expect(migrate(db.url, quiet)).rejects.toMatchObject({ code: 'MIGRATION_FOREIGN' });
  });

  it('wait for one another when two servers start at once', async () => {
    const path = await writeMigrations({
      '0901_newer': 'CREATE TABLE newer (id INT)',
      '0902_twice': 'CREATE TABLE twice (id INT)',
    });
    const both = await Promise.all([migrate(db.url, quiet, path), migrate(db.url, quiet, path)]);
    expect(both.flat()).toEqual(['0902_twice']);
  });
});
