/** The server's process: the ready line, reasons not to start, and a clean end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const folder = await mkdtemp(join(tmpdir(), 'cotrace-start-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

function start(environment: Record<string, string>): {
  child: ChildProcess;
  ended: Promise<[number | null, string]>;
  ready: Promise<string>;
} {
  const child = spawn(process.execPath, ['--import', 'tsx', 'apps/server/src/main.ts'], {
    cwd: ROOT,
    env: { ...process.env, COTRACE_TRAINER_TOKEN: 'a-token-of-trainers', HOST: '127.0.0.1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const ended = new Promise<[number | null, string]>((done) =>
    child.once('close', (code) => done([code, said])),
  );
  const ready = new Promise<string>((done, failed) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text: Buffer) => {
        said += text;
        const line = /^Cotrace is ready: (http:\/\/localhost:\d+\/sign-in\?token=[\w-]{43})$/m.exec(said);
        if (line) done(line[1]!);
      });
    }
    void ended.then(() => failed(new Error(said)));
  });
  ready.catch(() => {}); // those who expect a failure look at `ended`
  return { child, ended, ready };
}

describe('the server process', { timeout: 180_000 }, () => {
  it.each([
    [{ COTRACE_HOMME: '/x' }, 'CONFIG_UNKNOWN'],
    [{ PORT: 'many' }, 'CONFIG_INVALID'],
    [{ COTRACE_HOME: join(ROOT, 'package.json') }, 'HOME_NOT_WRITABLE'],
    [
      { COTRACE_HOME: join(folder, 'own'), PORT: '0', DATABASE_URL: 'postgresql://u:secret@127.0.0.1:1/x' },
      'DATABASE_UNREACHABLE',
    ],
  ])('does not start with %o: %s', async (environment, code) => {
    const [exit, said] = await start(environment as Record<string, string>).ended;
    expect(exit).toBe(1);
    expect(said).toContain(`${code}: `);
    expect(said).not.toContain('secret');
  });

  it('says when the port is taken, before it makes anything', async () => {
    const other = createServer();
    const port = await new Promise<number>((done) =>
      other.listen(0, '127.0.0.1', () => done((other.address() as { port: number }).port)),
    );
    const [exit, said] = await start({ COTRACE_HOME: join(folder, 'port'), PORT: `${port}` }).ended;
    other.close();
    expect([exit, said.includes('PORT_TAKEN: '), said.includes('migration')]).toEqual([1, true, false]);
  });

  it('is ready with one line, keeps its home to itself, and ends cleanly', async () => {
    const home = join(folder, 'home');
    const first = start({ COTRACE_HOME: home, PORT: '0' });
    const url = new URL(await first.ready);
    expect(await (await fetch(`${url.origin}/healthz`)).json()).toMatchObject({
      status: 'ok',
      database: 'up',
    });
    const second = await start({ COTRACE_HOME: home, PORT: '0' }).ended;
    expect([second[0], second[1].includes('HOME_LOCKED: ')]).toEqual([1, true]);
    const answer = await fetch(`${url.origin}/api/sign-in/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: url.searchParams.get('token') }),
    });
    expect(answer.status).toBe(200);
    first.child.kill('SIGTERM');
    const [exit, said] = await first.ended;
    expect(exit).toBe(0);
    expect(
      said.split('\n').filter((line) => / (error|warn) /.test(line) && !line.includes('not built')),
    ).toEqual([]);
  });
});
