/** Several pages of one mask over a network that delays, doubles and reorders; deterministic by seed. No clock, no socket. */
import { createComposition, type Runs, rasterizeStroke } from '@cotrace/mask';
import fc from 'fast-check';
import * as Y from 'yjs';
import { type MaskDoc, openMaskDoc } from '../index.ts';

export const SIZE = { width: 200, height: 150 };
export const LABELS: ReadonlySet<number> = new Set([1, 2, 3]);

export const cases = (few: number) => ({ numRuns: process.env.COTRACE_LONG ? 10_000 : few });

export interface Page {
  readonly doc: Y.Doc;
  readonly mask: MaskDoc;
  /** Updates of others on their way to this page. */
  readonly inbox: Uint8Array[];
}

export function openPages(sessions: readonly string[]): Page[] {
  const pages = sessions.map((sessionId, i): Page => {
    const doc = new Y.Doc();
    // Yjs draws client ids at random; a failing seed has to fail again.
    doc.clientID = 1000 + i;
    return { doc, mask: openMaskDoc({ doc, ...SIZE, sessionId, labels: LABELS }), inbox: [] };
  });
  for (const page of pages) {
    page.doc.on('update', (update: Uint8Array, _: unknown, __: Y.Doc, { local }: Y.Transaction) => {
      if (local) for (const other of pages) if (other !== page) other.inbox.push(update);
    });
  }
  return pages;
}

export type Step =
  | { do: 'paint'; page: number; label: number; runs: Runs }
  | { do: 'undo' | 'redo'; page: number }
  | { do: 'deliver'; page: number; which: number; again: boolean };

const page = fc.nat(2);
export const stroke = fc
  .record({
    x: fc.nat(SIZE.width),
    y: fc.nat(SIZE.height),
    dx: fc.integer({ min: -40, max: 40 }),
    dy: fc.integer({ min: -40, max: 40 }),
    diameter: fc.integer({ min: 1, max: 40 }),
  })
  .map(({ x, y, dx, dy, diameter }) =>
    rasterizeStroke(
      [
        { x, y },
        { x: x + dx, y: y + dy },
      ],
      { shape: 'round', diameter },
    ),
  );

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('paint' as const), page, label: fc.nat(3), runs: stroke }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('undo' as const, 'redo' as const), page }) },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('deliver' as const),
        page,
        which: fc.nat(99),
        again: fc.boolean(),
      }),
    },
  ),
  { maxLength: 40 },
);

export function perform(pages: readonly Page[], step: Step): void {
  const { doc, mask, inbox } = pages[step.page]!;
  switch (step.do) {
    case 'paint':
      mask.paint(step);
      return;
    case 'undo':
      mask.undo();
      return;
    case 'redo':
      mask.redo();
      return;
    case 'deliver': {
      const [update] = inbox.splice(step.which % Math.max(inbox.length, 1), 1);
      if (update === undefined) return;
      Y.applyUpdate(doc, update);
      if (step.again) Y.applyUpdate(doc, update);
    }
  }
}

/** Delivers whatever is still on its way, to everybody. */
export function settle(pages: readonly Page[]): void {
  for (const { doc, inbox } of pages) for (const update of inbox.splice(0)) Y.applyUpdate(doc, update);
}

/** The picture of all live records, laid afresh. */
export function pictureOf({ mask }: Pick<Page, 'mask'>): Uint8Array {
  const fresh = createComposition(SIZE);
  const sessions = [...mask.doc.share.keys()].map((name) => name.replace('ops:', ''));
  for (const sessionId of sessions) {
    for (const { id, record } of mask.liveRecordsOf(sessionId)) fresh.add({ id, sessionId, record });
  }
  return fresh.toLabels();
}
