/** Two people at one mask, one of them offline: what was painted is kept, sent, and told of truthfully at every step. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodeImage } from '@cotrace/image-io';
import { type Project, ROOM_MESSAGE, type Section } from '@cotrace/protocol';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LineToServer, openLine } from './lineToServer.ts';
import { paintManyStrokes } from './manyStrokes.ts';
import { openPerson, type Person } from './person.ts';
import { freePort, launchBrowser, type RunningProduct, startProduct, temporaryHome } from './product.ts';

const home = temporaryHome();
const port = await freePort();
const screens = process.env.E2E_SCREENS ?? join(home.path, 'screens');
let product: RunningProduct;
let browser: Browser;
let line: LineToServer;
/** At the server itself, and at the end of the line that is cut. */
let ada: Person;
let ben: Person;
let project: Project;
let section: Section;
let where: { projectId: string; sectionId: string; taskId: string };

const badge = (person: Person) => person.page.getByTestId('save-state');
const says = (person: Person, words: string | RegExp) =>
  badge(person).filter({ hasText: words }).waitFor({ timeout: 20_000 });

/** What moves into its place has arrived. */
const settled = (page: Page) =>
  page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .map(({ finished, effect }) =>
          effect?.getTiming().iterations === Number.POSITIVE_INFINITY ? undefined : finished,
        ),
    ).then(() => undefined),
  );

let shots = 0;
async function look(page: Page, name: string): Promise<void> {
  mkdirSync(screens, { recursive: true });
  shots += 1;
  await page.screenshot({ path: join(screens, `${String(shots).padStart(2, '0')}-${name}.png`) });
}

/** Opens the badge, answers what it says, and closes it by the keyboard. */
async function explanation(person: Person, shot: string): Promise<string> {
  await badge(person).focus();
  await person.page.keyboard.press('Enter');
  const dialog = person.page.getByRole('dialog');
  await dialog.waitFor();
  const text = (await dialog.textContent()) ?? '';
  await settled(person.page);
  await look(person.page, shot);
  await person.page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  return text;
}

async function committed(): Promise<number[]> {
  const maskId = section.masks.find(({ taskId }) => taskId === where.taskId)!.id;
  const bytes = await ada.call('maskLabels', { params: { maskId } });
  return [...decodeImage(bytes, 'the committed labels')[0]!.data];
}

/** Both pages and the server's own picture, pixel for pixel. */
async function allAgree(): Promise<number[]> {
  await expect
    .poll(
      async () => {
        const [a, b, s] = await Promise.all([ada.labels(), ben.labels(), committed()]);
        return same(a, b) && same(a, s);
      },
      { timeout: 15_000 },
    )
    .toBe(true);
  return ada.labels();
}

const same = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((value, index) => value === b[index]);

const at = (labels: readonly number[], x: number, y: number) => labels[y * section.width + x];

async function join_(person: Person, origin: string, name: string): Promise<void> {
  const invitation = await ada.call('createInvitation', {
    params: { projectId: project.id },
    body: { role: 'annotator' },
  });
  await person.page.goto(new URL(new URL(invitation.url!).pathname, origin).href);
  await person.page.getByLabel('Name', { exact: true }).fill(name);
  await person.page.getByLabel('E-mail').fill(`${name.toLowerCase()}@example.org`);
  await person.page.getByLabel('Password').fill(`${name}-paints-cells-1`);
  await person.page.getByRole('button', { name: /join/i }).click();
  await person.page.waitForURL(/\/projects\//);
}

/** The tab is closed and another one opened: the browser's storage is the only thing that stays. */
async function newTab(person: Person): Promise<void> {
  const old = person.page;
  person.page = await person.context.newPage();
  await old.close();
}

beforeAll(async () => {
  product = await startProduct({ home: home.path, port });
  line = await openLine(port);
  browser = await launchBrowser();
  ada = await openPerson(browser, product.origin);
  await ada.page.goto(product.signInUrl);
  await ada.page.getByText('Demo').first().waitFor();
  [project] = (await ada.call('listProjects', {})) as [Project];
  const sections = await ada.call('listSections', { params: { projectId: project.id } });
  section = sections.find(({ masks }) => masks.every(({ labelledPixels }) => labelledPixels === 0))!;
  where = { projectId: project.id, sectionId: section.id, taskId: project.tasks[0]!.id };
  // Nothing is to be trained meanwhile: the processors belong to the browsers.
  await ada.call('updateTask', {
    params: { taskId: where.taskId },
    body: { policy: { ...project.tasks[0]!.policy, retrainAfterPixels: 0 } },
  });
  ben = await openPerson(browser, line.origin);
  await join_(ben, line.origin, 'Ben');
  await Promise.all([ada.openSection(where), ben.openSection(where)]);
});

afterAll(async () => {
  await browser?.close();
  await line?.[Symbol.asyncDispose]();
  await product?.stop();
  home[Symbol.dispose]();
});

describe('a tab that is closed offline', () => {
  it('says how many strokes are kept on this device, and that closing it is no harm', async () => {
    await ben.stroke('2', [40, 30], [200, 30]);
    await ben.saved();
    expect(await explanation(ben, 'saved')).toContain('committed on the server');
    line.set('cut');
    await says(ben, /^Offline$/);
    await ben.stroke('2', [40, 100], [300, 100]);
    await ben.stroke('2', [40, 160], [300, 160]);
    await says(ben, 'Offline, 2 kept on this device');
    expect(await explanation(ben, 'offline-2-kept')).toContain('also when this tab is closed');
  });

  it('sends them from the next tab, exactly, after the server was killed in between', async () => {
    // Ada's third stroke is newer than both of Ben's; her fourth she takes back.
    for (const x of [340, 360]) await ada.stroke('1', [x, 240], [x + 10, 260]);
    await ada.stroke('1', [170, 90], [170, 170]);
    await ada.stroke('1', [60, 90], [60, 170]);
    await ada.page.keyboard.press('Control+z');
    await ada.saved();
    await newTab(ben);
    await product.kill();
    await says(ada, 'Offline');
    await look(ada.page, 'server-killed');
    product = await startProduct({ home: home.path, port });
    line.set('open');
    await ben.openSection(where);
    await expect.poll(async () => at(await ada.labels(), 100, 100), { timeout: 15_000 }).toBe(2);
    const labels = await allAgree();
    expect([60, 100, 170, 250].map((x) => at(labels, x, 100))).toEqual([2, 2, 1, 2]);
    expect([60, 100, 170, 250].map((x) => at(labels, x, 160))).toEqual([2, 2, 1, 2]);
    await Promise.all([says(ada, /^Saved$/), says(ben, /^Saved$/)]);
  });

  it('takes back one’s own strokes only', async () => {
    await ada.page.keyboard.press('Control+z');
    await ada.saved();
    const labels = await allAgree();
    expect([100, 170].map((x) => at(labels, x, 100))).toEqual([2, 2]);
  });
});

describe('tabs', () => {
  it('reloaded offline: the strokes are sent when the page is there again', async () => {
    line.set('cut');
    await says(ben, 'Offline');
    await ben.stroke('1', [40, 200], [300, 200]);
    await says(ben, 'Offline, 1 kept on this device');
    // Nothing answers: the page is gone, and the browser's own stands in its place.
    await expect(ben.page.reload()).rejects.toThrow();
    await ben.page.waitForURL(/^chrome-error:/);
    line.set('noRooms');
    await ben.page.goto(`${line.origin}/projects/${project.id}`);
    const notice = ben.page.getByTestId('earlier-strokes');
    await notice.filter({ hasText: '1 stroke of an earlier tab is kept on this device and waits' }).waitFor();
    await look(ben.page, 'project-page-sending');
    line.set('open');
    await notice.waitFor({ state: 'detached', timeout: 20_000 });
    await expect.poll(async () => at(await ada.labels(), 100, 200)).toBe(1);
    await ben.openSection(where);
    await allAgree();
  });

  it('duplicated: the second leaves the first alone while it lives, and sends its strokes when it has ended', async () => {
    line.set('noRooms');
    await says(ben, 'Offline');
    await ben.stroke('1', [40, 230], [300, 230]);
    await says(ben, 'Offline, 1 kept on this device');
    const second = await ben.context.newPage();
    await second.goto(`${line.origin}/projects/${project.id}`);
    await second.waitForFunction(async () => {
      const { pending } = await navigator.locks.query();
      return pending?.some(({ name }) => name?.startsWith('cotrace-session-'));
    });
    const notice = second.getByTestId('earlier-strokes');
    expect(await notice.count()).toBe(0);
    await ben.page.close();
    await notice.filter({ hasText: 'waits for the server' }).waitFor({ timeout: 20_000 });
    line.set('open');
    await notice.waitFor({ state: 'detached', timeout: 20_000 });
    ben.page = second;
    await ben.openSection(where);
    expect(at(await allAgree(), 100, 230)).toBe(1);
  });
});

describe('another person at the same browser', () => {
  it('is told whose strokes are kept, and does not send them', async () => {
    line.set('noRooms');
    await says(ben, 'Offline');
    await ben.stroke('2', [40, 270], [300, 270]);
    await says(ben, 'Offline, 1 kept on this device');
    await ben.page.goto(`${line.origin}/projects`);
    await ben.page.getByRole('button', { name: /^Your menu/ }).click();
    await ben.page.getByRole('menuitem', { name: 'Sign out' }).click();
    await ben.page.waitForURL(/sign-in/);
    await ben.page
      .getByText('1 stroke of Ben is kept on this device, to be sent when Ben signs in.')
      .waitFor();
    await look(ben.page, 'signed-out');
    line.set('open');
    await join_(ben, line.origin, 'Cleo');
    const notice = ben.page.getByTestId('earlier-strokes');
    await notice.filter({ hasText: '1 stroke of Ben is kept on this device: sign in as Ben' }).waitFor();
    await look(ben.page, 'strokes-of-another');
    await ben.openSection(where);
    await says(ben, '1 stroke of Ben kept');
    expect(await explanation(ben, 'badge-strokes-of-another')).toContain('sign in as Ben to send it');
    expect(at(await committed(), 100, 270)).toBe(0);
  });

  it('signing in again as the same person sends them', async () => {
    await ben.page.goto(`${line.origin}/projects`);
    await ben.page.getByRole('button', { name: /^Your menu/ }).click();
    await ben.page.getByRole('menuitem', { name: 'Sign out' }).click();
    await ben.page.waitForURL(/sign-in/);
    await ben.page.getByLabel('E-mail').fill('ben@example.org');
    await ben.page.getByLabel('Password').fill('Ben-paints-cells-1');
    await ben.page.getByRole('button', { name: 'Sign in' }).click();
    await ben.page.waitForURL(/\/projects/);
    await expect.poll(async () => at(await committed(), 100, 270), { timeout: 20_000 }).toBe(2);
    await ben.openSection(where);
    await says(ben, /^Saved$/);
    await allAgree();
  });
});

describe('a device that cannot keep', () => {
  it('says that the strokes are in this tab only, and asks before it is closed', async () => {
    await ben.page.evaluate(() => {
      const put = IDBObjectStore.prototype.put;
      IDBObjectStore.prototype.put = () => {
        throw new DOMException('full', 'QuotaExceededError');
      };
      Object.assign(window, { makeSpace: () => Object.assign(IDBObjectStore.prototype, { put }) });
    });
    line.set('cut');
    await says(ben, 'Offline');
    await ben.stroke('1', [40, 310], [300, 310]);
    await says(ben, 'Offline, 1 in this tab only');
    const text = await explanation(ben, 'in-this-tab-only');
    expect(text).toContain('the storage of this browser is full: do not close the tab');
    const asked = ben.page.waitForEvent('dialog');
    await ben.page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
  });

  it('keeps them as soon as there is space, and sends them', async () => {
    await ben.page.evaluate(() => (window as unknown as { makeSpace(): void }).makeSpace());
    await says(ben, 'Offline, 1 kept on this device');
    line.set('open');
    await says(ben, /^Saved$/);
    expect(at(await allAgree(), 100, 310)).toBe(1);
  });
});

describe('a stroke that the server does not take', () => {
  it('is set aside with the reason, and those before and after it are saved', async () => {
    const task = project.tasks[0]!;
    const extra = { value: 7, name: 'Doubt', color: '#c0a000', gray: 90 };
    const params = { taskId: task.id };
    await ada.call('updateTask', { params, body: { labels: [...task.labels, extra] } });
    await ben.page.reload();
    await says(ben, /^Saved$/);
    line.set('cut');
    await says(ben, 'Offline');
    await ben.stroke('1', [40, 350], [300, 350]);
    await ben.stroke(String(task.labels.length + 1), [40, 380], [300, 380]);
    await ben.stroke('2', [40, 410], [300, 410]);
    await says(ben, 'Offline, 3 kept on this device');
    await ada.call('updateTask', { params, body: { labels: task.labels } });
    line.set('open');
    await says(ben, '1 stroke refused');
    expect(await explanation(ben, 'one-refused')).toContain('no longer in the task’s label table');
    const labels = await allAgree();
    expect([350, 380, 410].map((y) => at(labels, 100, y))).toEqual([1, 0, 2]);
    expect(await badge(ben).getAttribute('data-state')).toBe('saved');
  });

  it('stays on this device until the person lets go of it', async () => {
    await newTab(ben);
    await ben.openSection(where);
    await says(ben, '1 stroke of an earlier tab refused');
    await badge(ben).click();
    const [file] = await Promise.all([
      ben.page.waitForEvent('download'),
      ben.page.getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/^strokes-.*\.json$/);
    await look(ben.page, 'refused-of-an-earlier-tab');
    await ben.page.getByRole('button', { name: 'Let go' }).click();
    await look(ben.page, 'let-go-asks-again');
    await ben.page.getByRole('button', { name: 'Lose 1 stroke for ever' }).click();
    await says(ben, /^Saved$/);
    const kept = await ben.page.evaluate(async () => {
      const databases = await indexedDB.databases();
      return databases.map(({ name }) => name);
    });
    expect(kept).toContain('cotrace-kept-strokes');
  });
});

describe('a mask that is folded', () => {
  it('is the same in a page that opens it and in one that comes back from offline', async () => {
    const received = new Set<number>();
    ada.page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => {
        if (typeof payload !== 'string') received.add(payload[0]!);
      }),
    );
    line.set('cut');
    await says(ben, 'Offline');
    await ben.stroke('1', [20, 450], [480, 450]);
    await says(ben, 'Offline, 1 kept on this device');
    await ada.page.goto(`${product.origin}/projects/${project.id}`);
    await paintManyStrokes(ada, product.origin, {
      maskId: section.masks.find(({ taskId }) => taskId === where.taskId)!.id,
      ...{ width: section.width, height: section.height },
      // The last 200 are never folded, and a fold is worth 64 when the last one leaves.
      count: 400,
      rows: [436, 464],
    });
    await ada.openSection(where);
    const folds = [ROOM_MESSAGE.base, ROOM_MESSAGE.folded];
    await expect.poll(() => folds.some((type) => received.has(type)), { timeout: 30_000 }).toBe(true);
    line.set('open');
    await says(ben, /^Saved$/);
    const labels = await allAgree();
    expect(new Set(labels)).toEqual(new Set([0, 1, 2]));
    await ben.openSection(where);
    expect(same(await allAgree(), labels)).toBe(true);
  });

  it('takes back the last 200 strokes of a page, and says why no more', async () => {
    const before = await allAgree();
    const dot = (i: number): [number, number] => [30 + (i % 40) * 10, 480 + Math.floor(i / 40) * 4];
    await ben.stroke('2', dot(0), dot(1));
    await ben.dots(Array.from({ length: 200 }, (_, i) => dot(i + 1)));
    await ben.saved();
    for (let i = 0; i < 201; i++) await ben.page.keyboard.press('Control+z');
    await ben.saved();
    const undo = ben.page.getByRole('button', { name: /^Undo/ });
    expect(await undo.getAttribute('aria-disabled')).toBe('true');
    await undo.focus();
    const tip = ben.page
      .getByRole('tooltip')
      .filter({ hasText: 'Only your last 200 strokes can be taken back' });
    await tip.waitFor();
    await settled(ben.page);
    await look(ben.page, 'undo-ends');
    const after = await allAgree();
    const changed = after.filter((label, i) => label !== before[i]).length;
    expect(changed).toBeGreaterThan(0);
    expect(at(after, ...dot(0))).toBe(2);
    expect(at(after, ...dot(199))).toBe(at(before, ...dot(199)));
  });
});
