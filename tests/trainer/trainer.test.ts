/** A trainer and the server's own routes: a whole run, and every way in which one can end early. */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadEngine } from '@cotrace/engine';
import { decodeImage } from '@cotrace/image-io';
import { JOB_LEASE_MS, type Progress } from '@cotrace/protocol';
import { type Checkpoint, encodeModel } from '@cotrace/training';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { JobRow } from '../../apps/server/src/jobs/jobStore.ts';
import { POLICY, publishModel } from '../../apps/server/src/jobs/testing/jobsWorld.ts';
import { startTestDatabase, type TestDatabase } from '../../apps/server/src/testing/testDatabase.ts';
import {
  type Connection,
  createCheckpoints,
  createConnection,
  runDaemon,
} from '../../apps/trainer/src/index.ts';
import { tinyModel } from '../../packages/training/src/testing/tinyModel.ts';
import { cutBefore, SIDE, startTrainerWorld, TRAINER_TOKEN } from './trainerWorld.ts';

/** Real training on two cores that other tests share: a few seconds each when idle. */
vi.setConfig({ testTimeout: 90_000 });
const engine = await loadEngine('auto');
let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await startTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'cotrace-trainer-'));
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

type World = Awaited<ReturnType<typeof startTrainerWorld>>;

/** A daemon in this process. `stop` is SIGTERM. */
function startTrainer(
  world: World,
  trainerId: string,
  wrap = (connection: Connection) => connection,
  parts: { shortestStint?: number } = {},
) {
  const said: string[] = [];
  const stopping = new AbortController();
  const say = (line: string) => said.push(line);
  const ended = runDaemon({
    connection: wrap(createConnection({ server: world.origin, token: TRAINER_TOKEN, say })),
    engine,
    sentence: engine.sentence,
    replicas: undefined,
    trainerId,
    name: trainerId,
    checkpoints: createCheckpoints(join(folder, trainerId)),
    stopping: stopping.signal,
    say,
    ...parts,
  });
  return {
    said,
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

const stateIs =
  (state: string) =>
  (job: { state: string }): boolean =>
    job.state === state;

describe('a run', () => {
  it('ends in a live model, the maps of every section and places to ask about', async () => {
    await using world = await startTrainerWorld(database);
    const { taskId, sections } = await world.tissueProject();
    const trainer = startTrainer(world, 'a');
    const done = world.live.next('job', stateIs('done'));
    await world.jobs.request(taskId, 'requested');
    await done;
    await trainer.stop();

    const [model] = await world.store.models.models(taskId);
    expect(model).toMatchObject({ live: true, report: { beatsLive: true, engine: engine.sentence } });
    expect(model!.report.score?.sections).toBe(1);
    expect(model!.report.labelledPixels).toBe(40 * SIDE);
    const maps = await world.store.models.maps(model!.modelId);
    expect(maps.map(({ sectionId, published }) => [sectionId, published])).toEqual(
      sections.map((sectionId) => [sectionId, true]),
    );
    for (const { probability, uncertainty } of maps) {
      for (const blob of [probability, uncertainty]) {
        const [image] = decodeImage(await world.blobs.get(blob!), 'map');
        expect(image).toMatchObject({ width: SIDE, height: SIDE, bitDepth: 8 });
      }
    }
    const told = world.live.told.map(({ event, payload }) => [event, payload] as const);
    expect(told.filter(([event]) => event === 'maps').map(([, payload]) => payload)).toEqual(
      sections.map((sectionId) => ({ taskId, modelId: model!.modelId, sectionId })),
    );
    const fractions = told.flatMap(([event, payload]) =>
      event === 'job' ? ((payload as { progress: Progress | null }).progress?.fraction ?? []) : [],
    );
    expect(fractions.length).toBeGreaterThan(1);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    const userId = await world.person();
    const next = await world.store.regions.lease({
      taskId,
      userId,
      sessionId: 's',
      now: world.clock.now(),
      leasedUntil: world.clock.now(),
      choose: (candidates) => ({ region: candidates[0], remaining: candidates.length }),
    });
    expect(next.region).toMatchObject({ sectionId: sections[0] });
  });

  it('that follows another starts from the live model and is compared with it', async () => {
    await using world = await startTrainerWorld(database);
    const { taskId } = await world.tissueProject();
    const trainer = startTrainer(world, 'a');
    for (const _ of [1, 2]) {
      const done = world.live.next('job', stateIs('done'));
      await world.jobs.request(taskId, 'requested');
      await done;
      world.clock.advance(1_000);
    }
    await trainer.stop();
    const [second, first] = await world.store.models.models(taskId);
    expect(first!.report.liveScore).toBeNull();
    expect(second!.report.liveScore).toEqual(first!.report.score);
    expect([first!.live, second!.live]).toEqual([!second!.report.beatsLive, second!.report.beatsLive]);
  });
});

describe('a retrain that people wait for', () => {
  it('ends with its first better map, told what is new; another run spends the rest', async () => {
    await using world = await startTrainerWorld(database);
    const { taskId, masks, sections } = await world.tissueProject({ budgetSeconds: 20 });
    const live = await publishModel(world, taskId, [], []);
    // It finds every pixel as likely a cell as a membrane: whatever was learnt is not worse.
    const clueless = await tinyModel({ seed: 3 });
    for (const { values } of clueless.state.parameters.slice(-2)) values.fill(0);
    world.blobs.kept.set(`models/${live.jobId}`, encodeModel(clueless));
    const { width, height, values } = world.rooms.planes.get(masks[0]!)!;
    const earlier = { width, height, values: values.map((value, at) => (at < 1000 ? value : 0)) };
    world.history.planes.set(masks[0]!, earlier);
    world.clock.advance(1_000);
    const asked: string[] = [];
    let claims = 0;
    let letOn = () => {};
    const mayGoOn = new Promise<void>((done) => {
      letOn = done;
    });
    const trainer = startTrainer(
      world,
      'a',
      (connection) => ({
        async call(name, options, signal) {
          if (name === 'trainerEarlierLabels') {
            asked.push((options as { params: { sectionId: string } }).params.sectionId);
          }
          if (name === 'claimJob' && ++claims === 2) await mayGoOn;
          return connection.call(name, options, signal);
        },
      }),
      { shortestStint: 1 },
    );
    const done = world.live.next('job', stateIs('done'));
    const queued = world.live.next('job', stateIs('queued'));
    await world.jobs.request(taskId, 'requested');
    await queued;
    const rest = world.live.next('job', stateIs('queued'));
    await done;
    await rest;

    const [early] = await world.store.models.models(taskId);
    const { report } = early!;
    expect(early!.live).toBe(true);
    expect(report.verdict).toMatch(/^Went live, .* Training goes on in another run\.$/);
    expect(report.seconds).toBeLessThan(18);
    expect(report.secondsLeft).toBeCloseTo(20 - report.seconds, 5);
    expect(report.score!.vRand).toBeGreaterThanOrEqual(report.liveScore!.vRand!);
    expect((await world.store.models.maps(early!.modelId)).filter(({ published }) => published)).toHaveLength(
      3,
    );
    // Not of the section that is held out, nor of one without paint.
    expect(asked).toEqual([sections[0]]);

    const going = await world.prisma.job.findFirstOrThrow({ where: { reason: 'continued' } });
    expect(going).toMatchObject({ taskId, state: 'queued', budgetSeconds: report.secondsLeft });
    // The rest of the budget is the rest of the test's patience, too.
    await world.prisma.job.update({ where: { id: going.id }, data: { budgetSeconds: 1 } });
    world.clock.advance(1_000);
    const over = world.live.next('job', stateIs('done'));
    letOn();
    await over;
    await trainer.stop();
    const [last] = await world.store.models.models(taskId);
    expect(last).toMatchObject({ jobId: going.id, report: { secondsLeft: 0, liveScore: report.score } });
  });
});

describe('checkpoints of a run in stints', () => {
  it('are gone on with from the latest that can be read, with what was spent before it', async () => {
    const place = join(folder, 'stints');
    const checkpoints = createCheckpoints(place);
    expect(await checkpoints.load('job')).toBeUndefined();
    const { state, recipe } = await tinyModel();
    const at = (step: number): Checkpoint => ({
      ...{ labels: [], recipe, seed: 1, step, seconds: 2, smoothedLoss: null },
      ...{ state, best: null },
    });
    await checkpoints.save('job', { stint: 0, before: { steps: 0, seconds: 0 } }, at(30));
    await checkpoints.save('job', { stint: 1, before: { steps: 40, seconds: 5 } }, at(10));
    expect(await checkpoints.load('job')).toMatchObject({
      stint: 1,
      before: { steps: 40, seconds: 5 },
      checkpoint: { step: 10 },
    });
    for (const name of await readdir(join(place, 'job', '1'))) {
      if (!name.endsWith('.json')) await writeFile(join(place, 'job', '1', name), 'half a file');
    }
    expect(await checkpoints.load('job')).toMatchObject({ stint: 0, checkpoint: { step: 30 } });
    await checkpoints.clear();
    expect(await checkpoints.load('job')).toBeUndefined();
  });
});

describe('a trainer that dies', () => {
  it('in training loses its job to another; when it is back, it is refused and drops it', async () => {
    await using world = await startTrainerWorld(database);
    const { taskId } = await world.tissueProject();
    let network!: ReturnType<typeof cutBefore>;
    const first = startTrainer(world, 'a', (connection) => {
      network = cutBefore(connection, (name) => name === 'uploadModel');
      return network;
    });
    const { id: jobId } = await world.jobs.request(taskId, 'requested');
    await network.cut;
    world.clock.advance(JOB_LEASE_MS + 1);
    await world.queue.releaseExpired();

    const second = startTrainer(world, 'b');
    await world.live.next('job', stateIs('done'));
    expect(await world.store.jobs.job(jobId)).toMatchObject({ attempts: 2, trainer: 'b' });
    network.mend();
    await expect.poll(() => first.said.some((line) => line.includes('lost after'))).toBe(true);
    await Promise.all([first.stop(), second.stop()]);
    expect(await world.store.models.models(taskId)).toHaveLength(1);
  });

  it('in its maps is followed by one that draws the others and does not train again', async () => {
    await using world = await startTrainerWorld(database);
    const { taskId, sections } = await world.tissueProject();
    let network!: ReturnType<typeof cutBefore>;
    const first = startTrainer(world, 'a', (connection) => {
      network = cutBefore(connection, (name, calls) => name === 'reportMaps' && calls === 2);
      return network;
    });
    const { id: jobId } = await world.jobs.request(taskId, 'requested');
    await network.cut;
    world.clock.advance(JOB_LEASE_MS + 1);
    await world.queue.releaseExpired();

    const before = world.live.told.length;
    const second = startTrainer(world, 'b');
    await world.live.next('job', stateIs('done'));
    network.mend();
    await Promise.all([first.stop(), second.stop()]);
    const after = world.live.told.slice(before);
    expect(after.filter(({ event }) => event === 'model')).toEqual([]);
    expect(after.filter(({ event }) => event === 'maps')).toHaveLength(2);
    const [model] = await world.store.models.models(taskId);
    expect(model!.jobId).toBe(jobId);
    expect((await world.store.models.maps(model!.modelId)).filter(({ published }) => published)).toHaveLength(
      sections.length,
    );
  });
});

describe('a trainer', () => {
  it('that is asked to stop gives its job back at once, which costs it no attempt', async () => {
    await using world = await startTrainerWorld(database);
    const { taskId } = await world.tissueProject({ budgetSeconds: 600 });
    const trainer = startTrainer(world, 'a');
    const { id: jobId } = await world.jobs.request(taskId, 'requested');
    await world.live.next('job', ({ progress }) => progress?.phase === 'training');
    await trainer.stop();
    expect(await world.store.jobs.job(jobId)).toMatchObject({ state: 'queued', attempts: 0 });
  });

  it('leaves a job that a person cancels, and takes the next', async () => {
    await using world = await startTrainerWorld(database);
    const long = await world.tissueProject({ budgetSeconds: 600 });
    const trainer = startTrainer(world, 'a');
    const { id: jobId } = await world.jobs.request(long.taskId, 'requested');
    await world.live.next('job', ({ progress }) => progress?.phase === 'training');
    await world.queue.cancel(jobId);
    const short = await world.tissueProject();
    await world.jobs.request(short.taskId, 'requested');
    await world.live.next('job', stateIs('done'));
    await trainer.stop();
    expect(trainer.said.some((line) => line.includes('cancelled after'))).toBe(true);
    expect(await world.store.jobs.job(jobId)).toMatchObject({ state: 'cancelled' });
  });

  it('ends a job whose labels were erased meanwhile with the sentence that says so', async () => {
    await using world = await startTrainerWorld(database);
    const { taskId, masks } = await world.tissueProject();
    const { id: jobId } = await world.jobs.request(taskId, 'requested');
    world.rooms.planes.get(masks[0]!)!.values.fill(0);
    const trainer = startTrainer(world, 'a');
    await world.live.next('job', stateIs('failed'));
    await trainer.stop();
    expect(await world.store.jobs.job(jobId)).toMatchObject({
      state: 'failed',
      attempts: 1,
      error: expect.stringContaining('Paint'),
    });
  });

  it('ends a job that is larger than its memory with the sentence that says so, and lives on', async () => {
    await using world = await startTrainerWorld(database);
    const large = { base: 128, depth: 5, tile: 1024, batch: 64 };
    const { taskId } = await world.tissueProject(large);
    const failed = world.live.next('job', stateIs('failed'));
    const { id: jobId } = await world.jobs.request(taskId, 'requested');
    const trainer = startTrainer(world, 'a');
    await failed;
    expect(await world.store.jobs.job(jobId)).toMatchObject({
      state: 'failed',
      attempts: 1,
      error: expect.stringMatching(/was expected\. It takes about .* GB.*Choose a smaller batch/),
      modelBlob: null,
    });
    expect(await world.store.models.models(taskId)).toEqual([]);
    const { recipe } = POLICY;
    await world.prisma.task.update({ where: { id: taskId }, data: { policy: { ...POLICY, recipe } } });
    const done = world.live.next('job', stateIs('done'));
    await world.jobs.request(taskId, 'requested');
    await done;
    await trainer.stop();
  });

  it('does not draw maps with a model of another version, and says so', async () => {
    await using world = await startTrainerWorld(database);
    const { taskId } = await world.tissueProject();
    const { modelId, jobId } = await publishModel(world, taskId, [], []);
    const bytes = Buffer.from(encodeModel(await tinyModel()));
    bytes.writeUInt32LE(99, 4);
    world.blobs.kept.set((await world.store.models.model(modelId))!.blob, bytes);
    const failed = world.live.next('job', stateIs('failed'));
    const { queued } = (await world.store.models.promote(modelId)) as { queued: JobRow };
    expect(queued.jobId).toBe(jobId);
    const trainer = startTrainer(world, 'a');
    await failed;
    await trainer.stop();
    expect((await world.store.jobs.job(jobId))?.error).toMatch(/^MODEL_VERSION: .*Train it again/);
    expect(await world.store.models.maps(modelId)).toEqual([]);
  });

  it('leaves a live model of another version aside and trains anew', async () => {
    await using world = await startTrainerWorld(database);
    const { taskId } = await world.tissueProject();
    const { modelId } = await publishModel(world, taskId, [], []);
    world.blobs.kept.set((await world.store.models.model(modelId))!.blob, Buffer.from('rubbish'));
    world.clock.advance(1_000);
    const done = world.live.next('job', stateIs('done'));
    const trainer = startTrainer(world, 'a');
    await world.jobs.request(taskId, 'requested');
    await done;
    await trainer.stop();
    expect(trainer.said.join('\n')).toMatch(/The live model is left aside: MODEL_CORRUPT: /);
    expect((await world.store.models.models(taskId))[0]?.report.liveScore).toBeNull();
  });

  it('goes on with its job when the server was away', async () => {
    await using world = await startTrainerWorld(database);
    const { taskId } = await world.tissueProject({ budgetSeconds: 3 });
    const trainer = startTrainer(world, 'a');
    const { id: jobId } = await world.jobs.request(taskId, 'requested');
    await world.live.next('job', ({ progress }) => progress?.phase === 'training');
    await world.goAway();
    await expect.poll(() => trainer.said.some((line) => line.includes('Trying again'))).toBe(true);
    const done = world.live.next('job', stateIs('done'));
    await world.comeBack();
    await done;
    await trainer.stop();
    expect(await world.store.jobs.job(jobId)).toMatchObject({ attempts: 1, error: null });
  });

  it('with a wrong token, or of another version, is told so and ends', async () => {
    await using world = await startTrainerWorld(database);
    const signal = new AbortController().signal;
    const connection = (token: string) => createConnection({ server: world.origin, token, say: () => {} });
    const body = { protocolVersion: 999, trainerId: 'a', name: 'a', engine: 'e' };
    await expect(connection(TRAINER_TOKEN).call('claimJob', { body }, signal)).rejects.toMatchObject({
      code: 'TRAINER_VERSION',
    });
    await expect(connection('wrong').call('claimJob', { body }, signal)).rejects.toMatchObject({
      code: 'TOKEN_INVALID',
    });
  });

  it('as a process: goes on after kill -9, and ends with 0 on SIGTERM with its job given back', async () => {
    await using world = await startTrainerWorld(database);
    const { taskId } = await world.tissueProject({ budgetSeconds: 600 });
    const start = () =>
      spawn(process.execPath, ['--import', 'tsx', resolve('apps/trainer/src/main.ts')], {
        env: {
          ...process.env,
          COTRACE_SERVER: world.origin,
          COTRACE_TRAINER_TOKEN: TRAINER_TOKEN,
          COTRACE_HOME: folder,
        },
        stdio: 'inherit',
      });
    const trains = () => world.live.next('job', ({ progress }) => progress?.phase === 'training');
    const { id: jobId } = await world.jobs.request(taskId, 'requested');
    let training = trains();
    const killed = start();
    await training;
    killed.kill('SIGKILL');
    training = trains();
    const stopped = start();
    const code = new Promise((done) => stopped.once('exit', done));
    await training;
    expect(await world.store.jobs.job(jobId)).toMatchObject({ state: 'running', attempts: 2 });
    stopped.kill('SIGTERM');
    expect(await code).toBe(0);
    expect(await world.store.jobs.job(jobId)).toMatchObject({ state: 'queued', attempts: 1 });
  });
});
