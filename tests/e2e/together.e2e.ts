/** Three people at one section: what each learns of the others while painting, and how one follows another. */
import type { Project, Section } from '@cotrace/protocol';
import type { Browser, Locator, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invitePerson, openPerson, type Person } from './person.ts';
import { freePort, launchBrowser, type RunningProduct, startProduct, temporaryHome } from './product.ts';

const home = temporaryHome();
const port = await freePort();
let product: RunningProduct;
let browser: Browser;
let ada: Person;
let ben: Person;
let project: Project;
let sections: Section[];
let where: { projectId: string; sectionId: string; taskId: string };

const viewOf = async (page: Page) => {
  const canvas = page.getByTestId('workbench-canvas');
  const values = ['data-scale', 'data-offset-x', 'data-offset-y'].map((name) => canvas.getAttribute(name));
  return (await Promise.all(values)).map((value) => Math.round(Number(value) * 1000) / 1000);
};

/** The pointer moves to an image pixel and rests there. */
async function restAt(page: Page, [x, y]: [number, number]): Promise<void> {
  const box = (await page.getByTestId('workbench-canvas').boundingBox())!;
  const [scale, left, top] = (await viewOf(page)) as [number, number, number];
  await page.mouse.move(box.x + left + (x + 0.5) * scale, box.y + top + (y + 0.5) * scale, { steps: 2 });
}

beforeAll(async () => {
  product = await startProduct({ home: home.path, port });
  browser = await launchBrowser();
  ada = await openPerson(browser, product.origin);
  await ada.page.goto(product.signInUrl);
  await ada.page.getByText('Demo').first().waitFor();
  [project] = (await ada.call('listProjects', {})) as [Project];
  sections = await ada.call('listSections', { params: { projectId: project.id } });
  const empty = sections.find(
    (one) => !one.heldOut && one.masks.every(({ labelledPixels }) => labelledPixels === 0),
  )!;
  where = { projectId: project.id, sectionId: empty.id, taskId: project.tasks[0]!.id };
  ben = await invitePerson(
    ada,
    { browser, origin: product.origin },
    { projectId: project.id, role: 'annotator', name: 'Ben' },
  );
  await ada.openSection(where);
  await ben.openSection(where);
});

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  home[Symbol.dispose]();
});

describe('two who paint one section', () => {
  let lost = 0;

  it('see one another’s fresh strokes for a moment, as an outline where less motion is wanted', async () => {
    const [fresh, bensFresh] = [ada, ben].map(({ page }) =>
      page.getByTestId('fresh-strokes').locator('canvas'),
    ) as [Locator, Locator];
    await ada.stroke('1', [60, 60], [260, 80]);
    await ada.saved();
    // Ada's, on Ben's page: his own never glow for him.
    await expect.poll(() => bensFresh.count(), { timeout: 10_000 }).toBe(0);
    for (const reducedMotion of ['no-preference', 'reduce'] as const) {
      await ada.page.emulateMedia({ reducedMotion });
      await ben.stroke('2', [60, 300], [200, 300]);
      await fresh.first().waitFor({ state: 'attached' });
      expect(await bensFresh.count()).toBe(0);
      await expect.poll(() => fresh.count(), { timeout: 10_000 }).toBe(0);
    }
    await ada.page.emulateMedia({ reducedMotion: 'no-preference' });
  });

  it('are told how many of their pixels were painted over, by whom, and are shown where', async () => {
    const before = await ada.labels();
    await ben.stroke('2', [150, 30], [160, 140]);
    await ben.saved();
    const note = ada.page.getByTestId('painted-over');
    await expect.poll(() => note.textContent(), { timeout: 10_000 }).toMatch(/painted over by Ben/);
    const after = await ada.labels();
    lost = before.filter((label, i) => label !== 0 && label !== after[i]).length;
    await expect
      .poll(async () => (await note.textContent())?.replaceAll('\u00a0', ''))
      .toMatch(new RegExp(`^${lost} of your pixels were painted over by Ben`));
    expect(await ben.page.getByTestId('painted-over').textContent()).toBe('');
    await note.getByRole('button', { name: 'Show' }).click();
    await ada.page.getByTestId('lost-pixels').locator('canvas').waitFor({ state: 'attached' });
    await note.getByRole('button', { name: 'Hide' }).click();
    expect(await ada.page.getByTestId('lost-pixels').locator('canvas').count()).toBe(0);
    await ada.page.keyboard.press('0');
  });

  it('see where they do not agree, to the pixel', async () => {
    await ada.page.keyboard.press('c');
    const layer = ada.page.getByTestId('disagreement');
    await expect.poll(() => layer.getAttribute('data-pixels'), { timeout: 15_000 }).toBe(String(lost));
    expect(await ada.page.getByTestId('disputes').textContent()).toMatch(/by Ben over .* by You/);
    await ada.page.keyboard.press('c');
    await layer.waitFor({ state: 'detached' });
  });

  it('read beside a pointer that rests what is there, who painted it and when', async () => {
    const card = ada.page.getByTestId('pointer-card');
    await restAt(ada.page, [155, 100]);
    await expect.poll(() => card.textContent(), { timeout: 10_000 }).toMatch(/Painted by Ben, \d\d:\d\d/);
    await restAt(ada.page, [70, 61]);
    await expect.poll(() => card.textContent(), { timeout: 10_000 }).toMatch(/Painted by you, \d\d:\d\d/);
    await restAt(ada.page, [400, 400]);
    await expect.poll(() => card.textContent()).toMatch(/Nobody has painted here/);
    await ada.page.keyboard.press('q');
    expect(await card.count()).toBe(0);
    await ada.page.keyboard.press('q');
  });

  it('are told that nothing is known to be uncertain without a model', async () => {
    await ada.page.keyboard.press('n');
    await expect
      .poll(() => ada.page.getByTestId('asked-sentence').textContent(), { timeout: 10_000 })
      .toMatch(/no model yet/);
  });
});

describe('following', () => {
  it('goes to the other’s section and sees what they see, until one acts', async () => {
    const other = sections.find(({ id }) => id !== where.sectionId)!;
    await ben.openSection({ ...where, sectionId: other.id });
    await ben.page.keyboard.press('+');
    await ben.page.keyboard.press('+');
    await ada.page.getByRole('button', { name: `Ben, on ${other.name}` }).click();
    await ada.page.waitForURL((url) => url.pathname.endsWith(other.id));
    await expect.poll(() => viewOf(ada.page), { timeout: 10_000 }).toEqual(await viewOf(ben.page));
    await ben.page.keyboard.press('-');
    await expect.poll(() => viewOf(ada.page), { timeout: 10_000 }).toEqual(await viewOf(ben.page));

    await ada.page.getByTestId('workbench-canvas').hover();
    await ada.page.mouse.wheel(0, -120);
    await ada.page.getByTestId('following').waitFor({ state: 'detached' });
    const mine = await viewOf(ada.page);
    await ben.page.keyboard.press('0');
    await ben.page.keyboard.press('+');
    expect(await viewOf(ada.page)).toEqual(mine);
  });
});
