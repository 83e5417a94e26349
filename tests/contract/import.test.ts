/** Imports: every bad file refused by name with nothing kept, every good one served back as it came. */
import { decodeImage, encodePng, encodeTiff } from '@cotrace/image-io';
import type { Project } from '@cotrace/protocol';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  startTestServer,
  type TestPerson,
  type TestServer,
} from '../../apps/server/src/testing/testServer.ts';
import { formOf, png } from './world.ts';

let server: TestServer;
let owner: TestPerson;
let project: Project;
let taskId: string;
beforeAll(async () => {
  server = await startTestServer();
  owner = server.owner;
  project = await owner.call('createProject', { body: { name: 'In', tasks: [{ name: 'Membrane' }] } });
  taskId = project.tasks[0]!.id;
});
afterAll(() => server[Symbol.asyncDispose]());

type Files = Record<string, Uint8Array>;
const upload = (files: Files, query: { taskId?: string } = { taskId }) =>
  owner.call('importSections', { params: { projectId: project.id }, query, body: formOf(files) });
const sections = () => owner.call('listSections', { params: { projectId: project.id } });

/** A label image of black and white, as the published data have them. */
function label(width: number, height: number): Uint8Array {
  const data = Uint8Array.from({ length: width * height }, (_, index) => (index % 3 === 0 ? 0 : 255));
  return encodePng({ width, height, bitDepth: 8, data });
}
function floatTiff(): Uint8Array {
  return encodeTiff([{ width: 8, height: 8, data: new Float32Array(64) }], { sampleFormat: 'float32' });
}
function tiffOf(...sides: number[]): Uint8Array {
  const pages = sides.map((side) => ({ width: side, height: side, data: new Uint8Array(side * side) }));
  return encodeTiff(pages, { sampleFormat: 'uint8' });
}
/** Two pages whose second says that it is smaller. */
function differingTiff(): Uint8Array {
  const bytes = Buffer.from(tiffOf(8, 8));
  const directories: number[] = [];
  for (let at = bytes.readUInt32LE(4); at > 0; ) {
    directories.push(at);
    at = bytes.readUInt32LE(at + 2 + 12 * bytes.readUInt16LE(at));
  }
  const second = directories[1]!;
  for (let entry = second + 2; ; entry += 12) {
    if (bytes.readUInt16LE(entry) !== 256) continue;
    bytes.writeUInt32LE(4, entry + 8);
    return bytes;
  }
}
/** A PNG whose header declares a size that its bytes do not hold. */
function declaring(width: number, height: number): Uint8Array {
  const bytes = Buffer.from(png(8, 8));
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
}

describe('a bad import', () => {
  const rgba = () =>
    sharp({ create: { width: 8, height: 8, channels: 4, background: '#80808080' } })
      .png()
      .toBuffer();
  it.each<[code: string, what: string, files: () => Files | Promise<Files>]>([
    ['IMAGE_TOO_DEEP', '32-bit float', () => ({ 'a.tif': floatTiff() })],
    ['IMAGE_HAS_ALPHA', 'RGB with alpha', async () => ({ 'a.png': await rgba() })],
    ['IMAGE_TRUNCATED', 'a truncated PNG', () => ({ 'a.png': png(64, 64).subarray(0, 60) })],
    ['PAGES_DIFFER', 'pages of different sizes', () => ({ 'a.tif': differingTiff() })],
    ['IMAGE_EMPTY', 'an empty file', () => ({ 'a.png': new Uint8Array() })],
    ['IMAGE_UNKNOWN_FORMAT', 'no image at all', () => ({ 'a.png': Buffer.from('hello, world') })],
    ['FOLDER_EMPTY', 'no file', () => ({})],
    ['FOLDER_EMPTY', 'labels alone', () => ({ 'label/0.png': label(8, 8) })],
    ['SECTION_TOO_LARGE', '12,001 pixels', () => ({ 'a.png': declaring(12_001, 20) })],
    [
      'LABEL_MISSING',
      'a missing label',
      () => ({ 'image/0.png': png(8, 8), 'image/1.png': png(8, 8), 'label/0.png': label(8, 8) }),
    ],
    [
      'LABEL_EXTRA',
      'an extra label',
      () => ({ 'image/0.png': png(8, 8), 'label/0.png': label(8, 8), 'label/1.png': label(8, 8) }),
    ],
    [
      'LABEL_SIZE_DIFFERS',
      'a label of another size',
      () => ({ 'image/0.png': png(8, 8), 'label/0.png': label(8, 9) }),
    ],
    [
      'LABEL_VALUE_UNKNOWN',
      'a grey value outside of the table',
      () => ({ 'image/0.png': png(8, 8), 'label/0.png': png(8, 8, 77) }),
    ],
    [
      'NAME_NOT_NUMBERED',
      'a name that is no number',
      () => ({ 'image/first.png': png(8, 8), 'label/first.png': label(8, 8) }),
    ],
    ['NUMBER_TWICE', 'one number twice', () => ({ 'image/1.png': png(8, 8), 'image/01.png': png(8, 8) })],
  ])('is refused: %s, %s', async (code, _what, files) => {
    const bad = await files();
    const refused = await upload(Object.keys(bad).length > 0 ? bad : {}).then(
      () => undefined,
      (error: unknown) =>
        error as { code: string; status: number; message: string; details: { code: string }[] },
    );
    expect(refused).toMatchObject({ code: 'IMPORT_REFUSED', status: 422, details: [{ code }] });
    expect(refused?.message).toMatch(/xpected/);
    expect(await sections()).toEqual([]);
    expect(await server.db.prisma.section.count()).toBe(0);
  });

  it('names every bad file, and keeps none of the good ones', async () => {
    const refused = upload({ 'a.png': png(8, 8), 'b.png': new Uint8Array(), 'c.tif': floatTiff() });
    await expect(refused).rejects.toMatchObject({
      details: [
        { file: 'b.png', code: 'IMAGE_EMPTY' },
        { file: 'c.tif', code: 'IMAGE_TOO_DEEP' },
      ],
    });
    expect(await sections()).toEqual([]);
  });

  it('does not put labels into the task of another project', async () => {
    const other = await owner.call('createProject', {
      body: { name: 'Other', tasks: [{ name: 'Membrane' }] },
    });
    const files = { 'image/0.png': png(8, 8), 'label/0.png': label(8, 8) };
    await expect(upload(files, { taskId: other.tasks[0]!.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(upload(files, {})).rejects.toMatchObject({ details: [{ code: 'LABEL_TASK_MISSING' }] });
  });

  it('that is no form is refused', async () => {
    const answer = await fetch(`${server.origin}/api/projects/${project.id}/imports`, {
      method: 'POST',
      headers: { ...owner.headers, 'content-type': 'multipart/form-data; boundary=x' },
      body: '--x\r\nrubbish',
    });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([400, 'BAD_REQUEST']);
  });
});

describe('a good import', () => {
  const bytesOf = async (path: string) => {
    const answer = await fetch(server.origin + path, { headers: owner.headers });
    expect(answer.status).toBe(200);
    return { answer, image: decodeImage(new Uint8Array(await answer.arrayBuffer()), path)[0]! };
  };

  it('keeps images and labels, pixel for pixel', async () => {
    const data = Uint8Array.from({ length: 40 * 30 }, (_, index) => (index * 7) & 255);
    const image = encodePng({ width: 40, height: 30, bitDepth: 8, data });
    const imported = await upload({
      'data/image/10.png': png(40, 30),
      'data/label/10.png': label(40, 30),
      'data/image/9.png': image,
      'data/label/9.png': label(40, 30),
    });
    expect(imported.labelled).toBe(2);
    expect(imported.sections.map(({ name, index }) => [name, index])).toEqual([
      ['9.png', 0],
      ['10.png', 1],
    ]);
    const [first] = imported.sections;
    expect(first!.masks[0]).toMatchObject({ taskId, labelledPixels: 1200 });
    const shown = await bytesOf(first!.imageUrl);
    expect(Buffer.compare(shown.image.data as Uint8Array, data)).toBe(0);
    expect(shown.answer.headers.get('cache-control')).toMatch(/private.*immutable/);
    const again = await fetch(server.origin + first!.imageUrl, {
      // As a browser asks again: fetch alone would forbid every cache.
      headers: {
        ...owner.headers,
        'cache-control': 'max-age=0',
        'if-none-match': shown.answer.headers.get('etag')!,
      },
    });
    expect(again.status).toBe(304);
    const mask = await bytesOf(`/api/masks/${first!.masks[0]!.id}/labels.png`);
    expect(mask.image.data.every((value, index) => value === (index % 3 === 0 ? 1 : 2))).toBe(true);
    expect((await bytesOf(first!.thumbnailUrl)).image.width).toBe(40);
  });

  it('counts no imported label as newly painted', async () => {
    expect((await owner.call('getProject', { params: { projectId: project.id } })).tasks[0]!.newPixels).toBe(
      0,
    );
    expect(await owner.call('listJobs', { params: { taskId } })).toEqual([]);
  });

  it('refuses a name that is taken', async () => {
    await expect(upload({ '9.png': png(8, 8) })).rejects.toMatchObject({ details: [{ code: 'NAME_TAKEN' }] });
  });

  it('shows 16 bits in 8 and keeps them', async () => {
    const data = Uint16Array.from({ length: 64 * 64 }, (_, index) => 1000 + index);
    const { sections: added } = await upload({
      'deep.png': encodePng({ width: 64, height: 64, bitDepth: 16, data }),
    });
    expect(added[0]!.bitDepth).toBe(16);
    const original = await bytesOf(added[0]!.originalUrl);
    expect(original.image.data).toEqual(data);
    const { data: shown } = (await bytesOf(added[0]!.imageUrl)).image;
    expect([shown.at(0), shown.at(-1)]).toEqual([0, 255]);
  });

  it('takes a stack page by page', async () => {
    const { sections: added } = await upload({ 'stack.tif': tiffOf(16, 16, 16) });
    expect(added.map(({ name }) => name)).toEqual(['stack-0.png', 'stack-1.png', 'stack-2.png']);
  });

  it('takes a stack of images with a stack of labels', async () => {
    const pages = [0, 1].map(() => ({ width: 8, height: 8, data: new Uint8Array(64).fill(255) }));
    const stack = encodeTiff(pages, { sampleFormat: 'uint8' });
    const imported = await upload({ 'image/train.tif': tiffOf(8, 8), 'label/train-labels.tif': stack });
    expect([imported.sections.length, imported.labelled]).toEqual([2, 2]);
  });

  it('serves tiles that join to the image', async () => {
    const data = Uint8Array.from({ length: 300 * 280 }, (_, index) => (index * 13) & 255);
    const { sections: added } = await upload({
      'wide.png': encodePng({ width: 300, height: 280, bitDepth: 8, data }),
    });
    const tile = (z: number, x: number, y: number) =>
      added[0]!.tileUrl.replace('{z}', `${z}`).replace('{x}', `${x}`).replace('{y}', `${y}`);
    const corner = (await bytesOf(tile(0, 1, 1))).image;
    expect([corner.width, corner.height, corner.data[0]]).toEqual([44, 24, data[256 * 300 + 256]]);
    const half = (await bytesOf(tile(1, 0, 0))).image;
    expect([half.width, half.height]).toEqual([150, 140]);
    expect((await fetch(server.origin + tile(0, 2, 0), { headers: owner.headers })).status).toBe(404);
  });

  it('leaves nothing behind when its project is deleted', async () => {
    const blobs = await server.db.prisma.section.findMany({ where: { projectId: project.id } });
    expect(blobs.length).toBeGreaterThan(5);
    await owner.call('deleteProject', { params: { projectId: project.id } });
    for (const { original, display, thumbnail } of blobs)
      for (const key of [original, display, thumbnail])
        await expect(server.blobs.get(key)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(sections()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('left no upload behind', async () => {
    const { readdir } = await import('node:fs/promises');
    expect(await readdir(`${server.home}/uploads`)).toEqual([]);
  });
});
