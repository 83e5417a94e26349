/**
 * Bad input from end to end: every way in refuses it by name, with a sentence that says what was expected, what came and
 * what to do, and keeps nothing. What one package refuses by itself is tested beside its source.
 */
import { existsSync, readdirSync } from 'node:fs';
import { encodePng, encodeTiff } from '@cotrace/image-io';
import { CLOSE, type Project, RemoteError } from '@cotrace/protocol';
import { saveModelFolder } from '@cotrace/training';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { type TemporaryFolder, temporaryFolder } from '../../apps/cli/src/testing/temporaryFolder.ts';
import { cotrace } from '../../apps/cli/src/testing/testShell.ts';
import { connectRaw } from '../../apps/server/src/rooms/testing/rawClient.ts';
import { pushed, recordBytes } from '../../apps/server/src/rooms/testing/strokes.ts';
import {
  startTestServer,
  type TestPerson,
  type TestServer,
} from '../../apps/server/src/testing/testServer.ts';
import { testEngine, tinyModel } from '../../packages/training/src/testing/tinyModel.ts';
import { formOf, png } from './world.ts';

const SIDE = 32;
let server: TestServer;
let owner: TestPerson;
let project: Project;
let taskId: string;
let environment: Record<string, string>;
let models: TemporaryFolder;

beforeAll(async () => {
  server = await startTestServer();
  owner = server.owner;
  project = await owner.call('createProject', { body: { name: 'Bad', tasks: [{ name: 'Membrane' }] } });
  taskId = project.tasks[0]!.id;
  const { token } = await owner.call('createToken', { body: { name: 'shell' } });
  environment = { COTRACE_SERVER: server.origin, COTRACE_TOKEN: token };
  models = temporaryFolder();
  await saveModelFolder(models.file('model'), await tinyModel());
});
afterAll(async () => {
  models[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});

const run = (...words: string[]) => cotrace(words, { environment });

/** Black and white in stripes, as label images are. */
const label = (width = SIDE, height = SIDE) =>
  encodePng({
    width,
    height,
    bitDepth: 8,
    data: Uint8Array.from({ length: width * height }, (_, at) => (at % 8 < 2 ? 0 : 255)),
  });

function differingTiff(): Uint8Array {
  const page = { width: 8, height: 8, data: new Uint8Array(64) };
  const bytes = Buffer.from(encodeTiff([page, page], { sampleFormat: 'uint8' }));
  const first = bytes.readUInt32LE(4);
  const second = bytes.readUInt32LE(first + 2 + 12 * bytes.readUInt16LE(first));
  for (let entry = second + 2; ; entry += 12) {
    if (bytes.readUInt16LE(entry) !== 256) continue;
    bytes.writeUInt32LE(4, entry + 8);
    return bytes;
  }
}

/** A small file whose header declares 12,001 × 12,001 pixels: whoever decodes it first finds it cut short instead. */
function declaring(side: number): Uint8Array {
  const bytes = Buffer.from(png(8, 8));
  bytes.writeUInt32BE(side, 16);
  bytes.writeUInt32BE(side, 20);
  return bytes;
}

const float = () =>
  encodeTiff([{ width: SIDE, height: SIDE, data: new Float32Array(SIDE * SIDE) }], {
    sampleFormat: 'float32',
  });
const rgba = () =>
  sharp({ create: { width: SIDE, height: SIDE, channels: 4, background: '#80808080' } })
    .png()
    .toBuffer();

interface BadImage {
  what: string;
  code: string;
  /** Where a server has another name for it. */
  serverCode?: string;
  name: string;
  bytes: () => Uint8Array | Promise<Uint8Array>;
}

const IMAGES: BadImage[] = [
  { what: 'a 32-bit float image', code: 'IMAGE_TOO_DEEP', name: '0.tif', bytes: float },
  { what: 'RGB with alpha', code: 'IMAGE_HAS_ALPHA', name: '0.png', bytes: rgba },
  {
    what: 'a truncated PNG',
    code: 'IMAGE_TRUNCATED',
    name: '0.png',
    bytes: () => png(SIDE, SIDE).subarray(0, 50),
  },
  { what: 'pages of different sizes', code: 'PAGES_DIFFER', name: '0.tif', bytes: differingTiff },
  {
    what: '12,001 pixels a side',
    code: 'IMAGE_TOO_LARGE',
    serverCode: 'SECTION_TOO_LARGE',
    name: '0.png',
    bytes: () => declaring(12_001),
  },
];

interface BadFolder {
  what: string;
  code: string;
  files: () => Record<string, Uint8Array>;
}

const FOLDERS: BadFolder[] = [
  {
    what: 'a missing label',
    code: 'LABEL_MISSING',
    files: () => ({
      'image/0.png': png(SIDE, SIDE),
      'image/1.png': png(SIDE, SIDE),
      'label/0.png': label(),
    }),
  },
  {
    what: 'an extra label',
    code: 'LABEL_EXTRA',
    files: () => ({ 'image/0.png': png(SIDE, SIDE), 'label/0.png': label(), 'label/1.png': label() }),
  },
  {
    what: 'a label of another size',
    code: 'LABEL_SIZE_DIFFERS',
    files: () => ({ 'image/0.png': png(SIDE, SIDE), 'label/0.png': label(SIDE, SIDE - 1) }),
  },
  {
    what: 'values outside of the table',
    code: 'LABEL_VALUE_UNKNOWN',
    files: () => ({ 'image/0.png': png(SIDE, SIDE), 'label/0.png': png(SIDE, SIDE, 77) }),
  },
];

/** Names the code, and says what was expected, what came and what to do. */
function expectSentence(said: string, code: string): void {
  expect(said).toContain(code);
  expect(said).toMatch(/expected/i);
  expect(said.length).toBeGreaterThan(60);
}

async function refusedUpload(files: Record<string, Uint8Array>): Promise<RemoteError> {
  const refused = await owner
    .call('importSections', { params: { projectId: project.id }, query: { taskId }, body: formOf(files) })
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  expect(refused).toBeInstanceOf(RemoteError);
  return refused as RemoteError;
}

async function expectNothingOnTheServer(): Promise<void> {
  expect(await server.db.prisma.section.count({ where: { projectId: project.id } })).toBe(0);
  expect(readdirSync(`${server.home}/uploads`)).toEqual([]);
  expect(existsSync(`${server.home}/blobs/images`)).toBe(false);
}

const trainOn = (folder: TemporaryFolder, ...more: string[]) =>
  run('train', '--data', folder.path, '--out', folder.file('new/model'), '--steps', '2', ...more);

async function expectTrainRefuses(folder: TemporaryFolder, code: string, ...more: string[]): Promise<void> {
  const { exitCode, out, err } = await trainOn(folder, ...more);
  expectSentence(err, code);
  expect([exitCode, out]).toEqual([1, '']);
  expect(existsSync(folder.file('new/model/model.json'))).toBe(false);
}

describe.each(IMAGES)('$what', ({ code, serverCode = code, name, bytes }) => {
  it('uploaded', async () => {
    const refused = await refusedUpload({ [`image/${name}`]: await bytes(), 'image/1.png': png(SIDE, SIDE) });
    expect(refused).toMatchObject({ code: 'IMPORT_REFUSED', status: 422, details: [{ code: serverCode }] });
    expectSentence(refused.message, serverCode);
    await expectNothingOnTheServer();
  });
  it('imported from the command line', async () => {
    using folder = temporaryFolder();
    folder.file(`image/${name}`, await bytes());
    const { exitCode, out, err } = await run(
      ...['import', '--project', 'Bad', '--task', 'Membrane', '--data', folder.path],
    );
    expectSentence(err, serverCode);
    expect([exitCode, out]).toEqual([1, '']);
    await expectNothingOnTheServer();
  });
  it('trained on', async () => {
    using folder = temporaryFolder();
    folder.file(`image/${name}`, await bytes());
    folder.file('label/0.png', label());
    await expectTrainRefuses(folder, code);
  });
  it('as a label that is trained on', async () => {
    using folder = temporaryFolder();
    folder.file('image/0.png', png(SIDE, SIDE));
    folder.file(`label/${name}`, await bytes());
    await expectTrainRefuses(folder, code);
  });
  it('predicted, after a good one', async () => {
    using folder = temporaryFolder();
    folder.file('image/0.png', png(SIDE, SIDE));
    folder.file(`image/${name.replace('0', '1')}`, await bytes());
    const to = folder.file('out/p.tif');
    const { exitCode, out, err } = await run(
      ...['predict', '--model', models.file('model'), '--images', folder.path, '--out', to],
      ...['--uncertainty', folder.file('out/u.tif')],
    );
    expectSentence(err, code);
    expect([exitCode, out]).toEqual([1, '']);
    expect(readdirSync(folder.file('out'))).toEqual([]);
  });
  it('as a label that is scored with', async () => {
    using folder = temporaryFolder();
    folder.file(`label/${name}`, await bytes());
    const prediction = folder.file('p.tif', float());
    const { exitCode, out, err } = await run('score', '--labels', folder.path, '--prediction', prediction);
    expectSentence(err, code);
    expect([exitCode, out]).toEqual([1, '']);
  });
  it('as the sections that a submission is held against', async () => {
    using folder = temporaryFolder();
    folder.file(`image/${name}`, await bytes());
    const submission = folder.file('p.tif', float());
    const { exitCode, err } = await run('validate', submission, '--like', folder.path);
    expectSentence(err, code);
    expect(exitCode).toBe(1);
  });
});

describe.each(FOLDERS)('a folder with $what', ({ code, files }) => {
  const filled = () => {
    const folder = temporaryFolder();
    for (const [name, bytes] of Object.entries(files())) folder.file(name, bytes);
    return folder;
  };
  it('uploaded', async () => {
    const refused = await refusedUpload(files());
    expect(refused).toMatchObject({ code: 'IMPORT_REFUSED', details: [{ code }] });
    expectSentence(refused.message, code);
    await expectNothingOnTheServer();
  });
  it('imported from the command line', async () => {
    using folder = filled();
    const { exitCode, err } = await run(
      ...['import', '--project', 'Bad', '--task', 'Membrane', '--data', folder.path],
    );
    expectSentence(err, code);
    expect(exitCode).toBe(1);
    await expectNothingOnTheServer();
  });
  it('trained on', async () => {
    using folder = filled();
    await expectTrainRefuses(folder, code);
  });
});

describe('an empty folder', () => {
  it.each([
    ['train', ['train', '--data', '.', '--out', 'new']],
    ['predict', ['predict', '--model', 'model', '--images', '.', '--out', 'new']],
    ['score', ['score', '--labels', '.', '--prediction', '.']],
    ['import', ['import', '--project', 'Bad', '--task', 'Membrane', '--data', '.']],
  ])('%s', async (_command, words) => {
    using folder = temporaryFolder();
    folder.file('image/.keep', '');
    folder.file('label/.keep', '');
    const places: Record<string, string> = {
      '.': folder.path,
      new: folder.file('new/here'),
      model: models.file('model'),
    };
    const { exitCode, out, err } = await run(...words.map((word) => places[word] ?? word));
    expect(err).toMatch(/^(FOLDER_EMPTY|NOTHING_TO_IMPORT): /);
    expect(err).toMatch(/expected/i);
    expect([exitCode, out]).toEqual([1, '']);
    expect(readdirSync(folder.file('new'))).toEqual([]);
  });
});

describe('training that cannot be', () => {
  const layout = (painted?: Uint8Array) => {
    const folder = temporaryFolder();
    folder.file('image/0.png', png(SIDE, SIDE));
    if (painted) folder.file('label/0.png', painted);
    return folder;
  };
  it('without labels, with one label, and larger than the memory, from the command line', async () => {
    using bare = layout();
    await expectTrainRefuses(bare, 'NO_LABELS');
    using black = layout(png(SIDE, SIDE, 0));
    await expectTrainRefuses(black, 'ONE_CLASS_ONLY');
    using good = layout(label());
    const large = ['--base', '256', '--depth', '6', '--tile', '64', '--batch', '1'];
    await expectTrainRefuses(good, 'MEMORY_TOO_SMALL', ...large);
  });
  it('in bfloat16 where the engine has none, and only there', { timeout: 60_000 }, async () => {
    using folder = layout(label());
    const tiny = ['--base', '4', '--depth', '2', '--tile', '32', '--batch', '1'];
    const words = ['--precision', 'bfloat16', ...tiny];
    if ((await testEngine()).name === 'tensorflow') {
      expect((await trainOn(folder, ...words)).exitCode).toBe(0);
      expect(existsSync(folder.file('new/model/model.json'))).toBe(true);
    } else await expectTrainRefuses(folder, 'PRECISION_UNAVAILABLE', ...words);
  });
  it('from a model of another version', async () => {
    using folder = layout(label());
    folder.file('old/model.json', '{"format": 99}');
    folder.file('old/weights.bin', '');
    await expectTrainRefuses(folder, 'MODEL_VERSION', '--weights', folder.file('old'));
  });
  it('without labels and with one label, on the server', async () => {
    const other = await owner.call('createProject', {
      body: { name: 'Untrainable', tasks: [{ name: 'Membrane' }] },
    });
    const params = { taskId: other.tasks[0]!.id };
    await expect(owner.call('requestJob', { params })).rejects.toMatchObject({
      code: 'NO_LABELS',
      status: 422,
      message: expect.stringContaining('paint some pixels first'),
    });
    await owner.call('importSections', {
      params: { projectId: other.id },
      query: params,
      body: formOf({ 'image/0.png': png(SIDE, SIDE), 'label/0.png': png(SIDE, SIDE, 0) }),
    });
    await expect(owner.call('requestJob', { params })).rejects.toMatchObject({
      code: 'ONE_CLASS_ONLY',
      status: 422,
      message: expect.stringContaining('membrane'),
    });
    expect(await server.db.prisma.job.count({ where: params })).toBe(0);
    await owner.call('deleteProject', { params: { projectId: other.id } });
  });
  it('by a policy that no network fits', async () => {
    const { recipe } = project.tasks[0]!.policy;
    const policy = { recipe: { ...recipe, tile: 100, depth: 3 } };
    await expect(owner.call('updateTask', { params: { taskId }, body: { policy } })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('multiple of 8'),
    });
  });
});

describe('a submission', () => {
  const probabilities = (invert: boolean) => {
    const data = Float32Array.from({ length: SIDE * SIDE }, (_, at) => (at % 8 < 2 === invert ? 0.9 : 0.1));
    return encodeTiff([{ width: SIDE, height: SIDE, data }], { sampleFormat: 'float32' });
  };
  it.each([
    ['of inverted polarity', () => probabilities(true), 'POLARITY_INVERTED'],
    ['cut short', () => probabilities(false).subarray(0, 1000), 'IMAGE_TRUNCATED'],
    ['of integers', () => differingTiff(), 'FLOAT_EXPECTED'],
    ['of pages that differ', () => differingTiff(), 'PAGES_DIFFER'],
  ])('%s is not legal, and the rule says why', async (_what, bytes, code) => {
    using folder = temporaryFolder();
    folder.file('image/0.png', label());
    const { exitCode, out, err } = await run(
      ...['validate', folder.file('s.tif', bytes()), '--like', folder.path],
    );
    expectSentence(out, code);
    expect(err).toMatch(/^SUBMISSION_ILLEGAL: /);
    expect(exitCode).toBe(1);
  });
});

describe('a prediction that is scored', () => {
  const page = (width: number, value: number) => ({
    width,
    height: SIDE,
    data: new Float32Array(width * SIDE).fill(value),
  });
  it.each([
    ['cut short', () => float().subarray(0, 1000), 'IMAGE_TRUNCATED'],
    ['of pages that differ', () => differingTiff(), 'PAGES_DIFFER'],
    [
      'of another size than its label',
      () => encodeTiff([page(SIDE - 1, 0.5)], { sampleFormat: 'float32' }),
      'SIZES_DIFFER',
    ],
    ['beyond 0 to 1', () => encodeTiff([page(SIDE, 255)], { sampleFormat: 'float32' }), 'NOT_A_PROBABILITY'],
    [
      'of too many pages',
      () => encodeTiff([page(SIDE, 1), page(SIDE, 1)], { sampleFormat: 'float32' }),
      'PREDICTIONS_DO_NOT_FIT',
    ],
  ])('%s', async (_what, bytes, code) => {
    using folder = temporaryFolder();
    folder.file('label/0.png', label());
    const { exitCode, out, err } = await run(
      ...['score', '--labels', folder.path, '--prediction', folder.file('p.tif', bytes())],
    );
    expectSentence(err, code);
    expect([exitCode, out]).toEqual([1, '']);
  });
});

describe('a mask room', () => {
  it('takes no frame of 101 MB, of rubbish, or of a stranger, and keeps nothing of them', async () => {
    const other = await owner.call('createProject', {
      body: { name: 'Rooms', tasks: [{ name: 'Membrane' }] },
    });
    const imported = await owner.call('importSections', {
      params: { projectId: other.id },
      body: formOf({ '0.png': png(SIDE, SIDE) }),
    });
    const maskId = imported.sections[0]!.masks[0]!.id;
    const at = { origin: server.origin.replace('http', 'ws') };
    const annotator = await server.join(other.id, 'annotator', 'Ann');
    const stranger = await server.join(project.id, 'owner', 'Stranger');
    const enter = (person: TestPerson, sessionId: string, doc = new Y.Doc()) =>
      connectRaw(at, {
        ...{ name: sessionId, sessionId, token: '', clientId: doc.clientID },
        ...{ room: `${maskId}@0`, cookie: person.headers.cookie! },
      });

    await using outsider = enter(stranger, 'session-stranger');
    expect(await outsider.closed).toEqual({ code: CLOSE.notFound, reason: 'NOT_FOUND' });

    await using mine = enter(owner, 'session-owner');
    await mine.next('ready');
    await using thief = enter(annotator, 'session-owner');
    expect((await thief.next('refused')).body.message).toContain('Reload the page');
    expect((await thief.closed).code).toBe(CLOSE.forbidden);

    const doc = new Y.Doc();
    await using ann = enter(annotator, 'session-ann', doc);
    await ann.next('ready');
    ann.send(Uint8Array.of(0, 2, 200, 1, 7));
    expectSentence(JSON.stringify((await ann.next('refused')).body), 'BAD_REQUEST');
    // Her own client, but into the array of the owner's session.
    ann.sendUpdate(pushed(doc, 'session-owner', recordBytes()));
    expectSentence(JSON.stringify((await ann.next('refused')).body), 'FOREIGN_ARRAY');
    ann.send(new Uint8Array(101 * 1024 * 1024));
    expectSentence(JSON.stringify((await ann.next('refused')).body), 'UPDATE_TOO_LARGE');
    expect((await ann.closed).code).toBe(CLOSE.frameTooLarge);

    expect(await server.db.prisma.maskLog.count({ where: { maskId } })).toBe(0);
    expect((await server.server.rooms.labels(maskId)).values.every((value) => value === 0)).toBe(true);
    await owner.call('deleteProject', { params: { projectId: other.id } });
  });
});

describe('who may not come in', () => {
  it('is told why: an expired invitation, a wrong token', async () => {
    const { url } = await owner.call('createInvitation', {
      params: { projectId: project.id },
      body: { role: 'viewer', expiresInHours: 0 },
    });
    const invitationToken = url!.split('/').at(-1)!;
    const people = await server.db.prisma.user.count();
    for (const expired of [
      () => owner.call('acceptInvitation', { params: { invitationToken } }),
      () => server.nobody.call('readInvitation', { params: { invitationToken } }),
    ])
      await expect(expired()).rejects.toMatchObject({
        code: 'INVITATION_EXPIRED',
        status: 410,
        message: expect.stringContaining('Ask the person who sent it'),
      });
    expect(await server.db.prisma.user.count()).toBe(people);
    const { exitCode, err } = await run('projects', '--token', 'wrong');
    expect([exitCode, err]).toEqual([1, expect.stringMatching(/^TOKEN_INVALID: .*Ask for a new one/)]);
  });
});
