/** Jobs over a real PostgreSQL: who gets one, who loses it, what starts one. */
import { JOB_LEASE_MS, LEASE_HEADER, MAX_JOB_ATTEMPTS } from '@cotrace/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../testing/testDatabase.ts';
import type { Lease } from './jobStore.ts';
import { runNightly } from './nightlyRunner.ts';
import type { Queue } from './queue.ts';
import { createJobsWorld, POLICY, REPORT } from './testing/jobsWorld.ts';

const BOTH = Uint8Array.of(1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
const ONE = BOTH.map((value) => Math.min(value, 1));
let database: TestDatabase;

beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

async function world(start?: string) {
  await database.prisma.project.deleteMany();
  return createJobsWorld(database.prisma, start);
}
const leaseOf = (job: { jobId: string; leaseToken: string }) => ({
  jobId: job.jobId,
  leaseToken: job.leaseToken,
});

describe('a claim', () => {
  it('never gives one job to two', async () => {
    const { project, queue, claim } = await world();
    const tasks = await Promise.all(
      Array.from({ length: 6 }, () => project({ sections: [{ labels: BOTH }] })),
    );
    for (const { taskId } of tasks) await queue.request(taskId, 'requested');
    const claimed = await Promise.all(Array.from({ length: 10 }, (_, index) => claim(`trainer-${index}`)));
    const ids = claimed.flatMap((job) => (job ? [job.jobId] : []));
    expect(ids).toHaveLength(6);
    expect(new Set(ids).size).toBe(6);
  });

  it('that waits is woken by the next job, and the others go on waiting', async () => {
    const { project, queue, claim, clock } = await world();
    const { taskId } = await project({ sections: [{ labels: BOTH }] });
    const waiting = [claim('a', 20_000), claim('b', 20_000)];
    await expect.poll(() => clock.pending).toBe(2);
    await queue.request(taskId, 'requested');
    const first = await Promise.race(waiting);
    expect(first).toMatchObject({ taskId, state: 'claimed', attempts: 1 });
    await expect.poll(() => clock.pending).toBe(1);
    clock.advance(20_000);
    expect((await Promise.all(waiting)).filter(Boolean)).toHaveLength(1);
  });

  it('of a trainer that has hung up gives the job back, and costs it no attempt', async () => {
    const { project, queue, claim, clock } = await world();
    const { taskId } = await project({ sections: [{ labels: BOTH }] });
    const connection = new AbortController();
    const asked = { protocolVersion: 1, trainerId: 'gone', name: 'gone', engine: '' };
    const waiting = queue.claim(asked, 20_000, connection.signal);
    await expect.poll(() => clock.pending).toBe(1);
    connection.abort();
    expect(await waiting).toBeUndefined();
    await queue.request(taskId, 'requested');
    expect(await claim('here')).toMatchObject({ taskId, attempts: 1 });
  });

  it('of a trainer that was started anew takes its own job up again', async () => {
    const { project, queue, claim } = await world();
    const { taskId } = await project({ sections: [{ labels: BOTH }] });
    await queue.request(taskId, 'requested');
    const before = (await claim('a'))!;
    const after = (await claim('a'))!;
    expect(after).toMatchObject({ jobId: before.jobId, attempts: 2 });
    await expect(queue.renew(leaseOf(before))).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });
});

describe('a lease', () => {
  it('lasts while it is renewed; once lost, the old token is refused everywhere', async () => {
    const { project, queue, claim, clock, store } = await world();
    const { taskId } = await project({ sections: [{ labels: BOTH }] });
    await queue.request(taskId, 'requested');
    const first = (await claim('a'))!;
    for (let renewal = 0; renewal < 5; renewal += 1) {
      clock.advance(JOB_LEASE_MS - 1);
      await queue.releaseExpired();
      expect((await queue.renew(leaseOf(first))).job.state).toBe('running');
    }
    clock.advance(JOB_LEASE_MS + 1);
    await queue.releaseExpired();
    const second = (await claim('b'))!;
    expect(second).toMatchObject({ jobId: first.jobId, attempts: 2 });
    const old = leaseOf(first);
    for (const call of [
      () => queue.renew(old),
      () => queue.finish(old),
      () => queue.fail(old, 'x'),
      () => queue.giveBack(old, true),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await store.models.report(old, REPORT, clock.now())).toBeUndefined();
    expect(await store.jobs.setModelBlob(old, 'models/x')).toBeUndefined();
    await queue.finish(leaseOf(second));
    expect((await store.jobs.job(first.jobId))?.state).toBe('done');
  });

  it('that is lost too often ends the job with a sentence', async () => {
    const { project, queue, claim, clock, store } = await world();
    const { taskId } = await project({ sections: [{ labels: BOTH }] });
    const { jobId } = await queue.request(taskId, 'requested');
    for (let attempt = 1; attempt <= MAX_JOB_ATTEMPTS; attempt += 1) {
      expect((await claim(`t${attempt}`))?.attempts).toBe(attempt);
      clock.advance(JOB_LEASE_MS + 1);
      await queue.releaseExpired();
    }
    expect(await claim('t')).toBeUndefined();
    const job = await store.jobs.job(jobId);
    expect(job).toMatchObject({ state: 'failed' });
    expect(job?.error).toContain(`${MAX_JOB_ATTEMPTS} times`);
  });

  it('of a cancelled job is told so, and no more is taken from it', async () => {
    const { project, queue, claim, store, clock } = await world();
    const { taskId } = await project({ sections: [{ labels: BOTH }] });
    await queue.request(taskId, 'requested');
    const job = (await claim('a'))!;
    expect(await queue.cancel(job.jobId)).toMatchObject({ state: 'cancelled' });
    expect(await queue.renew(leaseOf(job))).toMatchObject({ cancelled: true });
    expect(await store.models.report(leaseOf(job), REPORT, clock.now())).toBeUndefined();
    clock.advance(JOB_LEASE_MS * 2);
    await queue.releaseExpired();
    expect(await claim('b')).toBeUndefined();
    expect(await queue.cancel(job.jobId)).toMatchObject({ state: 'cancelled' });
  });
});

describe('a model that was sent and not reported', () => {
  it.each([
    ['is cancelled', async (queue: Queue, lease: Lease) => void (await queue.cancel(lease.jobId))],
    ['fails', (queue: Queue, lease: Lease) => queue.fail(lease, 'Expected more paint.')],
  ])('leaves no bytes once its job %s', async (_how, end) => {
    const { project, queue, claim, ask, request, blobs, prisma } = await world();
    const { taskId } = await project({ sections: [{ labels: BOTH }] });
    await queue.request(taskId, 'requested');
    const lease = leaseOf((await claim('a'))!);
    const before = blobs.kept.size;
    const sent = request({ [LEASE_HEADER]: lease.leaseToken }, Uint8Array.of(1, 2, 3));
    await ask('uploadModel', { params: { jobId: lease.jobId }, request: sent });
    expect(blobs.kept.size).toBe(before + 1);
    await end(queue, lease);
    expect(blobs.kept.size).toBe(before);
    expect(await prisma.job.findUnique({ where: { id: lease.jobId } })).toMatchObject({ modelBlob: null });
  });

  it('stays while its job is only given back', async () => {
    const { project, queue, claim, ask, request, blobs } = await world();
    const { taskId } = await project({ sections: [{ labels: BOTH }] });
    await queue.request(taskId, 'requested');
    const lease = leaseOf((await claim('a'))!);
    const sent = request({ [LEASE_HEADER]: lease.leaseToken }, Uint8Array.of(1, 2, 3));
    await ask('uploadModel', { params: { jobId: lease.jobId }, request: sent });
    const before = blobs.kept.size;
    await queue.giveBack(lease, false);
    expect(blobs.kept.size).toBe(before);
  });
});

describe('a run is started', () => {
  it('once a task, however many ask', async () => {
    const { project, queue, prisma } = await world();
    const { taskId } = await project({ sections: [{ labels: BOTH }] });
    const asked = await Promise.all(Array.from({ length: 5 }, () => queue.request(taskId, 'requested')));
    expect(new Set(asked.map(({ jobId }) => jobId)).size).toBe(1);
    expect(await prisma.job.count()).toBe(1);
  });

  it('without looking at the labels again while one waits', async () => {
    const { project, queue, rooms } = await world();
    const { taskId, masks } = await project({ sections: [{ labels: BOTH }] });
    const { jobId } = await queue.request(taskId, 'requested');
    // Whoever looked would find nothing.
    rooms.planes.delete(masks[0]!);
    expect((await queue.request(taskId, 'threshold')).jobId).toBe(jobId);
  });

  it('not on nothing, on held-out paint, or on one label', async () => {
    const { project, queue } = await world();
    const nothing = await project({ sections: [{ labels: null }] });
    const heldOut = await project({ sections: [{ labels: BOTH, heldOut: true }] });
    const one = await project({ sections: [{ labels: ONE }, { labels: BOTH, heldOut: true }] });
    for (const { taskId } of [nothing, heldOut])
      await expect(queue.request(taskId, 'requested')).rejects.toMatchObject({ code: 'NO_LABELS' });
    await expect(queue.request(one.taskId, 'requested')).rejects.toMatchObject({
      code: 'ONE_CLASS_ONLY',
      message: expect.stringContaining('membrane'),
    });
  });

  it('at the threshold, with both labels, and counts from 0 again', async () => {
    const { project, jobs, rooms, live, prisma } = await world();
    const { projectId, taskId, masks, sections } = await project({ sections: [{ labels: ONE }] });
    const painted = (newPixels: number) =>
      jobs.painted({
        maskId: masks[0]!,
        projectId,
        sectionId: sections[0]!,
        taskId,
        labelledPixels: 1,
        newPixels,
      });
    await painted(999);
    await painted(1);
    expect(await prisma.job.count()).toBe(0);
    rooms.planes.get(masks[0]!)!.values = BOTH;
    await painted(1);
    expect(await prisma.job.findMany()).toMatchObject([{ state: 'queued', reason: 'threshold' }]);
    expect(live.told).toContainEqual({
      event: 'labels',
      payload: {
        taskId,
        sectionId: sections[0],
        labelledPixels: 1,
        newPixels: 1001,
        threshold: 1000,
      },
    });
    expect(await prisma.task.findUnique({ where: { id: taskId } })).toMatchObject({ newPixels: 0 });
  });

  it('never by paint on a section that is held out', async () => {
    const { project, jobs, prisma } = await world();
    const { projectId, taskId, masks, sections } = await project({
      sections: [{ labels: BOTH }, { labels: BOTH, heldOut: true }],
    });
    const where = { maskId: masks[1]!, projectId, sectionId: sections[1]!, taskId };
    await jobs.painted({ ...where, labelledPixels: 2, newPixels: 5000 });
    expect(await prisma.job.count()).toBe(0);
  });

  it('again after a run, if enough was painted during it', async () => {
    const { project, jobs, queue, claim, live, prisma } = await world();
    const { projectId, taskId, masks, sections } = await project({ sections: [{ labels: BOTH }] });
    await queue.request(taskId, 'requested');
    const job = (await claim('a'))!;
    await jobs.painted({
      maskId: masks[0]!,
      projectId,
      sectionId: sections[0]!,
      taskId,
      labelledPixels: 2,
      newPixels: 5000,
    });
    expect(await prisma.job.count()).toBe(1);
    const next = live.next('job', ({ state }) => state === 'queued');
    await queue.finish(leaseOf(job));
    expect((await next).id).not.toBe(job.jobId);
  });
});

describe('the nightly runner', () => {
  it('runs once a night, also over restarts, and makes up for the latest night only', async () => {
    const { project, queue, clock, store, log, prisma, claim } = await world('2026-03-28T12:00:00Z');
    const { taskId } = await project({ policy: { nightlyAt: '02:30' }, sections: [{ labels: BOTH }] });
    const look = () => runNightly({ store: store.jobs, queue, clock, log });
    const finished = async () => {
      const job = await claim('a');
      if (job) await queue.finish(leaseOf(job));
      return prisma.job.count({ where: { taskId, reason: 'nightly' } });
    };
    await look();
    expect(await finished()).toBe(0);
    clock.advance(13 * 3_600_000); // 02:00 in Berlin, half an hour before clocks go on to 03:00
    await look();
    expect(await finished()).toBe(0);
    clock.advance(30 * 60_000); // 03:30 summer time: 02:30 was skipped
    await Promise.all([look(), look(), look()]);
    expect(await finished()).toBe(1);
    const again = createJobsWorld(prisma, clock.now().toISOString());
    await runNightly({ ...again, store: again.store.jobs });
    expect(await finished()).toBe(1);
    clock.advance(3 * 24 * 3_600_000);
    await look();
    await look();
    expect(await finished()).toBe(2);
  });

  it('is not late for nights in which nobody wanted it, nor stopped by a zone that does not exist', async () => {
    const { project, queue, clock, store, log, prisma, errors } = await world('2026-03-28T12:00:00Z');
    const lost = await project({
      policy: { nightlyAt: '02:30', timeZone: 'Middle/Earth' },
      sections: [{ labels: BOTH }],
    });
    const { taskId } = await project({ policy: { nightlyAt: '02:30' }, sections: [{ labels: BOTH }] });
    const look = () => runNightly({ store: store.jobs, queue, clock, log });
    const change = (nightlyAt: string | null) =>
      prisma.task.update({ where: { id: taskId }, data: { policy: { ...POLICY, nightlyAt } } });
    await look();
    await change(null);
    await look();
    clock.advance(3 * 24 * 3_600_000);
    await change('02:30');
    await look();
    expect(await prisma.job.count()).toBe(0);
    clock.advance(24 * 3_600_000);
    await look();
    expect(await prisma.job.findMany()).toMatchObject([{ taskId, reason: 'nightly' }]);
    expect(errors).toContainEqual(
      expect.objectContaining({ fields: expect.objectContaining({ taskId: lost.taskId }) }),
    );
  });

  it('and the lease watcher run by themselves once started', async () => {
    const { project, jobs, queue, claim, clock, live, errors } = await world();
    const { taskId } = await project({ sections: [{ labels: BOTH }] });
    await queue.request(taskId, 'requested');
    await claim('a');
    const freed = live.next('job', ({ state }) => state === 'queued');
    clock.advance(JOB_LEASE_MS + 1);
    jobs.start();
    clock.advance(5_000);
    await freed;
    await jobs.close();
    expect(errors).toEqual([]);
  });
});
