import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, vi } from 'vitest';
import { awaitCaller } from './channel.ts';
import { checkHosts, isThisMachine } from './launcher.ts';
import { isGone, mpiIsMissing, type Said, startJob } from './testing/ranks.ts';

vi.setConfig({ testTimeout: 120_000 });

const TWO = ['localhost', 'localhost'];

/** A job of two ranks that wait, and their process ids by rank. */
async function waitingJob(options: { hosts?: string[]; socket?: string; patienceMs?: number } = {}) {
  const { hosts = TWO, socket = '', patienceMs = 60_000 } = options;
  const pids: number[] = [];
  let tell = () => {};
  const started = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const job = await startJob({
    hosts,
    scenario: ['wait', socket, String(patienceMs)],
    onSaid({ rank, pid }: Said) {
      if (rank === undefined) return;
      pids[rank] = pid;
      if (Object.keys(pids).length === hosts.length) tell();
    },
  });
  await started;
  return { ...job, pids };
}

/** A zombie's parent takes it away in its own time. */
const allGone = (pids: number[]) =>
  vi.waitFor(() => expect(pids.filter((pid) => !isGone(pid))).toEqual([]), 10_000);

describe.skipIf(mpiIsMissing)('a job', () => {
  it.each([
    ['the first', 0, TWO],
    ['another', 1, TWO],
    ['one on another host', 1, ['127.0.0.1', '127.0.0.2']],
  ])('ends whole when %s of its ranks is killed', async (_, victim, hosts) => {
    const job = await waitingJob({ hosts });
    process.kill(job.pids[victim]!, 'SIGKILL');
    expect((await job.ended).code).not.toBe(0);
    await allGone(job.pids);
  });

  it('ends with a named error when a rank is stopped and answers no more', async () => {
    const job = await waitingJob({ patienceMs: 300 });
    process.kill(job.pids[1]!, 'SIGSTOP');
    expect((await job.ended).code).not.toBe(0);
    expect(job.said).toContainEqual({ code: 'REPLICA_SILENT' });
    await allGone(job.pids);
  });

  it('is killed whole', async () => {
    const job = await waitingJob();
    await job.kill();
    await allGone(job.pids);
  });

  it('ends when whoever started it is killed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cotrace-ranks-'));
    const socket = join(folder, 'starter');
    // Another process starts the job and hears rank 0; this one kills it.
    const source = `
      import { awaitCaller } from ${JSON.stringify(join(import.meta.dirname, 'channel.ts'))};
      import { startJob } from ${JSON.stringify(join(import.meta.dirname, 'testing/ranks.ts'))};
      await awaitCaller(${JSON.stringify(socket)}, () => {});
      await startJob({
        hosts: ['localhost', 'localhost'],
        scenario: ['wait', ${JSON.stringify(socket)}, '60000'],
        onSaid: ({ pid }) => console.log(pid),
      });`;
    const starter = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', source]);
    const pids: number[] = [];
    for await (const line of createInterface({ input: starter.stdout })) {
      pids.push(Number(line));
      if (pids.length === 2) break;
    }
    starter.kill('SIGKILL');
    await once(starter, 'exit');
    await allGone(pids);
    await rm(folder, { recursive: true });
  });
});

describe('the channel', () => {
  it('carries what is said both ways, and tells of the end', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cotrace-channel-'));
    const { callStarter } = await import('./channel.ts');
    const heard: unknown[] = [];
    const closed = new Promise<void>((resolve) => {
      void awaitCaller<string, object>(join(folder, 's'), (channel) => {
        channel.onMessage((message) => {
          heard.push(message);
          void channel.post('stop').then(() => channel.close());
        });
        channel.onClosed(resolve);
      });
    });
    const call = await callStarter<object, string>(join(folder, 's'));
    const answer = new Promise((resolve) => call.onMessage(resolve));
    await call.post({ step: 3, text: 'two\nlines' });
    expect(await answer).toBe('stop');
    call.close();
    await closed;
    expect(heard).toEqual([{ step: 3, text: 'two\nlines' }]);
    await rm(folder, { recursive: true });
  });
});

describe('hosts', () => {
  it('that have no address are named', async () => {
    await checkHosts(['localhost', '127.0.0.2']);
    await expect(checkHosts(['127.0.0.1', 'no-such-host.invalid'])).rejects.toMatchObject({
      code: 'HOST_UNKNOWN',
      message: expect.stringContaining('no-such-host.invalid'),
    });
  });

  it('of this machine are known', () => {
    expect(['localhost', '127.0.0.2', 'gpu-17.example'].map(isThisMachine)).toEqual([true, true, false]);
  });
});
