import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, expect, it } from 'vitest';
import { createLog } from '../log.ts';
import { startPostgres } from './embeddedPostgres.ts';

const folder = await mkdtemp(join(tmpdir(), 'cotrace-embedded-'));
const log = createLog(() => {});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
}

it('keeps what was written over a stop, and over a process that was killed', async () => {
  const first = await startPostgres({ folder, log });
  await ask(first.url, 'CREATE TABLE kept (n INT)');
  await ask(first.url, 'INSERT INTO kept VALUES (1)');
  await first.stop();

  // A server process that is killed leaves its PostgreSQL running.
  const script = `import { startPostgres } from ${JSON.stringify(join(import.meta.dirname, 'embeddedPostgres.ts'))};
    import { createLog } from ${JSON.stringify(join(import.meta.dirname, '../log.ts'))};
    import pg from 'pg';
    const { url } = await startPostgres({ folder: ${JSON.stringify(folder)}, log: createLog() });
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('INSERT INTO kept VALUES (2)');
    process.kill(process.pid, 'SIGKILL');`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
  const killed = spawn(process.execPath, args, { cwd: import.meta.dirname, stdio: 'inherit' });
  expect(await new Promise((done) => killed.once('exit', (_, signal) => done(signal)))).toBe('SIGKILL');
  const leftover = Number((await readFile(join(folder, 'data/postmaster.pid'), 'utf8')).split('\n')[0]);
  expect(process.kill(leftover, 0)).toBe(true);

  const second = await startPostgres({ folder, log });
  expect(await ask(second.url, 'SELECT n FROM kept ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }]);
  expect(() => process.kill(leftover, 0)).toThrow();
  await second.stop();
});
