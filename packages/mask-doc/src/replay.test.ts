/** History from the log: as it was after every entry, and who painted a pixel. */
import { createComposition, type Runs, rasterizeStroke } from '@cotrace/mask';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { documentOfNewEpoch, type MaskDoc, openMaskDoc } from './index.ts';
import { createReplay, type Replay, type ReplayEntry } from './replay.ts';

const SIZE = { width: 120, height: 90 };

const line = (x0: number, y0: number, x1: number, y1: number): Runs =>
  rasterizeStroke(
    [
      { x: x0, y: y0 },
      { x: x1, y: y1 },
    ],
    { shape: 'round', diameter: 9 },
  );

/** One document with pages of several sessions on it; each change is an entry. */
class World {
  readonly entries: ReplayEntry[] = [];
  readonly pictures: Uint8Array[] = [];
  private doc = new Y.Doc();
  private pages = new Map<string, MaskDoc>();
  private epoch = 0;
  private seq = 0;

  constructor() {
    this.follow();
  }

  page(sessionId: string): MaskDoc {
    let page = this.pages.get(sessionId);
    if (page === undefined) {
      page = openMaskDoc({ doc: this.doc, ...SIZE, sessionId });
      this.pages.set(sessionId, page);
    }
    return page;
  }

  act(sessionId: string, what: (page: MaskDoc) => unknown): void {
    const page = this.page(sessionId);
    this.author = sessionId;
    what(page);
    this.pictures.push(page.composition.toLabels());
  }

  newEpoch(): void {
    const carried = documentOfNewEpoch(this.doc, 7);
    this.doc = new Y.Doc();
    this.pages = new Map();
    this.epoch++;
    this.seq = 0;
    this.author = '';
    this.follow();
    Y.applyUpdate(this.doc, carried);
    this.pictures.push(this.page('somebody').composition.toLabels());
  }

  private author = '';

  private follow() {
    this.doc.on('update', (bytes: Uint8Array) => {
      const at = new Date(1000 * (this.entries.length + 1));
      this.entries.push({ epoch: this.epoch, seq: this.seq++, sessionId: this.author, bytes, at });
    });
  }
}

function pictureOf(replay: Replay): Uint8Array {
  const composition = createComposition(SIZE);
  for (const placed of replay.liveRecords(SIZE)) composition.add(placed);
  return composition.toLabels();
}

const paint =
  (label: number, ...ends: [number, number, number, number]) =>
  (page: MaskDoc) =>
    page.paint({ label, runs: line(...ends) });

function painted(): World {
  const world = new World();
  world.act('anna', paint(1, 10, 45, 110, 45));
  world.act('bert', paint(2, 60, 5, 60, 85));
  world.act('bert', (page) => page.undo());
  world.act('anna', paint(0, 30, 30, 30, 60));
  world.act('bert', (page) => page.redo());
  world.newEpoch();
  world.act('bert', (page) => page.undo());
  world.act('carl', paint(3, 5, 5, 115, 85));
  return world;
}

describe('D28 the log alone', () => {
  it('gives the picture after every entry, through undo, redo and a new epoch', () => {
    const { entries, pictures } = painted();
    const replay = createReplay();
    expect(entries).toHaveLength(pictures.length);
    entries.forEach((entry, i) => {
      replay.add(entry);
      expect(Buffer.compare(pictureOf(replay), pictures[i]!), `after entry ${i}`).toBe(0);
      replay.add(entry);
      expect(Buffer.compare(pictureOf(replay), pictures[i]!), `entry ${i} twice`).toBe(0);
    });
  });

  it('tells who painted over a pixel, when, and what was taken back', () => {
    const replay = createReplay();
    for (const entry of painted().entries) replay.add(entry);
    const told = replay.strokesOver(60, 45).map((stroke) => ({ ...stroke, strokeId: undefined }));
    const at = (entry: number) => new Date(1000 * entry);
    expect(told).toMatchObject([
      { sessionId: 'carl', label: 3, paintedAt: at(8), undoneAt: null },
      { sessionId: 'bert', label: 2, paintedAt: at(2), undoneAt: at(7) },
      { sessionId: 'anna', label: 1, paintedAt: at(1), undoneAt: null },
    ]);
    expect(replay.strokesOver(30, 45).map(({ label }) => label)).toEqual([0, 1]);
    expect(replay.strokesOver(0, 89)).toEqual([]);
  });

  it('keeps what an epoch did not write again: it was folded', () => {
    const world = new World();
    world.act('anna', paint(1, 10, 45, 110, 45));
    const replay = createReplay();
    for (const entry of world.entries) replay.add(entry);
    const empty = Y.encodeStateAsUpdate(new Y.Doc());
    replay.add({ epoch: 1, seq: 0, sessionId: '', bytes: empty, at: new Date() });
    expect(Buffer.compare(pictureOf(replay), world.pictures[0]!)).toBe(0);
    expect(replay.strokesOver(60, 45)).toMatchObject([{ sessionId: 'anna', undoneAt: null }]);
  });

  it('refuses an entry that does not decode, with its place', () => {
    const entry = { epoch: 2, seq: 5, sessionId: 'anna', bytes: Uint8Array.of(9, 9), at: new Date() };
    expect(() => createReplay().add(entry)).toThrow(/LOG_MALFORMED.*entry 5 of epoch 2/);
  });
});
