/** The whole loop as two people meet it: sign in, paint together, be trained on, be led to uncertain places, export. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { decodeImage, encodePng } from '@cotrace/image-io';
import type { Project, Section } from '@cotrace/protocol';
import { drawTissue } from '@cotrace/tissue';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPng, realMembraneFolder } from '../support/realSections.ts';
import { paintThroughOwnSocket } from './handmadeSocket.ts';
import { invitePerson, openPerson, type Person } from './person.ts';
import {
  freePort,
  launchBrowser,
  ROOT,
  type RunningProduct,
  startProduct,
  temporaryHome,
} from './product.ts';

const home = temporaryHome();
const port = await freePort();
let product: RunningProduct;
let browser: Browser;
let ada: Person;
let ben: Person;

/** Kept in the repository only when asked for: the README shows it. */
const screens = process.env.COTRACE_UPDATE_SCREENS ? join(ROOT, 'docs/screens') : join(home.path, 'screens');
async function screenshot(person: Person, name: string): Promise<void> {
  mkdirSync(screens, { recursive: true });
  await person.page.screenshot({ path: join(screens, `${name}.png`) });
}

const invite = (projectId: string, role: 'annotator' | 'viewer', name: string) =>
  invitePerson(ada, { browser, origin: product.origin }, { projectId, role, name });

/** Both paint until the server queues a run; answers when that stroke ended. */
async function paintUntilQueued(taskId: string): Promise<number> {
  for (let round = 0; round < 14; round += 1) {
    const y = 40 + round * 30;
    await Promise.all([ada.stroke('1', [40, y], [230, y + 12]), ben.stroke('2', [270, y], [460, y + 12])]);
    const ended = Date.now();
    await Promise.all([ada.saved(), ben.saved()]);
    const jobs = await ada.call('listJobs', { params: { taskId } });
    if (jobs.some(({ state }) => state !== 'done')) return ended;
  }
  throw new Error('28 strokes and no training run was queued');
}

/** Both see a map of a model that was not there before. */
async function mapsAppear(before: string | null): Promise<string> {
  const states = [ada, ben].map(({ page }) =>
    page.waitForFunction(
      (old) => {
        const shown = document
          .querySelector('[data-testid="uncertainty-state"]')
          ?.getAttribute('data-model-id');
        return shown && shown !== old ? shown : false;
      },
      before,
      { timeout: 180_000 },
    ),
  );
  const shown = await Promise.all(states.map(async (state) => (await state).jsonValue()));
  expect(shown[0]).toBe(shown[1]);
  return String(shown[0]);
}

async function nextPlace(person: Person): Promise<string> {
  const next = person.page.getByTestId('next-region');
  const before = await next.getAttribute('data-asked').catch(() => null);
  await person.page.keyboard.press('n');
  await person.page.waitForFunction(
    (old) => {
      const element = document.querySelector('[data-testid="next-region"]');
      return element?.getAttribute('data-section') && element.getAttribute('data-asked') !== old;
    },
    before,
    { timeout: 20_000 },
  );
  const [section, x, y] = await Promise.all(
    ['data-section', 'data-x', 'data-y'].map((name) => next.getAttribute(name)),
  );
  return `${section} ${x} ${y}`;
}

beforeAll(async () => {
  product = await startProduct({ home: home.path, port });
  browser = await launchBrowser();
  ada = await openPerson(browser, product.origin);
  await ada.page.goto(product.signInUrl);
  await ada.page.getByText('Demo').first().waitFor();
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  home[Symbol.dispose]();
});

describe('a fresh home', () => {
  it('serves within ten seconds of a warm npm start', async () => {
    console.log(
      `npm start to ready: ${product.secondsToReady.toFixed(1)} s (an empty home: database, demo project)`,
    );
    const health = await (await fetch(`${product.origin}/healthz`)).json();
    expect(health).toMatchObject({ status: 'ok', database: 'up' });
  });

  it('lets nobody sign in twice with the one-time token', async () => {
    const thief = await openPerson(browser, product.origin);
    await thief.page.goto(product.signInUrl);
    await expect(thief.call('me', {})).rejects.toMatchObject({ code: 'NOT_SIGNED_IN' });
    await thief.close();
  });
});

describe('the demo project', () => {
  let project: Project;
  let section: Section;

  it('is painted by two people at once, pixel for pixel the same', async () => {
    [project] = (await ada.call('listProjects', {})) as [Project];
    ben = await invite(project.id, 'annotator', 'Ben');
    const sections = await ada.call('listSections', { params: { projectId: project.id } });
    const task = project.tasks[0]!;
    section = sections.find(
      (one) => !one.heldOut && one.masks.every(({ labelledPixels }) => labelledPixels === 0),
    )!;
    await ada.openSection({ projectId: project.id, sectionId: section.id, taskId: task.id });
    await ben.openSection({ projectId: project.id, sectionId: section.id, taskId: task.id });
    // The two strokes cross: both pages and the server must agree on who is on top.
    await Promise.all([ada.stroke('1', [60, 400], [400, 480]), ben.stroke('2', [60, 480], [400, 400])]);
    await Promise.all([ada.saved(), ben.saved()]);
    await expect
      .poll(async () => equal(await ada.labels(), await ben.labels()), { timeout: 10_000 })
      .toBe(true);
    const [mask] = (await ada.call('listSections', { params: { projectId: project.id } }))
      .find(({ id }) => id === section.id)!
      .masks.filter(({ taskId }) => taskId === task.id);
    const committed = decodeImage(
      await ada.call('maskLabels', { params: { maskId: mask!.id } }),
      'the committed labels',
    )[0]!;
    expect(equal([...committed.data], await ada.labels())).toBe(true);
    const painted = new Set(await ada.labels());
    expect([...painted].sort()).toEqual([0, 1, 2]);
  });

  it('shows both a map within 120 s of the stroke that trips the threshold', async () => {
    const task = project.tasks[0]!;
    const tripped = await paintUntilQueued(task.id);
    await mapsAppear(task.liveModelId);
    const seconds = (Date.now() - tripped) / 1000;
    console.log(`stroke that tripped the threshold to the map in both browsers: ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThan(120);
  });

  it('leads the two to different places', async () => {
    const [first, second] = await Promise.all([nextPlace(ada), nextPlace(ben)]);
    expect(first).not.toBe(second);
    await ada.page.goto(`${product.origin}/projects/${project.id}`);
    await ada.page.getByText(section.name).first().waitFor();
    await ada.page.waitForLoadState('networkidle');
    await screenshot(ada, 'project');
  });

  it('shows each where the other is', async () => {
    const sections = await ada.call('listSections', { params: { projectId: project.id } });
    const where = { projectId: project.id, sectionId: sections[1]!.id, taskId: project.tasks[0]!.id };
    await Promise.all([ada.openSection(where), ben.openSection(where)]);
    const { userId } = await ben.call('me', {});
    await ben.page.mouse.move(560, 300);
    await ben.page.mouse.move(570, 310, { steps: 5 });
    await ada.page.getByTestId(`cursor-${userId}`).waitFor();
    await ada.page.waitForLoadState('networkidle');
    await screenshot(ada, 'workbench');
  });
});

describe('a stack of one’s own', () => {
  let project: Project;
  let sections: Section[];
  const folder = realMembraneFolder();

  it(`is imported (${folder ? 'real sections' : 'procedural sections'})`, async () => {
    const task = (name: string) => ({ name });
    project = await ada.call('createProject', { body: { name: 'Stack', tasks: [task('Membrane')] } });
    const taskId = project.tasks[0]!.id;
    await ada.call('updateTask', {
      params: { taskId },
      body: {
        policy: {
          retrainAfterPixels: 6000,
          recipe: { preset: 'default', base: 8, depth: 3, tile: 128, batch: 4, budgetSeconds: 30 },
        },
      },
    });
    const drawn = folder ? undefined : drawTissue({ seed: 5, width: 512, height: 512, sections: 6 });
    const png = (kind: 'image' | 'label', index: number): Uint8Array =>
      folder
        ? readPng(folder, kind, index)
        : encodePng({
            width: 512,
            height: 512,
            bitDepth: 8,
            data: drawn![index]![kind === 'image' ? 'image' : 'membrane'],
          });
    const upload = async (kinds: ('image' | 'label')[], indexes: number[]) => {
      const form = new FormData();
      for (const kind of kinds) {
        for (const index of indexes)
          form.append(
            'files',
            new Blob([png(kind, index) as BlobPart], { type: 'image/png' }),
            `${kind}/${index}.png`,
          );
      }
      return ada.call('importSections', { params: { projectId: project.id }, query: { taskId }, body: form });
    };
    // The two will paint straight lines wherever they fall; three labelled sections teach what a membrane is.
    expect((await upload(['image', 'label'], [1, 2, 3, 4, 5])).labelled).toBe(5);
    await upload(['image'], [0]);
    sections = await ada.call('listSections', { params: { projectId: project.id } });
    for (const one of sections) {
      const heldOut = ['4.png', '5.png'].includes(one.name);
      if (one.heldOut !== heldOut)
        await ada.call('updateSection', { params: { sectionId: one.id }, body: { heldOut } });
    }
    expect(sections).toHaveLength(6);
  });

  it('is painted by two, trained on, and asked about', async () => {
    const taskId = project.tasks[0]!.id;
    const invitation = await ada.call('createInvitation', {
      params: { projectId: project.id },
      body: { role: 'annotator' },
    });
    await ben.call('acceptInvitation', { params: { invitationToken: invitation.url!.split('/').at(-1)! } });
    const where = {
      projectId: project.id,
      sectionId: sections.find(({ name }) => name === '0.png')!.id,
      taskId,
    };
    await Promise.all([ada.openSection(where), ben.openSection(where)]);
    await paintUntilQueued(taskId);
    const modelId = await mapsAppear(null);
    const [live] = await ada.call('listModels', { params: { taskId } });
    expect(live).toMatchObject({ id: modelId, live: true });
    const [first, second] = await Promise.all([nextPlace(ada), nextPlace(ben)]);
    expect(first).not.toBe(second);
  });

  it('refuses a viewer who paints through a socket made by hand', async () => {
    const eve = await invite(project.id, 'viewer', 'Eve');
    const [section] = await eve.call('listSections', { params: { projectId: project.id } });
    const mask = section!.masks[0]!;
    const refusal = await paintThroughOwnSocket(eve, product.origin, mask);
    expect(refusal).toMatchObject({ code: 'FORBIDDEN' });
    await eve.close();
  });

  it('is exported through the page, and the file is a legal submission', async () => {
    await ada.page.goto(`${product.origin}/projects/${project.id}?tab=exports`);
    await ada.page.getByTestId('create-export-submission').click();
    const download = ada.page.getByTestId('download-export').first();
    await download.waitFor({ timeout: 60_000 });
    const [file] = await Promise.all([ada.page.waitForEvent('download'), download.click()]);
    const path = join(home.path, 'submission.tif');
    await file.saveAs(path);
    const { stdout } = await promisify(execFile)('npx', ['--no-install', 'cotrace', 'validate', path], {
      cwd: ROOT,
    });
    expect(stdout).toMatch(/legal/i);
    expect(readFileSync(path).length).toBeGreaterThan(6 * 512 * 512 * 4);
  });

  it('is the same from the database after kill -9', async () => {
    const mask = sections.find(({ name }) => name === '0.png')!.masks[0]!;
    const before = await ada.call('maskLabels', { params: { maskId: mask.id } });
    await product.kill();
    product = await startProduct({ home: home.path, port });
    console.log(`second npm start to ready: ${product.secondsToReady.toFixed(1)} s (all data kept)`);
    expect(product.secondsToReady).toBeLessThan(10);
    const after = await ada.call('maskLabels', { params: { maskId: mask.id } });
    expect(Buffer.compare(before, after)).toBe(0);
    writeFileSync(join(home.path, 'labels.png'), after);
  });
});

function equal(a: number[], b: number[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
