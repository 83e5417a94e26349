/** Every tool of the workbench as a hand uses it: real pointers and keys, pixels counted, one undo for one action. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '@cotrace/image-io';
import { pixelCount, rasterizePolygon } from '@cotrace/mask';
import type { Project, Section } from '@cotrace/protocol';
import type { Browser, CDPSession } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPerson, type Person } from './person.ts';
import { freePort, launchBrowser, type RunningProduct, startProduct, temporaryHome } from './product.ts';

const SIDE = 256;
const DISC = { x: 90, y: 90, radius: 40 };
const home = temporaryHome();
const screens = process.env.E2E_SCREENS ?? join(home.path, 'screens');
let product: RunningProduct;
let browser: Browser;
let ada: Person;
let project: Project;
let sections: Section[];

/** A light disc on dark ground, both noisy; it wanders to the right from section to section. */
function picture(index: number): Uint8Array {
  let state = 7 + index;
  const data = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const isIn = Math.hypot((i % SIDE) - DISC.x - 6 * index, Math.floor(i / SIDE) - DISC.y) < DISC.radius;
    return (isIn ? 180 : 90) + (state >>> 24) / 16;
  });
  return encodePng({ width: SIDE, height: SIDE, bitDepth: 8, data });
}

/** What a model would say of it: sure of the disc and the ground, unsure between. */
function probability(): Uint8Array {
  const data = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => {
    const inside = DISC.radius - Math.hypot((i % SIDE) - DISC.x, Math.floor(i / SIDE) - DISC.y);
    return Math.min(255, Math.max(0, Math.round(128 + inside * 20)));
  });
  return encodePng({ width: SIDE, height: SIDE, bitDepth: 8, data });
}

const key = (name: string) => ada.page.keyboard.press(name);
const where = (index: number) => ({
  projectId: project.id,
  sectionId: sections[index]!.id,
  taskId: project.tasks[0]!.id,
});
const open = (index: number) => ada.openSection(where(index));

async function onScreen([x, y]: readonly [number, number]): Promise<[number, number]> {
  const canvas = ada.page.getByTestId('workbench-canvas');
  const box = (await canvas.boundingBox())!;
  const [scale, left, top] = await Promise.all(
    ['data-scale', 'data-offset-x', 'data-offset-y'].map(async (name) =>
      Number(await canvas.getAttribute(name)),
    ),
  );
  return [box.x + left! + x * scale!, box.y + top! + y * scale!];
}

async function click(at: readonly [number, number], options?: { button?: 'left' | 'right' }): Promise<void> {
  await ada.page.mouse.click(...(await onScreen(at)), options);
}

async function drag(points: readonly (readonly [number, number])[]): Promise<void> {
  await ada.page.mouse.move(...(await onScreen(points[0]!)));
  await ada.page.mouse.down();
  for (const point of points.slice(1)) await ada.page.mouse.move(...(await onScreen(point)), { steps: 6 });
  await ada.page.mouse.up();
}

async function labelled(): Promise<{
  at: (x: number, y: number) => number;
  count: (label: number) => number;
}> {
  const labels = await ada.labels();
  return {
    at: (x, y) => labels[y * SIDE + x]!,
    count: (label) => labels.filter((value) => value === label).length,
  };
}
const undone = async () => {
  await key('Control+z');
  return labelled();
};

let shots = 0;
async function look(name: string): Promise<void> {
  mkdirSync(screens, { recursive: true });
  shots += 1;
  await ada.page.screenshot({ path: join(screens, `tools-${String(shots).padStart(2, '0')}-${name}.png`) });
}

describe.runIf(process.env.COTRACE_LONG)('the tools', () => {
  beforeAll(async () => {
    product = await startProduct({ home: home.path, port: await freePort() });
    browser = await launchBrowser();
    ada = await openPerson(browser, product.origin);
    await ada.page.goto(product.signInUrl);
    await ada.page.getByText('Demo').first().waitFor();
    project = await ada.call('createProject', { body: { name: 'Tools', tasks: [{ name: 'Membrane' }] } });
    const taskId = project.tasks[0]!.id;
    // Nothing trains here.
    await ada.call('updateTask', {
      params: { taskId },
      body: { policy: { ...project.tasks[0]!.policy, retrainAfterPixels: 0 } },
    });
    const form = new FormData();
    for (let index = 0; index < 7; index++)
      form.append(
        'files',
        new Blob([picture(index) as BlobPart], { type: 'image/png' }),
        `image/${index}.png`,
      );
    await ada.call('importSections', { params: { projectId: project.id }, query: { taskId }, body: form });
    sections = await ada.call('listSections', { params: { projectId: project.id } });
  });

  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    home[Symbol.dispose]();
  });

  it('polygon: corners, closed by Enter; right button subtracts; Escape and Backspace take back', async () => {
    await open(6);
    await key('g');
    await key('1');
    const corners = [
      [20.5, 150.5],
      [120.5, 150.5],
      [120.5, 230.5],
      [20.5, 230.5],
    ] as const;
    for (const corner of corners) await click(corner);
    await click([200, 200]);
    await look('polygon');
    await key('Backspace');
    await key('Enter');
    const area = rasterizePolygon(corners.map(([x, y]) => ({ x, y })));
    const painted = await labelled();
    // A click falls on a device pixel, not on the sixteenth of an image pixel.
    expect(Math.abs(painted.count(1) - pixelCount(area))).toBeLessThan(200);
    await click([10, 10]);
    await click([50, 10]);
    await key('Escape');
    for (const corner of [
      [40, 140],
      [60, 140],
      [60, 240],
      [40, 240],
    ] as const)
      await click(corner, { button: 'right' });
    await click([40, 240], { button: 'right' });
    const cut = await labelled();
    expect([cut.at(50, 200), cut.at(100, 200), cut.at(30, 30)]).toEqual([0, 1, 0]);
    expect((await undone()).count(1)).toBe(painted.count(1));
    expect((await undone()).count(1)).toBe(0);
  });

  it('lasso: around an area by hand, and subtracted again', async () => {
    await key('l');
    await key('2');
    const round = (radius: number) =>
      Array.from(
        { length: 13 },
        (_, i) =>
          [128 + radius * Math.cos((i * Math.PI) / 6), 128 + radius * Math.sin((i * Math.PI) / 6)] as const,
      );
    await drag(round(60));
    const full = (await labelled()).count(2);
    expect(full / (Math.PI * 60 ** 2)).toBeGreaterThan(0.9);
    await key('d');
    await drag(round(30));
    const ring = await labelled();
    expect([ring.at(128, 128), ring.at(128, 80)]).toEqual([0, 2]);
    await key('d');
    expect((await undone()).count(2)).toBe(full);
    expect((await undone()).count(2)).toBe(0);
  });

  it('fill: hatched first, then what looks alike; refused beyond the largest area', async () => {
    await open(0);
    await key('k');
    await key('2');
    await ada.page.mouse.move(...(await onScreen([90, 90])));
    await ada.page.waitForTimeout(400);
    await look('fill-preview');
    await click([90, 90]);
    const disc = await labelled();
    expect(disc.count(2) / (Math.PI * DISC.radius ** 2)).toBeGreaterThan(0.97);
    expect(disc.count(2) / (Math.PI * DISC.radius ** 2)).toBeLessThan(1.03);
    await look('filled');
    expect((await undone()).count(2)).toBe(0);
  });

  it('only where unknown: others’ pixels and one’s own stay', async () => {
    await ada.stroke('1', [60, 60], [60, 120]);
    const before = (await labelled()).count(1);
    await key('o');
    await ada.stroke('2', [30, 90], [150, 90]);
    const after = await labelled();
    expect([after.at(60, 90), after.at(100, 90)]).toEqual([1, 2]);
    expect(after.count(1)).toBe(before);
    await key('o');
  });

  it('picker: the label that is clicked is painted with', async () => {
    await key('2');
    await key('i');
    await click([60, 70]);
    expect(await ada.page.getByRole('button', { name: /^membrane/ }).getAttribute('aria-pressed')).toBe(
      'true',
    );
    await ada.page.keyboard.down('Alt');
    await click([110, 90]);
    await ada.page.keyboard.up('Alt');
    expect(await ada.page.getByRole('button', { name: /^cell/ }).getAttribute('aria-pressed')).toBe('true');
  });

  it('smooth: a ragged outline becomes round, in one step', async () => {
    await open(5);
    await key('b');
    await key('1');
    await drag(Array.from({ length: 20 }, (_, i) => [40 + i * 8, i % 2 === 0 ? 100 : 112] as const));
    const edge = async () => {
      const { at } = await labelled();
      let count = 0;
      for (let y = 1; y < SIDE; y++)
        for (let x = 1; x < SIDE; x++)
          count += Number(at(x, y) !== at(x - 1, y)) + Number(at(x, y) !== at(x, y - 1));
      return count;
    };
    const ragged = await edge();
    await key('s');
    await ada.page.getByTestId('tool-options').getByRole('button', { name: 'Lasso' }).click();
    await ada.page.getByRole('slider', { name: 'Radius of smoothing in pixels' }).focus();
    for (let i = 0; i < 4; i++) await key('ArrowRight');
    await drag([
      [10, 60],
      [240, 60],
      [240, 150],
      [10, 150],
    ]);
    expect(await edge()).toBeLessThan(ragged);
    await look('smooth');
    await key('Control+z');
    expect(await edge()).toBe(ragged);
    await key('Control+z');
  });

  it('accept: what the model is sure of within a lasso becomes labels, two of them in one step', async () => {
    const { modelId, url } = { modelId: 'model', url: `${product.origin}/maps/` };
    await ada.page.route('**/api/tasks/*/maps', (route) =>
      route.fulfill({
        json: [
          {
            ...{ modelId, sectionId: sections[0]!.id, meanUncertainty: 0.1 },
            ...{ probabilityUrl: `${url}p.png`, uncertaintyUrl: `${url}u.png` },
          },
        ],
      }),
    );
    await ada.page.route(`${url}*`, (route) =>
      route.fulfill({ contentType: 'image/png', body: Buffer.from(probability()) }),
    );
    await open(0);
    await ada.stroke('1', [60, 60], [60, 120]);
    const before = await labelled();
    await key('a');
    await ada.page.waitForTimeout(600);
    await look('accept-preview');
    await drag([
      [20, 20],
      [170, 20],
      [170, 170],
      [20, 170],
    ]);
    const taken = await labelled();
    // Label 2 has the greater grey: the disc. At its rim nobody is sure.
    expect([taken.at(90, 100), taken.at(30, 30), taken.at(200, 200)]).toEqual([2, 1, 0]);
    expect(taken.at(90, DISC.y + DISC.radius)).toBe(0);
    expect(taken.at(60, 90)).toBe(before.at(60, 90));
    await look('accepted');
    const back = await undone();
    expect([back.count(1), back.count(2)]).toEqual([before.count(1), before.count(2)]);
    await key('b');
    await ada.page.unrouteAll();
  });

  it('copy and fill between: each section is one step, undone where it was painted', async () => {
    // In one page: what it has painted it can take back.
    const walk = async (from: number, to: number) => {
      for (let at = from; at !== to; ) {
        at += Math.sign(to - from);
        await key(to > from ? '.' : ',');
        await ada.page
          .getByRole('banner')
          .filter({ hasText: `${at}.png` })
          .waitFor();
      }
      await ada.saved();
    };
    const around = async (index: number) => {
      await key('l');
      await key('2');
      const [x, y] = [DISC.x + 6 * index, DISC.y];
      await drag(
        Array.from({ length: 17 }, (_, i) => {
          const angle = (i * Math.PI) / 8;
          return [x + DISC.radius * Math.cos(angle), y + DISC.radius * Math.sin(angle)] as const;
        }),
      );
      await ada.saved();
    };
    await open(4);
    await around(4);
    await walk(4, 1);
    await around(1);
    const fill = ada.page.getByTestId('fill-between');
    await fill.filter({ hasText: 'Fill 2 sections between' }).waitFor({ timeout: 20_000 });
    await fill.click();
    await ada.page.getByTestId('stack-said').filter({ hasText: '2 sections are filled' }).waitFor();
    await look('filled-between');
    await walk(1, 2);
    const middle = await labelled();
    expect([middle.at(DISC.x + 12, DISC.y), middle.at(DISC.x + 12, DISC.y + 60)]).toEqual([2, 0]);
    expect(middle.count(2) / (Math.PI * DISC.radius ** 2)).toBeGreaterThan(0.85);
    expect((await undone()).count(2)).toBe(0);
    await key('Control+,');
    await ada.page.getByTestId('stack-said').filter({ hasText: 'Copied from' }).waitFor();
    const copied = (await labelled()).count(2);
    expect(copied).toBeGreaterThan(0);
    expect((await undone()).count(2)).toBe(0);
  });

  it('fill: a ragged area of a section of 4096² is saved, and gone by one undo', async () => {
    const side = 4096;
    let state = 3;
    const data = new Uint8Array(side * side);
    for (let i = 0; i < data.length; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      // Seven pixels in ten are within the tolerance of the darkest, which are also where the click goes.
      const isClicked = Math.abs((i % side) - 2000) < 20 && Math.abs(i / side - 2000) < 20;
      data[i] = 100 + (isClicked ? 0 : (state >>> 24) % 35);
    }
    const large = await ada.call('createProject', { body: { name: 'Large', tasks: [{ name: 'Membrane' }] } });
    const taskId = large.tasks[0]!.id;
    await ada.call('updateTask', {
      params: { taskId },
      body: { policy: { ...large.tasks[0]!.policy, retrainAfterPixels: 0 } },
    });
    const form = new FormData();
    const png = encodePng({ width: side, height: side, bitDepth: 8, data });
    form.append('files', new Blob([png as BlobPart], { type: 'image/png' }), 'image/0.png');
    await ada.call('importSections', { params: { projectId: large.id }, query: { taskId }, body: form });
    const [section] = await ada.call('listSections', { params: { projectId: large.id } });
    await ada.openSection({ projectId: large.id, sectionId: section!.id, taskId });
    await key('k');
    await key('1');
    await ada.page.getByRole('slider', { name: 'Largest area in pixels' }).focus();
    await key('End');
    await ada.page.getByRole('slider', { name: 'Largest hole' }).focus();
    await key('Home');
    const share = ada.page.getByRole('button', { name: /^membrane/ });
    // The grey values come when the tool is chosen; a click before them paints nothing.
    await expect
      .poll(
        async () => {
          await ada.page.mouse.click(...(await onScreen([2000, 2000])));
          return share.textContent();
        },
        { timeout: 60_000, interval: 3000 },
      )
      .toMatch(/[1-9]\d\s%/);
    await ada.saved();
    const counts = await ada.call('listSections', { params: { projectId: large.id } });
    console.log(`a fill of ${counts[0]!.masks[0]!.labelledPixels} pixels of noise was saved`);
    await look('filled-4096');
    await key('Control+z');
    expect(await share.textContent()).toMatch(/^membrane0\s%/);
    await ada.saved();
  });

  it('shortcuts: changed, taken from another, kept, and back as they were', async () => {
    const closeHelp = async () => {
      await key('Escape');
      await ada.page.getByRole('dialog').waitFor({ state: 'detached' });
    };
    await open(5);
    await key('?');
    await ada.page.getByTestId('key-brush').waitFor();
    const tooWide = await ada.page
      .getByRole('dialog')
      .evaluate(
        (sheet) =>
          [sheet, ...sheet.querySelectorAll('*')].filter(
            (one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX === 'auto',
          ).length,
      );
    expect(tooWide).toBe(0);
    await ada.page.getByTestId('key-brush').click();
    await key('e');
    await ada.page.getByText('That key is for').waitFor();
    await look('shortcut-taken');
    await ada.page.getByRole('button', { name: 'Take it' }).click();
    await look('shortcuts');
    await closeHelp();
    await key('v');
    await key('e');
    const tool = () => ada.page.getByTestId('tool-options').getAttribute('data-tool');
    expect(await tool()).toBe('brush');
    await open(5);
    await key('v');
    await key('e');
    expect(await tool()).toBe('brush');
    await key('?');
    await ada.page.getByRole('button', { name: 'All as they were' }).click();
    await closeHelp();
    await key('e');
    expect(await tool()).toBe('eraser');
  });

  describe('fingers and a pen', () => {
    let touch: CDPSession;
    const fingers = async (
      type: 'touchStart' | 'touchMove' | 'touchEnd',
      points: readonly (readonly [number, number])[],
    ) =>
      touch.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: points.map(([x, y], id) => ({ x, y, id })),
      });
    const scale = async () =>
      Number(await ada.page.getByTestId('workbench-canvas').getAttribute('data-scale'));

    beforeAll(async () => {
      touch = await ada.context.newCDPSession(ada.page);
      await touch.send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 5 });
      await open(6);
      await key('b');
    });

    it('one finger paints, two pinch and leave nothing painted, two tap undo', async () => {
      const [a, b, c] = await Promise.all([onScreen([60, 60]), onScreen([90, 60]), onScreen([200, 200])]);
      await fingers('touchStart', [a]);
      await fingers('touchMove', [b]);
      await fingers('touchEnd', []);
      const painted = await labelled();
      expect(painted.count(0)).toBeLessThan(SIDE * SIDE);
      const before = await scale();
      await fingers('touchStart', [a]);
      await fingers('touchStart', [a, b]);
      await fingers('touchMove', [a, c]);
      await fingers('touchEnd', []);
      expect(await scale()).toBeGreaterThan(before);
      expect((await labelled()).count(0)).toBe(painted.count(0));
      await key('f');
      await fingers('touchStart', [a, b]);
      await fingers('touchEnd', []);
      expect((await labelled()).count(0)).toBe(SIDE * SIDE);
    });

    it('beside a pen a finger moves the image', async () => {
      const [a, b] = await Promise.all([onScreen([60, 60]), onScreen([90, 60])]);
      for (const type of ['mousePressed', 'mouseMoved', 'mouseReleased'] as const) {
        const [x, y] = type === 'mousePressed' ? a : b;
        const common = { x, y, pointerType: 'pen', button: 'left', force: 0.5 } as const;
        await touch.send('Input.dispatchMouseEvent', { type, ...common, buttons: 1, clickCount: 1 });
      }
      const painted = (await labelled()).count(0);
      expect(painted).toBeLessThan(SIDE * SIDE);
      const left = () => ada.page.getByTestId('workbench-canvas').getAttribute('data-offset-x');
      const before = Number(await left());
      await fingers('touchStart', [a]);
      await fingers('touchMove', [[a[0] + 40, a[1]]]);
      await fingers('touchEnd', []);
      expect(Number(await left()) - before).toBeGreaterThan(20);
      expect((await labelled()).count(0)).toBe(painted);
      await look('pen-and-fingers');
    });
  });
});
