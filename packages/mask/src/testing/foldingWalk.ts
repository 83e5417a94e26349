/** Random walks of a composition that folds, beside a list of every record that counts and a naive picture of it. */
import fc from 'fast-check';
import { expect } from 'vitest';
import {
  type Change,
  type Composition,
  createComposition,
  type PlacedRecord,
  type Runs,
  runsFromTriples,
  splitStroke,
  TILE_PIXELS,
  TILE_SIZE,
  type TileFold,
} from '../index.ts';
import { HEIGHT, naiveTop, someRuns, WIDTH } from './oracle.ts';

/** The small areas of the oracle lie where four tiles meet, in a mask that ends within its tiles. */
export const SIZE = { width: 170, height: 150 };
/** All that is ever painted. */
const WINDOW = { x0: 108, y0: 113, x1: 108 + WIDTH, y1: 113 + HEIGHT };
const moved = (runs: Runs) =>
  runsFromTriples(runs.map((value, i) => value + (i % 3 === 0 ? WINDOW.y0 : WINDOW.x0)));
export const SESSIONS = ['ben', 'anna', 'cleo'];

const pick = fc.nat(1000);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('paint' as const),
      runs: someRuns.map(moved),
      session: fc.nat(2),
      lamport: fc.integer({ min: 1, max: 12 }),
      label: fc.nat(3),
      split: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('remove' as const),
      which: fc.array(pick, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('startFold' as const), which: fc.array(pick, { maxLength: 6 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('stepFold' as const), steps: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('finishFold' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancelFold' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('look' as const),
      x: fc.integer({ min: 100, max: 180 }),
      y: fc.integer({ min: 100, max: 160 }),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
export const steps = fc.array(step, { minLength: 5, maxLength: 40, size: 'max' });

/** A composition, a list of every record that counts, folded or not, and what must hold between the two after every step. */
export class Walk {
  readonly all = new Map<string, PlacedRecord>();
  readonly live = new Set<string>();
  readonly stamps = new Set<string>();
  /** A replica that never folds, and gets the tiles of finished folds. */
  readonly follower = createComposition(SIZE);
  fold: { job: TileFold; ids: string[] } | undefined;
  private next = 0;
  private picture: Uint8Array = new Uint8Array(WIDTH * HEIGHT);

  constructor(readonly composition: Composition) {}

  do(step: Step): void {
    if (step.do === 'paint') this.paint(step);
    if (step.do === 'remove')
      this.remove(this.chosen(step.which).filter((id) => !this.fold?.ids.includes(id)));
    if (step.do === 'startFold' && this.fold === undefined) {
      const ids = this.chosen(step.which);
      this.fold = { ids, job: this.composition.startFold(ids, SESSIONS) };
    }
    if (step.do === 'stepFold') for (let i = 0; i < step.steps; i++) this.fold?.job.step();
    if (step.do === 'finishFold') this.finish();
    if (step.do === 'cancelFold') {
      this.fold?.job.cancel();
      this.fold = undefined;
    }
    if (step.do === 'look') this.look(step.x, step.y);
    this.check();
  }

  finish(): void {
    if (this.fold === undefined) return;
    const { ids, job } = this.fold;
    job.finish();
    this.fold = undefined;
    for (const id of ids) this.live.delete(id);
    const change = this.follower.setBase({
      tiles: job.tiles,
      sessions: SESSIONS,
      replaceAll: false,
      removed: ids,
    });
    expect(change).toEqual({ tiles: [], painted: 0 });
  }

  private chosen(which: number[]): string[] {
    const ids = [...this.live];
    return ids.length === 0 ? [] : [...new Set(which.map((at) => ids[at % ids.length]!))];
  }

  private paint({ runs, session, lamport, label, split }: Step & { do: 'paint' }): void {
    const sessionId = SESSIONS[session]!;
    // In one session a lamport names one stroke.
    const stamp = `${lamport} ${sessionId}`;
    if (this.stamps.has(stamp)) return;
    this.stamps.add(stamp);
    const half = Math.floor(runs.length / 6) * 3;
    const parts = split && half > 0 ? [runs.slice(0, half), runs.slice(half)] : [runs];
    const [whole] = splitStroke({ strokeId: this.next, lamport, label, runs });
    parts.forEach((piece, part) => {
      const placed = { id: `${this.next++}`, sessionId, record: { ...whole!, part, runs: piece as Runs } };
      this.all.set(placed.id, placed);
      this.live.add(placed.id);
      this.told([this.composition.add(placed)]);
      this.follower.add(placed);
    });
  }

  private remove(ids: string[]): void {
    if (ids.length === 0) return;
    for (const id of ids) {
      this.all.delete(id);
      this.live.delete(id);
    }
    this.told([this.composition.removeAll(ids)]);
    for (const id of ids) this.follower.remove(id);
  }

  /** What the changes say is what is seen. */
  private told(changes: Change[]): void {
    const after = windowOf(this.composition);
    let painted = 0;
    const differing = new Set<number>();
    for (let at = 0; at < after.length; at++) {
      if (after[at] === this.picture[at]) continue;
      if (after[at] !== 0) painted++;
      const y = WINDOW.y0 + Math.floor(at / WIDTH);
      const x = WINDOW.x0 + (at % WIDTH);
      differing.add(Math.floor(y / 128) * this.composition.tilesAcross + Math.floor(x / 128));
    }
    const named = changes.flatMap(({ tiles }) => tiles);
    expect([...differing].filter((tile) => !named.includes(tile))).toEqual([]);
    expect(changes.reduce((sum, change) => sum + change.painted, 0)).toBe(painted);
    this.picture = after;
  }

  private look(x: number, y: number): void {
    const inside = x >= WINDOW.x0 && x < WINDOW.x1 && y >= WINDOW.y0 && y < WINDOW.y1;
    const placed = inside ? this.top()[(y - WINDOW.y0) * WIDTH + x - WINDOW.x0] : undefined;
    const expected = placed && {
      lamport: placed.record.lamport,
      sessionId: placed.sessionId,
      label: placed.record.label,
    };
    expect(this.composition.stampAt(x, y)).toEqual(expected);
    expect(this.composition.labelAt(x, y)).toBe(expected?.label ?? 0);
  }

  /** What whole tiles say of each pixel of the window. */
  private stampsOfTiles(): (string | undefined)[] {
    const { composition } = this;
    const tiles = Array.from({ length: composition.tilesAcross * composition.tilesDown }, (_, index) =>
      composition.tileStamps(index),
    );
    return Array.from({ length: (WINDOW.x1 - WINDOW.x0) * (WINDOW.y1 - WINDOW.y0) }, (_, at) => {
      const y = WINDOW.y0 + Math.floor(at / WIDTH);
      const x = WINDOW.x0 + (at % WIDTH);
      const tile = tiles[(y >> 7) * composition.tilesAcross + (x >> 7)];
      const stamp = tile?.stamps[tile.plane[(y & 127) * 128 + (x & 127)]! - 1];
      return stamp && `${stamp.lamport} ${stamp.sessionId} ${stamp.label}`;
    });
  }

  private top() {
    return naiveTop(this.all.values(), WINDOW);
  }

  check(): void {
    const expected = Uint8Array.from(this.top(), (placed) => placed?.record.label ?? 0);
    const seen = windowOf(this.composition);
    expect(Buffer.compare(seen, expected)).toBe(0);
    expect(Buffer.compare(seen, this.picture)).toBe(0);
    expect(this.stampsOfTiles()).toEqual(
      this.top().map(
        (placed) => placed && `${placed.record.lamport} ${placed.sessionId} ${placed.record.label}`,
      ),
    );
    const counts = new Uint32Array(256);
    counts[0] = SIZE.width * SIZE.height - expected.length;
    for (const label of expected) counts[label]!++;
    expect(this.composition.labelCounts.every((count, label) => count === counts[label])).toBe(true);
    const wrong = [...this.all.keys()].filter((id) => this.composition.has(id) !== this.live.has(id));
    expect(wrong).toEqual([]);
  }

  /** Everything once more, from the tiles and the records that are left. */
  joined(): Composition {
    const { composition } = this;
    const joined = createComposition({ ...SIZE, maxPlanes: 2 });
    const indexes = Array.from({ length: composition.tilesAcross * composition.tilesDown }, (_, i) => i);
    const tiles = indexes.flatMap((index) => {
      const bytes = composition.baseTile(index);
      return bytes === undefined ? [] : [[index, bytes] as const];
    });
    joined.setBase({ tiles, sessions: SESSIONS, replaceAll: true });
    for (const id of this.live) joined.add(this.all.get(id)!);
    return joined;
  }
}

/** The labels of the window, tile by tile as a page draws them. */
function windowOf(composition: Composition): Uint8Array {
  const window = new Uint8Array(WIDTH * HEIGHT);
  const tile = new Uint8Array(TILE_PIXELS);
  for (let index = 0; index < composition.tilesAcross * composition.tilesDown; index++) {
    composition.copyTile(index, tile);
    const left = (index % composition.tilesAcross) * TILE_SIZE;
    const top = Math.floor(index / composition.tilesAcross) * TILE_SIZE;
    for (let y = Math.max(top, WINDOW.y0); y < Math.min(top + TILE_SIZE, WINDOW.y1); y++) {
      const from = Math.max(left, WINDOW.x0);
      const to = Math.min(left + TILE_SIZE, WINDOW.x1);
      const row = (y - top) * TILE_SIZE - left;
      window.set(tile.subarray(row + from, row + to), (y - WINDOW.y0) * WIDTH + from - WINDOW.x0);
    }
  }
  return window;
}

/** All steps, then the fold that may be left. */
export const walk = (maxPlanes: number, all: Step[]) => {
  const walked = new Walk(createComposition({ ...SIZE, maxPlanes }));
  for (const one of all) walked.do(one);
  walked.finish();
  walked.check();
  return walked;
};
