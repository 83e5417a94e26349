/** One person at a browser: signs in, opens a section, paints with the mouse, reads what the page says. */
import {
  type CallOptions,
  type CallResult,
  type Client,
  createClient,
  type Fetch,
  type RouteName,
} from '@cotrace/protocol';
import type { Browser, BrowserContext, Page } from 'playwright';

export interface Person {
  readonly context: BrowserContext;
  /** The tab in front: another one after this was closed. */
  page: Page;
  /** REST with this person's cookie. */
  call<N extends RouteName>(name: N, options: CallOptions<N>): Promise<CallResult<N>>;
  openSection(where: { projectId: string; sectionId: string; taskId: string }): Promise<void>;
  /** A straight stroke in image pixels with the label of this number key. */
  stroke(label: string, from: [number, number], to: [number, number]): Promise<void>;
  /** One click each with the brush as it is. */
  dots(points: readonly [number, number][]): Promise<void>;
  saved(): Promise<void>;
  labels(): Promise<number[]>;
  close(): Promise<void>;
}

/** Somebody new, who follows the invitation of `by` and gives a name, an address and a password. */
export async function invitePerson(
  by: Person,
  { browser, origin }: { browser: Browser; origin: string },
  { projectId, role, name }: { projectId: string; role: 'annotator' | 'viewer'; name: string },
): Promise<Person> {
  const invitation = await by.call('createInvitation', { params: { projectId }, body: { role } });
  const person = await openPerson(browser, origin);
  await person.page.goto(new URL(new URL(invitation.url!).pathname, origin).href);
  await person.page.getByLabel('Name', { exact: true }).fill(name);
  await person.page.getByLabel('E-mail').fill(`${name.toLowerCase()}@example.org`);
  await person.page.getByLabel('Password').fill(`${name}-paints-cells-1`);
  await person.page.getByRole('button', { name: /join/i }).click();
  await person.page.waitForURL(/\/projects\//);
  return person;
}

export async function openPerson(browser: Browser, origin: string): Promise<Person> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, acceptDownloads: true });
  const client = restClient(context, origin);
  const person: Person = {
    context,
    page: await context.newPage(),
    call: (name, options) => client.call(name, options),
    async openSection({ projectId, sectionId, taskId }) {
      await person.page.goto(`${origin}/projects/${projectId}/sections/${sectionId}?task=${taskId}`);
      await person.page.getByTestId('workbench-canvas').waitFor();
      await person.page.locator('[data-testid="save-state"][data-state="saved"]').waitFor();
    },
    async stroke(label, from, to) {
      const onScreen = await placeOnScreen(person.page);
      await person.page.keyboard.press('b');
      await person.page.keyboard.press(label);
      await person.page.mouse.move(...onScreen(from));
      await person.page.mouse.down();
      await person.page.mouse.move(...onScreen(to), { steps: 12 });
      await person.page.mouse.up();
    },
    async dots(points) {
      const onScreen = await placeOnScreen(person.page);
      for (const point of points) await person.page.mouse.click(...onScreen(point));
    },
    async saved() {
      await person.page
        .locator('[data-testid="save-state"][data-state="saved"][data-pending="0"]')
        .waitFor({ timeout: 30_000 });
    },
    async labels() {
      // As text: a quarter of a million numbers take a second to cross as JSON.
      const text = await person.page.evaluate(() => {
        const labels = (window as unknown as { cotrace: { labels(): Uint8Array } }).cotrace.labels();
        let latin1 = '';
        for (let at = 0; at < labels.length; at += 8192)
          latin1 += String.fromCharCode(...labels.subarray(at, at + 8192));
        return btoa(latin1);
      });
      return [...Buffer.from(text, 'base64')];
    },
    close: () => context.close(),
  };
  return person;
}

/** From image pixels to where they are shown now. */
async function placeOnScreen(page: Page): Promise<(point: readonly [number, number]) => [number, number]> {
  const canvas = page.getByTestId('workbench-canvas');
  const box = (await canvas.boundingBox())!;
  const [scale, offsetX, offsetY] = await Promise.all(
    ['data-scale', 'data-offset-x', 'data-offset-y'].map(async (name) =>
      Number(await canvas.getAttribute(name)),
    ),
  );
  return ([x, y]) => [box.x + offsetX! + x * scale!, box.y + offsetY! + y * scale!];
}

/** The page's own cookies, sent from Node: what the page may do, and no more. */
export function restClient(context: BrowserContext, origin: string): Client {
  const fetchWithCookies: Fetch = async (url, init) => {
    const cookies = await context.cookies(origin);
    const response = await fetch(url, {
      method: init.method,
      headers: {
        ...init.headers,
        origin,
        cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
      },
      ...(init.body === undefined ? {} : { body: init.body as string }),
    });
    return response;
  };
  return createClient({ baseUrl: origin, fetch: fetchWithCookies });
}
