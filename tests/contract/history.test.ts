/** A mask's past through the routes: as it was, who painted a pixel, and the way back. */
import { decodeImage } from '@cotrace/image-io';
import { LEASE_HEADER, PROTOCOL_VERSION, type Project, type Role } from '@cotrace/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPORT } from '../../apps/server/src/jobs/testing/jobsWorld.ts';
import { openPainter, type Painter } from '../../apps/server/src/rooms/testing/painter.ts';
import {
  startTestServer,
  type TestPerson,
  type TestServer,
} from '../../apps/server/src/testing/testServer.ts';
import { formOf, png } from './world.ts';

const [width, height] = [200, 150];
let server: TestServer;
let project: Project;
const people = {} as Record<'anna' | 'bert' | 'rita' | 'vera', TestPerson>;

beforeAll(async () => {
  server = await startTestServer();
  project = await server.owner.call('createProject', {
    body: { name: 'Past', tasks: [{ name: 'Membrane' }] },
  });
  const roles: [keyof typeof people, Role][] = [
    ['anna', 'annotator'],
    ['bert', 'annotator'],
    ['rita', 'reviewer'],
    ['vera', 'viewer'],
  ];
  for (const [name, role] of roles) people[name] = await server.join(project.id, role, name);
});
afterAll(() => server[Symbol.asyncDispose]());

let masks = 0;

async function freshMask(): Promise<string> {
  const { sections } = await server.owner.call('importSections', {
    params: { projectId: project.id },
    body: formOf({ [`${++masks}.png`]: png(width, height) }),
  });
  return sections[0]!.masks[0]!.id;
}

async function painterOf(name: keyof typeof people, maskId: string): Promise<Painter> {
  const { token } = await people[name].call('createToken', { body: { name: 'test' } });
  const origin = server.origin.replace('http', 'ws');
  const painter = openPainter({ origin }, { name, token, room: `${maskId}@0`, width, height });
  await painter.synced;
  return painter;
}

async function labels(maskId: string, query: { at?: string; point?: string } = {}): Promise<Uint8Array> {
  const bytes = await people.vera.call('maskLabels', { params: { maskId }, query });
  return decodeImage(bytes, 'labels.png')[0]!.data as Uint8Array;
}

const pixel = (maskId: string, x: number, y: number) =>
  people.vera.call('pixelHistory', { params: { maskId, x: String(x), y: String(y) } });

const point = (maskId: string, name: string) =>
  people.anna.call('createRestorePoint', { params: { maskId }, body: { name } });

describe('a mask that two have painted', () => {
  let maskId: string;
  let [begun, crossed, undone] = [{ id: '' }, { id: '' }, { id: '' }];
  const pictures: Uint8Array[] = [];

  beforeAll(async () => {
    maskId = await freshMask();
    await using anna = await painterOf('anna', maskId);
    await using bert = await painterOf('bert', maskId);
    anna.stroke(1, [10, 75], [190, 75], 21);
    await anna.saved();
    pictures.push(await labels(maskId));
    begun = await point(maskId, 'begun');
    await bert.until(() => bert.mask.strokeCountOf('session-anna') === 1);
    bert.stroke(2, [100, 10], [100, 140], 21);
    await bert.saved();
    pictures.push(await labels(maskId));
    crossed = await point(maskId, 'crossed');
    bert.mask.undo();
    bert.stroke(0, [50, 60], [50, 90], 9);
    await bert.saved();
    pictures.push(await labels(maskId));
    undone = await point(maskId, 'undone');
  });

  it('is had as it was at every named moment', async () => {
    expect(new Set(pictures.map((picture) => Buffer.from(picture).toString('base64'))).size).toBe(3);
    for (const [index, { id }] of [begun, crossed, undone].entries()) {
      expect(Buffer.compare(await labels(maskId, { point: id }), pictures[index]!)).toBe(0);
    }
    const named = await people.vera.call('listRestorePoints', { params: { maskId } });
    expect(named.map(({ name, by }) => [name, by])).toEqual([
      ['undone', 'anna'],
      ['crossed', 'anna'],
      ['begun', 'anna'],
    ]);
  });

  it('is had as it was at any time', async () => {
    const { strokes } = await pixel(maskId, 100, 75);
    const [second, first] = strokes;
    expect(Buffer.compare(await labels(maskId, { at: first!.paintedAt }), pictures[0]!)).toBe(0);
    expect(Buffer.compare(await labels(maskId, { at: second!.paintedAt }), pictures[1]!)).toBe(0);
    const before = new Date(Date.parse(first!.paintedAt) - 1).toISOString();
    expect((await labels(maskId, { at: before })).every((label) => label === 0)).toBe(true);
    const after = new Date(Date.now() + 60_000).toISOString();
    expect(Buffer.compare(await labels(maskId, { at: after }), pictures[2]!)).toBe(0);
  });

  it('tells who painted a pixel, when, and what was taken back', async () => {
    const { label, strokes } = await pixel(maskId, 100, 75);
    expect(label).toBe(1);
    expect(strokes.map(({ name, userId, label, shows }) => ({ name, userId, label, shows }))).toEqual([
      { name: 'bert', userId: people.bert.userId, label: 2, shows: false },
      { name: 'anna', userId: people.anna.userId, label: 1, shows: true },
    ]);
    const [taken, kept] = strokes;
    expect(kept!.undoneAt).toBe(null);
    expect(Date.parse(taken!.undoneAt!)).toBeGreaterThanOrEqual(Date.parse(taken!.paintedAt));
    expect((await pixel(maskId, 50, 75)).strokes.map((stroke) => [stroke.label, stroke.shows])).toEqual([
      [0, true],
      [1, false],
    ]);
    expect(await pixel(maskId, 0, 0)).toEqual({ label: 0, strokes: [] });
  });
});

describe('the way back', () => {
  it('is painted over what has changed since, and can itself be gone back from', async () => {
    const maskId = await freshMask();
    await using anna = await painterOf('anna', maskId);
    anna.stroke(1, [10, 75], [190, 75], 21);
    await anna.saved();
    const picture = await labels(maskId);
    const good = await point(maskId, 'good');
    anna.stroke(2, [100, 10], [100, 140], 31);
    anna.stroke(0, [30, 60], [30, 90], 15);
    await anna.saved();
    const spoilt = await labels(maskId);
    const differing = picture.filter((label, i) => label !== spoilt[i]).length;

    const restore = (who: TestPerson, body: object) => who.call('restoreMask', { params: { maskId }, body });
    await expect(restore(people.anna, { point: good.id })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const { changedPixels, before } = await restore(people.rita, { point: good.id });
    expect(changedPixels).toBe(differing);
    expect(Buffer.compare(await labels(maskId), picture)).toBe(0);
    await anna.until(() => Buffer.compare(anna.pixels(), picture) === 0);
    expect((await pixel(maskId, 100, 40)).strokes[0]).toMatchObject({ name: 'rita', label: 0, shows: true });
    expect(before.name).toBe('Before restoring good');

    await restore(people.rita, { point: before.id });
    expect(Buffer.compare(await labels(maskId), spoilt)).toBe(0);
    expect((await restore(people.rita, { point: before.id })).changedPixels).toBe(0);
  });
});

describe('a trainer', () => {
  it('is told the labels as the live model saw them, beside those of now', async () => {
    const maskId = await freshMask();
    await using anna = await painterOf('anna', maskId);
    anna.stroke(1, [10, 75], [190, 75], 21);
    anna.stroke(2, [10, 20], [190, 20], 21);
    await anna.saved();
    const before = await labels(maskId);
    const { prisma } = server.db;
    const { taskId, sectionId } = await prisma.mask.findUniqueOrThrow({ where: { id: maskId } });
    const done = await prisma.job.create({ data: { taskId, reason: 'requested', state: 'done' } });
    const { id: modelId } = await prisma.trainedModel.create({
      data: { taskId, jobId: done.id, blob: 'none', report: REPORT, labelsAt: new Date() },
    });
    await prisma.task.update({ where: { id: taskId }, data: { liveModelId: modelId } });
    const { id: jobId } = await server.owner.call('requestJob', { params: { taskId } });
    const { job } = await server.trainer.call('claimJob', {
      body: { protocolVersion: PROTOCOL_VERSION, trainerId: 't', name: 't', engine: 't' },
    });
    const headers = { [LEASE_HEADER]: job!.leaseToken };
    const params = { jobId, sectionId, modelId };
    const seen = async (name: 'trainerSectionLabels' | 'trainerEarlierLabels') =>
      decodeImage(await server.trainer.call(name, { params, headers }), name)[0]!.data as Uint8Array;
    expect(job!.sections.find((one) => one.sectionId === sectionId)!.earlierLabelsUrl).not.toBeNull();
    // Nothing was painted since: they are what they are now.
    expect(Buffer.compare(await seen('trainerEarlierLabels'), before)).toBe(0);

    anna.stroke(2, [100, 30], [100, 140], 31);
    await anna.saved();
    expect(Buffer.compare(await seen('trainerEarlierLabels'), before)).toBe(0);
    expect(Buffer.compare(await seen('trainerSectionLabels'), await labels(maskId))).toBe(0);
    expect(Buffer.compare(await seen('trainerSectionLabels'), before)).not.toBe(0);
    await server.owner.call('cancelJob', { params: { jobId } });
  });
});

describe('what is not there', () => {
  it('is refused with a reason', async () => {
    const [maskId, other] = [await freshMask(), await freshMask()];
    const elsewhere = await point(other, 'elsewhere');
    const at = new Date().toISOString();
    await expect(labels(maskId, { point: elsewhere.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(labels(maskId, { at, point: elsewhere.id })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(labels(maskId, { at: 'yesterday' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(pixel(maskId, width, 0)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(point(maskId, '  ')).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    const forget = (mask: string) =>
      people.rita.call('deleteRestorePoint', { params: { maskId: mask, pointId: elsewhere.id } });
    await expect(forget(maskId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await forget(other);
    await expect(labels(other, { point: elsewhere.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
