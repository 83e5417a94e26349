/** Exports, tasks and the demo project, through the routes. */
import { decodeFloatStack, decodeImage, encodePng } from '@cotrace/image-io';
import type { ExportJob, Project } from '@cotrace/protocol';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDemo } from '../../apps/server/src/demo/createDemo.ts';
import { createLog } from '../../apps/server/src/log.ts';
import {
  startTestServer,
  type TestPerson,
  type TestServer,
} from '../../apps/server/src/testing/testServer.ts';
import { formOf, png } from './world.ts';

const SIDE = 32;
let server: TestServer;
let owner: TestPerson;
let project: Project;
let taskId: string;

/** Brightness that goes with the map: membranes are dark. */
const gray = (index: number) => (index % 5 === 0 ? 30 : 200);
const image = () =>
  encodePng({
    width: SIDE,
    height: SIDE,
    bitDepth: 8,
    data: Uint8Array.from({ length: SIDE ** 2 }, (_, i) => gray(i)),
  });
const label = () =>
  encodePng({
    width: SIDE,
    height: SIDE,
    bitDepth: 8,
    data: Uint8Array.from({ length: SIDE ** 2 }, (_, i) => (i % 5 === 0 ? 0 : 255)),
  });

beforeAll(async () => {
  server = await startTestServer();
  owner = server.owner;
  project = await owner.call('createProject', { body: { name: 'Out!', tasks: [{ name: 'Membrane' }] } });
  taskId = project.tasks[0]!.id;
  await owner.call('importSections', {
    params: { projectId: project.id },
    query: { taskId },
    body: formOf({
      'image/3.png': image(),
      'label/3.png': label(),
      'image/4.png': image(),
      'label/4.png': label(),
    }),
  });
});
afterAll(() => server[Symbol.asyncDispose]());

async function finished(kind: ExportJob['kind']): Promise<ExportJob> {
  const { id } = await owner.call('createExport', { params: { taskId }, body: { kind } });
  await expect
    .poll(async () => (await owner.call('getExport', { params: { exportId: id } })).state, {
      timeout: 10_000,
    })
    .not.toBe('running');
  return owner.call('getExport', { params: { exportId: id } });
}
const download = (exportId: string) => owner.call('downloadExport', { params: { exportId } });

describe('the course layout', () => {
  it('gives images and labels back as they came', async () => {
    const done = await finished('course-layout');
    expect(done).toMatchObject({ state: 'done', fileName: 'out_membrane.zip', error: null });
    const files = unzipSync(await download(done.id));
    expect(Object.keys(files).sort()).toEqual(['image/3.png', 'image/4.png', 'label/3.png', 'label/4.png']);
    for (const [name, original] of [
      ['image/3.png', image()],
      ['label/4.png', label()],
    ] as const)
      expect(decodeImage(files[name]!, name)[0]!.data).toEqual(decodeImage(original, name)[0]!.data);
  });
});

describe('a submission', () => {
  it('needs a model', async () => {
    await expect(
      owner.call('createExport', { params: { taskId }, body: { kind: 'submission' } }),
    ).rejects.toMatchObject({ code: 'NO_MODEL' });
  });
  it("holds the live model's maps in the order of the stack, judged by the rules", async () => {
    const { prisma } = server.db;
    const job = await prisma.job.create({ data: { taskId, reason: 'requested', state: 'done' } });
    const model = await prisma.trainedModel.create({
      data: { taskId, jobId: job.id, blob: 'models/x', report: {} },
    });
    await prisma.task.update({ where: { id: taskId }, data: { liveModelId: model.id } });
    const sections = await owner.call('listSections', { params: { projectId: project.id } });
    const publish = async (
      index: number,
      regions: object[] | undefined,
      drawn = index === 0 ? image() : png(SIDE, SIDE, 51),
    ) => {
      const map = await server.blobs.put('maps', '.png', drawn);
      const key = { modelId: model.id, sectionId: sections[index]!.id };
      const maps = { probability: map, uncertainty: map, ...(regions ? { regions } : {}) };
      await prisma.sectionMap.upsert({
        where: { modelId_sectionId: key },
        create: { ...key, ...maps },
        update: maps,
      });
    };
    await publish(0, []);
    await publish(1, undefined);
    expect(await finished('submission')).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/1 of 2/),
    });
    await publish(1, []);
    const done = await finished('submission');
    expect(done).toMatchObject({ state: 'done', fileName: 'out_membrane_submission.tif' });
    expect(done.verdict?.filter(({ passed }) => passed === false)).toEqual([]);
    expect(done.verdict?.find(({ rule }) => rule === 'polarity')).toMatchObject({ passed: true });
    const pages = decodeFloatStack(await download(done.id));
    expect(pages.map(({ data }) => data[1])).toEqual([Math.fround(200 / 255), Math.fround(51 / 255)]);

    const { width, height, data } = decodeImage(image(), 'image')[0]!;
    const upsideDown = encodePng({ width, height, bitDepth: 8, data: data.map((value) => 255 - value) });
    await publish(0, [], upsideDown);
    const inverted = await finished('submission');
    expect(inverted.verdict?.find(({ rule }) => rule === 'polarity')).toMatchObject({
      passed: false,
      sentence: expect.stringMatching(/^POLARITY_INVERTED: Expected .* Write 1 − value instead/),
    });
  });
});

describe('a task', () => {
  const params = () => ({ taskId });
  it('keeps labels that are painted', async () => {
    const [membrane, cell] = project.tasks[0]!.labels;
    const labels = [membrane!, { ...cell!, value: 7, gray: 200 }];
    await expect(owner.call('updateTask', { params: params(), body: { labels } })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('"cell"'),
    });
    const renamed = [membrane!, { ...cell!, name: 'inside' }];
    expect((await owner.call('updateTask', { params: params(), body: { labels: renamed } })).labels).toEqual(
      renamed,
    );
  });
  it('changes one part of its policy and keeps the rest', async () => {
    const before = project.tasks[0]!.policy;
    const { policy } = await owner.call('updateTask', {
      params: params(),
      body: { policy: { retrainAfterPixels: 9 } },
    });
    expect(policy).toEqual({ ...before, retrainAfterPixels: 9 });
    await expect(
      owner.call('updateTask', { params: params(), body: { policy: { timeZone: 'Nowhere/Land' } } }),
    ).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
  it('that is added gets a mask for every section, and a name of its own', async () => {
    const task = await owner.call('createTask', {
      params: { projectId: project.id },
      body: { name: 'Mitochondrion' },
    });
    expect(task.labels.map(({ name }) => name)).toEqual(['background', 'mitochondrion']);
    const sections = await owner.call('listSections', { params: { projectId: project.id } });
    expect(sections.every(({ masks }) => masks.some((mask) => mask.taskId === task.id))).toBe(true);
    await expect(
      owner.call('createTask', { params: { projectId: project.id }, body: { name: 'Mitochondrion' } }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});

describe('the demo project', () => {
  it('is drawn where there is no project, and only there', { timeout: 120_000 }, async () => {
    await using fresh = await startTestServer();
    const parts = { projects: fresh.store.projects, intake: fresh.server.intake, log: createLog(() => {}) };
    await createDemo(parts);
    await createDemo(parts);
    const [demo, ...others] = await fresh.owner.call('listProjects', {});
    expect(others).toEqual([]);
    expect(demo).toMatchObject({ name: 'Demo: neuropil', myRole: 'owner', sectionCount: 12 });
    expect(demo!.tasks.map(({ name, newPixels }) => [name, newPixels])).toEqual([
      ['Membrane', 0],
      ['Mitochondrion', 0],
    ]);
    const sections = await fresh.owner.call('listSections', { params: { projectId: demo!.id } });
    const full = sections.filter(({ masks }) =>
      masks.every(({ labelledPixels }) => labelledPixels === 512 * 512),
    );
    expect(full.map(({ name, heldOut }) => [name, heldOut])).toEqual([
      ['0.png', false],
      ['1.png', false],
      ['2.png', false],
      ['10.png', true],
      ['11.png', true],
    ]);
    expect(
      sections.filter(({ masks }) => masks.every(({ labelledPixels }) => labelledPixels === 0)),
    ).toHaveLength(7);
  });
});

describe('without a database', () => {
  it('says so, everywhere alike', async () => {
    await server.db.stopPostgres();
    const health = await fetch(`${server.origin}/healthz`);
    expect([health.status, await health.json()]).toMatchObject([
      503,
      { status: 'degraded', database: 'down' },
    ]);
    await expect(owner.call('listProjects', {})).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      status: 503,
    });
  });
});
