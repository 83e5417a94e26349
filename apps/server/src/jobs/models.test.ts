/** Models, maps and the way back to an earlier model, over a real PostgreSQL. */
import { decodeImage, encodePng } from '@cotrace/image-io';
import { LEASE_HEADER } from '@cotrace/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../testing/testDatabase.ts';
import { createJobsWorld, POLICY, publishModel, REPORT } from './testing/jobsWorld.ts';

const BOTH = Uint8Array.from({ length: 16 }, (_, at) => at % 3);
let database: TestDatabase;

beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

async function world() {
  await database.prisma.project.deleteMany();
  return createJobsWorld(database.prisma);
}

describe('a model', () => {
  it('that is not better is kept aside, and can be made live by hand', async () => {
    const w = await world();
    const { projectId, taskId, sections } = await w.project({ sections: [{ labels: BOTH }] });
    const better = await publishModel(w, taskId, sections, []);
    w.clock.advance(1000);
    const worse = await publishModel(w, taskId, [], [], { ...REPORT, beatsLive: false, verdict: 'No.' });
    const list = async () =>
      (await w.ask('listModels', { params: { taskId } })).map(({ id, live }) => [id, live]);
    expect(await list()).toEqual([
      [worse.modelId, false],
      [better.modelId, true],
    ]);
    // Its maps were never drawn: its own job is queued again for them.
    const promoted = await w.ask('promoteModel', { params: { modelId: worse.modelId }, projectId });
    expect(promoted).toMatchObject({ live: true, verdict: 'No.' });
    expect(await w.ask('listMaps', { params: { taskId } })).toEqual([]);
    const { job } = await w.claimOverRest('a');
    expect(job).toMatchObject({
      jobId: worse.jobId,
      reported: { modelId: worse.modelId, live: true, mapped: [] },
    });
    // And back: those maps are there.
    await w.ask('promoteModel', { params: { modelId: better.modelId }, projectId });
    expect(await list()).toEqual([
      [worse.modelId, false],
      [better.modelId, true],
    ]);
    expect(await w.ask('listMaps', { params: { taskId } })).toHaveLength(1);
    expect(w.live.told).toContainEqual({
      event: 'maps',
      payload: { taskId, modelId: better.modelId, sectionId: null },
    });
  });

  it('without maps does not go live by hand while another run is under way', async () => {
    const w = await world();
    const { projectId, taskId } = await w.project({ sections: [{ labels: BOTH }] });
    const { modelId } = await publishModel(w, taskId, [], [], { ...REPORT, beatsLive: false });
    await w.jobs.request(taskId, 'requested');
    await expect(w.ask('promoteModel', { params: { modelId }, projectId })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    expect((await w.store.jobs.task(taskId))?.liveModelId).toBeNull();
  });

  it('is reported once, however often the answer got lost', async () => {
    const w = await world();
    const { taskId } = await w.project({ sections: [{ labels: BOTH }] });
    await w.jobs.request(taskId, 'requested');
    const { job } = await w.claimOverRest('a');
    const { jobId } = job!;
    const request = w.request({ [LEASE_HEADER]: job!.leaseToken }, Uint8Array.of(1, 2, 3));
    const early = w.ask('reportModel', { params: { jobId }, body: REPORT, request });
    await expect(early).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await w.ask('uploadModel', { params: { jobId }, request });
    const first = await w.ask('reportModel', { params: { jobId }, body: REPORT, request });
    const again = await w.ask('reportModel', { params: { jobId }, body: REPORT, request });
    expect(again).toEqual(first);
    expect(await w.store.models.models(taskId)).toHaveLength(1);
    expect(await w.blobs.get((await w.store.models.model(first.modelId))!.blob)).toEqual(
      Buffer.from([1, 2, 3]),
    );
  });
});

describe('a run that ends early', () => {
  const LONG = { recipe: { ...POLICY.recipe, budgetSeconds: 100 } };
  const EARLY = { ...REPORT, secondsLeft: 80 };
  const finished = async (w: Awaited<ReturnType<typeof world>>, taskId: string, report = EARLY) => {
    const { modelId, jobId } = await publishModel(w, taskId, [], [], report);
    w.clock.advance(1000);
    return { modelId, jobId };
  };
  const openJobs = async (w: Awaited<ReturnType<typeof world>>, taskId: string) =>
    (await w.store.jobs.newestJobs(taskId, 10)).filter(({ state }) => state === 'queued');

  it('with a better model is followed by one that spends the rest of its budget', async () => {
    const w = await world();
    const { taskId } = await w.project({ policy: LONG, sections: [{ labels: BOTH }] });
    const { modelId } = await finished(w, taskId);
    await expect.poll(() => openJobs(w, taskId)).toMatchObject([{ reason: 'continued' }]);
    const { job } = await w.claimOverRest('a');
    expect(job).toMatchObject({ reason: 'continued', liveModelId: modelId, recipe: { budgetSeconds: 80 } });
    expect((await w.store.models.models(taskId)).map(({ report }) => report.secondsLeft)).toEqual([80]);
    // The policy bounds that run, too.
    await w.prisma.task.update({
      where: { id: taskId },
      data: { policy: { ...POLICY, recipe: { ...LONG.recipe, budgetSeconds: 50 } } },
    });
    expect((await w.claimOverRest('a')).job).toMatchObject({ recipe: { budgetSeconds: 50 } });
  });

  it('is not gone on with twice, after newer paint, or without its model being live', async () => {
    const w = await world();
    const { taskId, sections } = await w.project({ policy: LONG, sections: [{ labels: BOTH }] });
    await finished(w, taskId);
    await expect.poll(() => openJobs(w, taskId)).toHaveLength(1);
    const [rest] = await openJobs(w, taskId);
    expect(await w.store.jobs.enqueueRest(rest!.jobId, w.clock.now())).toBeUndefined();
    await w.queue.cancel(rest!.jobId);

    await w.store.jobs.countNewPixels(taskId, sections[0]!, POLICY.retrainAfterPixels);
    const { job } = await w.store.jobs.enqueue(taskId, 'requested', w.clock.now());
    const { leaseToken } = (await w.claim('b'))!;
    const lease = { jobId: job.jobId, leaseToken };
    await w.store.jobs.setModelBlob(lease, 'models/b');
    await w.store.models.report(lease, EARLY, w.clock.now());
    await w.store.jobs.countNewPixels(taskId, sections[0]!, POLICY.retrainAfterPixels);
    await w.queue.finish(lease);
    await expect.poll(() => openJobs(w, taskId)).toMatchObject([{ reason: 'threshold' }]);
    const [newer] = await openJobs(w, taskId);
    await w.queue.cancel(newer!.jobId);
    expect(await w.store.jobs.enqueueRest(job.jobId, w.clock.now())).toBeUndefined();

    const kept = { ...EARLY, beatsLive: false };
    const { jobId } = await finished(w, taskId, kept);
    expect(await w.store.jobs.enqueueRest(jobId, w.clock.now())).toBeUndefined();
    expect(await openJobs(w, taskId)).toEqual([]);
  });
});

describe('the labels that a live model saw', () => {
  it('are told to a trainer where their moment is known', async () => {
    const w = await world();
    const { taskId, masks, sections } = await w.project({ sections: [{ labels: BOTH }, { labels: null }] });
    const { modelId } = await publishModel(w, taskId, [], []);
    await w.jobs.request(taskId, 'requested');
    const { job } = await w.claimOverRest('a');
    const request = w.request({ [LEASE_HEADER]: job!.leaseToken }, new Uint8Array());
    expect(job!.sections.map(({ earlierLabelsUrl }) => earlierLabelsUrl !== null)).toEqual([true, false]);
    const params = { jobId: job!.jobId, sectionId: sections[0]!, modelId };
    const shown = async () => {
      const { body } = (await w.ask('trainerEarlierLabels', { params, request })) as { body: Uint8Array };
      return [...decodeImage(body, 'labels')[0]!.data];
    };
    expect(await shown()).toEqual([...BOTH]);
    const values = BOTH.map((value, at) => (at < 8 ? value : 0));
    w.history.planes.set(masks[0]!, { width: 4, height: 4, values });
    expect(await shown()).toEqual([...values]);

    await database.prisma.trainedModel.updateMany({ data: { labelsAt: null } });
    await expect(shown()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const { job: again } = await w.claimOverRest('a');
    expect(again!.sections.map(({ earlierLabelsUrl }) => earlierLabelsUrl)).toEqual([null, null]);
  });
});

describe('maps', () => {
  it('are shown once both are there and were published; replaced ones leave no bytes behind', async () => {
    const w = await world();
    const { taskId, sections } = await w.project({ sections: [{ labels: BOTH }] });
    await w.jobs.request(taskId, 'requested');
    const { job } = await w.claimOverRest('a');
    const params = { jobId: job!.jobId, sectionId: sections[0]! };
    const put = (data: Uint8Array) => w.request({ [LEASE_HEADER]: job!.leaseToken }, data);
    const map = (value: number) =>
      encodePng({ width: 4, height: 4, bitDepth: 8, data: new Uint8Array(16).fill(value) });
    const tooEarly = w.ask('uploadProbability', { params, request: put(map(1)) });
    await expect(tooEarly).rejects.toMatchObject({ code: 'BAD_REQUEST' });

    await w.ask('uploadModel', { params, request: put(Uint8Array.of(1)) });
    const { modelId } = await w.ask('reportModel', { params, body: REPORT, request: put(map(0)) });
    const shown = () => w.ask('listMaps', { params: { taskId } });
    await w.ask('uploadProbability', { params, request: put(map(1)) });
    const report = { meanUncertainty: 0.25, regions: [] };
    const half = w.ask('reportMaps', { params, body: report, request: put(map(0)) });
    await expect(half).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await w.ask('uploadUncertainty', { params, request: put(map(2)) });
    expect(await shown()).toEqual([]);
    await w.ask('uploadProbability', { params, request: put(map(3)) });
    await w.ask('reportMaps', { params, body: report, request: put(map(0)) });
    expect(await shown()).toMatchObject([{ modelId, meanUncertainty: 0.25 }]);
    expect([...w.blobs.kept.keys()].filter((key) => key.startsWith('maps/'))).toHaveLength(2);

    const wrong = encodePng({ width: 2, height: 2, bitDepth: 8, data: new Uint8Array(4) });
    await expect(w.ask('uploadProbability', { params, request: put(wrong) })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('4 × 4 expected'),
    });
  });

  it('and everything else want the lease of the job', async () => {
    const w = await world();
    const { taskId, sections } = await w.project({ sections: [{ labels: BOTH }] });
    await w.jobs.request(taskId, 'requested');
    const { job } = await w.claimOverRest('a');
    const params = { jobId: job!.jobId, sectionId: sections[0]! };
    const foreign = w.request({ [LEASE_HEADER]: 'another' }, new Uint8Array());
    for (const name of [
      'trainerSectionImage',
      'trainerSectionLabels',
      'uploadProbability',
      'finishJob',
    ] as const)
      await expect(w.ask(name, { params, request: foreign })).rejects.toMatchObject({ code: 'LEASE_LOST' });
    const without = w.ask('finishJob', { params, request: w.request({}, new Uint8Array()) });
    await expect(without).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    const labels = await w.ask('trainerSectionLabels', {
      params,
      request: w.request({ [LEASE_HEADER]: job!.leaseToken }, new Uint8Array()),
    });
    expect(labels.body).toBeInstanceOf(Uint8Array);
  });
});
