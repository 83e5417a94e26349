/** The trainer's parts that need no server: settings, identity, heartbeat, maps, progress. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeImage } from '@cotrace/image-io';
import { JOB_RENEW_MS, type Progress, REGION_SIDE } from '@cotrace/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readConfig } from './config.ts';
import { TRAINER_ERRORS } from './errors.ts';
import { startHeartbeat } from './heartbeat.ts';
import { takeIdentity } from './identity.ts';
import { drawMaps } from './maps.ts';
import { progressOf } from './phases.ts';

const COTRACE_TRAINER_TOKEN = 'a-token-for-trainers-only';

describe('settings', () => {
  it('have defaults for everything but the token', () => {
    expect(readConfig({ COTRACE_TRAINER_TOKEN, COTRACE_HOME: '/srv/cotrace' })).toMatchObject({
      server: 'http://localhost:4680',
      folder: '/srv/cotrace/trainer',
      engine: 'auto',
    });
  });
  it.each([
    ['TOKEN_MISSING', {}],
    ['SERVER_INVALID', { COTRACE_TRAINER_TOKEN, COTRACE_SERVER: 'localhost' }],
    ['SERVER_INVALID', { COTRACE_TRAINER_TOKEN, COTRACE_SERVER: 'ftp://host' }],
    ['ENGINE_UNKNOWN', { COTRACE_TRAINER_TOKEN, COTRACE_ENGINE: 'torch' }],
    ['REPLICAS_INVALID', { COTRACE_TRAINER_TOKEN, COTRACE_REPLICAS: '0' }],
    ['REPLICAS_INVALID', { COTRACE_TRAINER_TOKEN, COTRACE_REPLICAS: 'all' }],
  ] as const)('that are wrong say %s', (code, environment) => {
    expect(() => readConfig(environment)).toThrowError(
      expect.objectContaining({ code, message: expect.stringContaining(TRAINER_ERRORS[code]) }),
    );
  });
});

describe('an identity', () => {
  it('stays over restarts, is held by one process, and is taken over from a dead one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cotrace-identity-'));
    const first = await takeIdentity(folder);
    first.release();
    const again = await takeIdentity(folder);
    expect(again.trainerId).toBe(first.trainerId);

    const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
    await writeFile(join(folder, 'trainer-0.pid'), String(other.pid));
    const second = await takeIdentity(folder);
    expect(second.trainerId).not.toBe(first.trainerId);
    second.release();
    other.kill('SIGKILL');
    await once(other, 'exit');
    expect((await takeIdentity(folder)).trainerId).toBe(first.trainerId);
    expect((await readdir(folder)).sort()).toEqual(['trainer-0.id', 'trainer-0.pid', 'trainer-1.id']);
    await rm(folder, { recursive: true });
  });

  it('wants a folder that it can write to', async () => {
    await expect(takeIdentity(join(import.meta.filename, 'folder'))).rejects.toMatchObject({
      code: 'HOME_NOT_WRITABLE',
    });
  });
});

describe('the heartbeat', () => {
  afterEach(() => {
    vi.useRealTimers();
  });
  const at = (fraction: number): Progress => progressOf('training', fraction);

  it('tells the newest at most twice a second, and renews the lease when nothing is new', async () => {
    vi.useFakeTimers();
    const sent: number[] = [];
    const heartbeat = startHeartbeat({
      send: async ({ fraction }) => {
        sent.push(fraction);
        return { cancelled: false };
      },
      onCancelled: () => {},
      onLost: () => {},
    });
    for (let step = 0; step < 20; step += 1) {
      heartbeat.report(at(step / 20));
      await vi.advanceTimersByTimeAsync(50);
    }
    expect(sent.length).toBe(2);
    expect(sent[1]).toBe(at(19 / 20).fraction);
    await vi.advanceTimersByTimeAsync(2 * JOB_RENEW_MS + 500);
    expect(sent.length).toBe(4);
    await heartbeat.close();
    await vi.advanceTimersByTimeAsync(2 * JOB_RENEW_MS);
    expect(sent.length).toBe(4);
  });

  it('hears that the job was cancelled, or is lost', async () => {
    vi.useFakeTimers();
    const heard: unknown[] = [];
    const answers = [async () => ({ cancelled: true }), () => Promise.reject(new Error('gone'))];
    const heartbeat = startHeartbeat({
      send: () => answers.shift()!(),
      onCancelled: () => heard.push('cancelled'),
      onLost: (error) => heard.push((error as Error).message),
    });
    heartbeat.report(at(0.1));
    await vi.advanceTimersByTimeAsync(500);
    heartbeat.report(at(0.2));
    await vi.advanceTimersByTimeAsync(500);
    expect(heard).toEqual(['cancelled', 'gone']);
    await heartbeat.close();
  });
});

describe('maps', () => {
  const side = 2 * REGION_SIDE;
  const two = [
    { value: 2, name: 'cell', color: '#000000', gray: 255 },
    { value: 1, name: 'membrane', color: '#000000', gray: 0 },
  ];
  const pixels = (png: Uint8Array) => decodeImage(png, 'map')[0]!.data;

  it('of two labels are the probability of the greater grey and the share of the greatest entropy', () => {
    const probability = new Float32Array(side * side).fill(0.2);
    probability[0] = 1;
    const uncertainty = new Float32Array(side * side).fill(Math.LN2 / 2);
    const maps = drawMaps(
      { probability, uncertainty },
      { width: side, height: side, painted: null, labels: two, seed: 1 },
    );
    expect([...pixels(maps.probability).subarray(0, 2)]).toEqual([255, 51]);
    expect(pixels(maps.uncertainty)[5]).toBe(128);
    expect(maps.report.meanUncertainty).toBeCloseTo(Math.LN2 / 2, 6);
  });

  it('of more labels show the value of the winner', () => {
    const three = [...two, { value: 9, name: 'vesicle', color: '#000000', gray: 100 }];
    const probability = Float32Array.of(0.2, 0.5, 0.3, 0.9, 0.05, 0.05, 0.1, 0.1, 0.8, 0.4, 0.3, 0.3);
    const maps = drawMaps(
      { probability, uncertainty: new Float32Array(4) },
      { width: 2, height: 2, painted: null, labels: three, seed: 1 },
    );
    expect([...pixels(maps.probability)]).toEqual([9, 1, 2, 1]);
  });

  it('ask for no place that is painted already', () => {
    const uncertainty = new Float32Array(side * side).fill(0.5);
    const painted = Uint8Array.from({ length: side * side }, (_, at) => (at % side < REGION_SIDE ? 1 : 0));
    const { report } = drawMaps(
      { probability: new Float32Array(side * side), uncertainty },
      { width: side, height: side, painted, labels: two, seed: 1 },
    );
    expect(report.regions.length).toBeGreaterThan(0);
    for (const { x, width } of report.regions) expect(x + width).toBeGreaterThan(REGION_SIDE);
    expect(report.regions[0]!.x).toBe(REGION_SIDE);
  });
});

describe('progress', () => {
  it('grows from phase to phase up to 1', () => {
    const phases = ['fetching', 'training', 'judging', 'predicting'] as const;
    const fractions = phases.flatMap((phase) =>
      [0, 0.5, 1].map((share) => progressOf(phase, share).fraction),
    );
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect([fractions[0], fractions.at(-1)]).toEqual([0, 1]);
  });
});
