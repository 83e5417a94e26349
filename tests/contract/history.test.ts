/** A mask's past through the routes: as it was, who painted a pixel, and the way back. */
import { decodeImage } from '@cotrace/image-io';
import type { Project, Role } from '@cotrace/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

  it('tells whose the sessions are that its pixels show, and follows what is painted after the first question', async () => {
    const painters = await people.vera.call('listPainters', { params: { maskId } });
    const told = painters.map(({ sessionId, userId, name }) => ({ sessionId, userId, name }));
    expect(told).toHaveLength(2);
    expect(told).toContainEqual({ sessionId: 'session-anna', userId: people.anna.userId, name: 'anna' });
    expect(told).toContainEqual({ sessionId: 'session-bert', userId: people.bert.userId, name: 'bert' });
    expect(painters.every(({ color }) => /^#[0-9a-f]{6}$/.test(color!))).toBe(true);

    const before = (await pixel(maskId, 150, 75)).strokes.length;
    await using bert = await painterOf('bert', maskId);
    bert.stroke(2, [150, 70], [150, 80], 5);
    await bert.saved();
    const { label, strokes } = await pixel(maskId, 150, 75);
    expect([label, strokes.length]).toEqual([2, before + 1]);
    expect(strokes[0]).toMatchObject({ name: 'bert', label: 2, shows: true });
    expect(strokes[0]!.lamport).toBeGreaterThan(strokes[1]!.lamport);
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

describe('where people do not agree', () => {
  it('is a picture and an account: who painted what over whose what, until it is taken back', async () => {
    const maskId = await freshMask();
    await using anna = await painterOf('anna', maskId);
    await using bert = await painterOf('bert', maskId);
    anna.stroke(1, [10, 75], [190, 75], 21);
    await anna.saved();
    await bert.until(() => bert.mask.strokeCountOf('session-anna') === 1);
    const before = bert.pixels();
    bert.stroke(2, [100, 10], [100, 140], 21);
    await bert.saved();
    const after = bert.pixels();
    const lost = before.filter((label, i) => label !== 0 && label !== after[i]).length;

    const picture = async () =>
      decodeImage(await people.vera.call('maskDisagreement', { params: { maskId } }), 'disagreement.png')[0]!
        .data as Uint8Array;
    const expected = before.map((label, i) => (label !== after[i] ? label : 0));
    expect(Buffer.compare(await picture(), expected)).toBe(0);
    const account = await people.vera.call('listDisputes', { params: { maskId } });
    expect(account.pixels).toBe(lost);
    expect(account.disputes).toMatchObject([
      {
        over: { userId: people.bert.userId, name: 'bert' },
        under: { userId: people.anna.userId, name: 'anna' },
        ...{ shows: 2, was: 1, pixels: lost },
      },
    ]);

    bert.mask.undo();
    await bert.saved();
    expect((await picture()).every((label) => label === 0)).toBe(true);
    expect(await people.vera.call('listDisputes', { params: { maskId } })).toEqual({
      pixels: 0,
      disputes: [],
    });
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
