import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openHome } from './home.ts';

const folder = await mkdtemp(join(tmpdir(), 'cotrace-home-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the home folder', () => {
  it('is held by one server at a time', async () => {
    const path = join(folder, 'one');
    const home = await openHome(path);
    await expect(openHome(path)).rejects.toMatchObject({ code: 'HOME_LOCKED' });
    await home.release();
    await (await openHome(path)).release();
  });
  it('is taken over from a server that was killed', async () => {
    const path = join(folder, 'killed');
    await (await openHome(path)).release();
    await writeFile(join(path, 'server.sock'), '');
    await (await openHome(path)).release();
  });
  it('can have a path that is too long for a socket', async () => {
    const path = join(folder, 'long'.repeat(30));
    const home = await openHome(path);
    await expect(openHome(path)).rejects.toMatchObject({ code: 'HOME_LOCKED' });
    await home.release();
  });
  it('says so when it cannot be made', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(openHome(join(folder, 'file', 'home'))).rejects.toMatchObject({ code: 'HOME_NOT_WRITABLE' });
  });
  it.runIf(process.platform === 'linux')('says so where the system has no room for folders', async () => {
    await expect(openHome('/proc/cotrace/home')).rejects.toMatchObject({ code: 'HOME_NOT_WRITABLE' });
  });
  it('keeps a secret over starts', async () => {
    const path = join(folder, 'secret');
    const first = await openHome(path);
    const secret = await first.secret('cookies');
    await first.release();
    const second = await openHome(path);
    expect(await second.secret('cookies')).toBe(secret);
    expect(await second.secret('other')).not.toBe(secret);
    await second.release();
  });
});
