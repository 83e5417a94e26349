/** The commands that speak to a server, against the server itself on a real port and database. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeImage } from '@cotrace/image-io';
import { encodeModel, loadModelFolder } from '@cotrace/training';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  drawLayout,
  type TemporaryFolder,
  temporaryFolder,
} from '../../apps/cli/src/testing/temporaryFolder.ts';
import { cotrace } from '../../apps/cli/src/testing/testShell.ts';
import { issueSignInToken, OWNER } from '../../apps/server/src/access/accountHandlers.ts';
import { hashToken } from '../../apps/server/src/access/secrets.ts';
import type { BlobStore } from '../../apps/server/src/blobs/blobStore.ts';
import { createFolderBlobStore } from '../../apps/server/src/blobs/folderBlobStore.ts';
import { type CotraceServer, createServer } from '../../apps/server/src/createServer.ts';
import { createJobsWorld, publishModel } from '../../apps/server/src/jobs/testing/jobsWorld.ts';
import { createLog } from '../../apps/server/src/log.ts';
import { defaultPolicy, labelsFor } from '../../apps/server/src/projects/standardTasks.ts';
import { openStore, type Store } from '../../apps/server/src/store/openStore.ts';
import { startTestDatabase, type TestDatabase } from '../../apps/server/src/testing/testDatabase.ts';
import { tinyModel } from '../../packages/training/src/testing/tinyModel.ts';

const TOKEN = 'a-token-for-the-command-line';
const SIDE = 48;
let database: TestDatabase;
let store: Store;
let server: CotraceServer;
let blobs: BlobStore;
let folder: TemporaryFolder;
let environment: Record<string, string>;
const run = (...words: string[]) => cotrace(words, { environment });

beforeAll(async () => {
  database = await startTestDatabase();
  folder = temporaryFolder();
  store = openStore(database.url);
  blobs = await createFolderBlobStore(folder.file('blobs'));
  server = await createServer({
    config: { publicUrl: 'http://localhost', trainerToken: 'for-trainers', home: folder.file('home') },
    version: '0.0.0',
    secret: 'x'.repeat(40),
    store,
    blobs,
    web: undefined,
    log: createLog(() => {}),
  });
  await issueSignInToken(store.accounts);
  await store.accounts.createToken({ userId: OWNER.id, name: 'test', hash: hashToken(TOKEN) });
  const port = await server.listen(0, '127.0.0.1');
  environment = { COTRACE_SERVER: `http://127.0.0.1:${port}/`, COTRACE_TOKEN: TOKEN };
});

afterAll(async () => {
  await server.close();
  await store.close();
  await database[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

describe('a project', () => {
  it('takes a folder, is listed with its people, and gives the folder back', async () => {
    const drawn = drawLayout(folder, { side: SIDE, sections: 2 });
    const project = ['--project', 'Neuropil', '--task', 'membrane'];
    const nowhere = await run('import', ...project, '--data', folder.path);
    expect([nowhere.exitCode, nowhere.err.split(':')[0]]).toEqual([1, 'PROJECT_NOT_FOUND']);

    await store.projects.create(OWNER.id, 'Neuropil', [
      { name: 'Membrane', labels: labelsFor('Membrane', undefined), policy: defaultPolicy() },
    ]);
    const imported = await run('import', ...project, '--data', folder.path);
    expect([imported.exitCode, imported.out]).toEqual([0, '2 sections imported, 2 with labels.']);
    const projects = (await run('projects', '--json')).json<{ name: string; sectionCount: number }[]>();
    expect(projects).toEqual([expect.objectContaining({ name: 'Neuropil', sectionCount: 2 })]);
    expect((await run('projects')).out).toMatch(/^Neuropil .* owner +2 sections +Membrane$/);
    const users = (await run('users', '--json')).json();
    expect(users).toEqual([
      expect.objectContaining({ userId: OWNER.id, roles: [{ project: 'Neuropil', role: 'owner' }] }),
    ]);

    const out = folder.file('layout.zip');
    const exported = await run('export', '--project', 'Neuropil', '--kind', 'course-layout', '--out', out);
    expect([exported.exitCode, exported.out]).toEqual([
      0,
      expect.stringMatching(/layout\.zip: \d+ bytes\.$/),
    ]);
    const files = unzipSync(readFileSync(out));
    expect(Object.keys(files).sort()).toEqual(['image/0.png', 'image/1.png', 'label/0.png', 'label/1.png']);
    drawn.forEach(({ image, label }, number) => {
      const pixels = (name: string) => [...decodeImage(files[name]!, name)[0]!.data];
      expect(pixels(`image/${number}.png`)).toEqual([...image]);
      expect(pixels(`label/${number}.png`)).toEqual([...label]);
    });
  });

  it('without a model has no submission: the server says so', async () => {
    const words = [
      'export',
      '--project',
      'Neuropil',
      '--kind',
      'submission',
      '--out',
      join(folder.path, 's.tif'),
    ];
    const { exitCode, err } = await run(...words);
    expect([exitCode, err.split(':')[0]]).toEqual([1, 'NO_MODEL']);
  });

  it('gives its live model as a folder to predict with, a TensorFlow SavedModel', async () => {
    const out = folder.file('model');
    const words = ['export', '--project', 'Neuropil', '--kind', 'model', '--out', out];
    const none = await run(...words);
    expect([none.exitCode, none.err.split(':')[0]]).toEqual([1, 'NO_LIVE_MODEL']);

    const model = await tinyModel({ seed: 5 });
    const task = await database.prisma.task.findFirstOrThrow();
    const { modelId } = await publishModel(createJobsWorld(database.prisma), task.id, [], []);
    const blob = await blobs.put('models', '.model', encodeModel(model));
    await database.prisma.trainedModel.update({ where: { id: modelId }, data: { blob } });
    const given = await run(...words, '--json');
    expect([given.exitCode, given.json()]).toEqual([0, expect.objectContaining({ path: out, modelId })]);
    expect(await loadModelFolder(out)).toEqual(model);
    expect(readFileSync(join(out, 'saved_model.pb')).length).toBeGreaterThan(10_000);
  });

  it('refuses a folder whose labels do not match, before anything is sent', async () => {
    using broken = temporaryFolder();
    drawLayout(broken, { side: SIDE, sections: 2 });
    broken.file('label/9.png', readFileSync(broken.file('label/0.png')));
    const { exitCode, err } = await run(
      'import',
      '--project',
      'Neuropil',
      '--task',
      'Membrane',
      '--data',
      broken.path,
    );
    expect([exitCode, err.split(':')[0]]).toEqual([1, 'LABEL_EXTRA']);
  });
});

it('a wrong token is refused by its name', async () => {
  const { exitCode, err } = await run('projects', '--token', 'wrong');
  expect([exitCode, err.split(':')[0]]).toEqual([1, 'TOKEN_INVALID']);
});
