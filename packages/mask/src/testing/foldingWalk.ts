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
  type TileFold,
} from '../index.ts';
import { naiveTop, someRuns } from './oracle.ts';

/** The small areas of the oracle lie where four tiles meet, in a mask that ends within its tiles. */
export const SIZE = { width: 170, height: 150 };
const moved = (runs: Runs) => runsFromTriples(runs.map((value, i) => value + (i % 3 === 0 ? 113 : 108)));
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
  { weight: 1, arbitrary: fc.record({ do: fc.constant('look' as const), x: fc.nat(200), y: fc.nat(200) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
export const steps = fc.array(step, { maxLength: 30 });

/** A composition, a list of every record that counts, folded or not, and what must hold between the two after every step. */
export class Walk {
  readonly all = new Map<string, PlacedRecord>();
  readonly live = new Set<string>();
  readonly stamps = new Set<string>();
  /** A replica that never folds, and gets the tiles of finished folds. */
  readonly follower = createComposition(SIZE);
  fold: { job: TileFold; ids: string[] } | undefined;
  private next = 0;
  private picture = new Uint8Array(SIZE.width * SIZE.height);

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
    const after = this.composition.toLabels();
    let painted = 0;
    const differing = new Set<number>();
    after.forEach((label, at) => {
      if (label === this.picture[at]) return;
      if (label !== 0) painted++;
      const row = Math.floor(at / SIZE.width / 128);
      differing.add(row * this.composition.tilesAcross + Math.floor((at % SIZE.width) / 128));
    });
    const named = changes.flatMap(({ tiles }) => tiles);
    expect([...differing].filter((tile) => !named.includes(tile))).toEqual([]);
    expect(changes.reduce((sum, change) => sum + change.painted, 0)).toBe(painted);
    this.picture = after;
  }

  private look(x: number, y: number): void {
    const placed = x < SIZE.width && y < SIZE.height ? this.top()[y * SIZE.width + x] : undefined;
    const expected = placed && {
      lamport: placed.record.lamport,
      sessionId: placed.sessionId,
      label: placed.record.label,
    };
    expect(this.composition.stampAt(x, y)).toEqual(expected);
    expect(this.composition.labelAt(x, y)).toBe(expected?.label ?? 0);
  }

  private top() {
    return naiveTop(this.all.values(), SIZE);
  }

  check(): void {
    const expected = Uint8Array.from(this.top(), (placed) => placed?.record.label ?? 0);
    const seen = this.composition.toLabels();
    expect(Buffer.compare(seen, expected)).toBe(0);
    expect(Buffer.compare(seen, this.picture)).toBe(0);
    const counts = new Uint32Array(256);
    for (const label of expected) counts[label]!++;
    expect(this.composition.labelCounts).toEqual(counts);
    for (const id of this.all.keys()) expect(this.composition.has(id)).toBe(this.live.has(id));
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

/** All steps, then the fold that may be left. */
export const walk = (maxPlanes: number, all: Step[]) => {
  const walked = new Walk(createComposition({ ...SIZE, maxPlanes }));
  for (const one of all) walked.do(one);
  walked.finish();
  walked.check();
  return walked;
};
