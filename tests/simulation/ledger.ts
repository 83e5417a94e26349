/**
 * Who wanted what: every stroke that anybody painted, whether its author has it undone, and whether they were told that it
 * is saved. And the picture that follows, by the pixel rule alone. Shares no code with the composition.
 */
import type { Runs } from '@cotrace/mask';

export interface Stroke {
  readonly sessionId: string;
  readonly strokeId: number;
  readonly lamport: number;
  readonly label: number;
  readonly runs: Runs;
}

interface Intent {
  stroke: Stroke;
  isLive: boolean;
  /** Whether it is in the mask nobody can say. */
  isAbandoned: boolean;
}

export interface Claimed {
  readonly sessionId: string;
  readonly strokeId: number;
  readonly isLive: boolean;
}

export const strokeKey = (sessionId: string, strokeId: number): string => `${sessionId}:${strokeId}`;

export class Ledger {
  private readonly intents = new Map<string, Intent>();
  /** Per session, what its page has not been told to be saved. */
  private readonly open = new Map<string, Set<number>>();

  wrote(stroke: Stroke): void {
    this.intents.set(strokeKey(stroke.sessionId, stroke.strokeId), {
      stroke,
      isLive: true,
      isAbandoned: false,
    });
    this.openOf(stroke.sessionId).add(stroke.strokeId);
  }

  /** Undone or done again. */
  turned(sessionId: string, strokeId: number, isLive: boolean): void {
    const intent = this.intents.get(strokeKey(sessionId, strokeId));
    if (intent === undefined) throw new Error(`Nobody painted stroke ${strokeId} of ${sessionId}.`);
    intent.isLive = isLive;
    this.openOf(sessionId).add(strokeId);
  }

  knows(sessionId: string, strokeId: number): boolean {
    return this.intents.has(strokeKey(sessionId, strokeId));
  }

  /** The page says that everything is saved; returns what it has not said before. */
  saved(sessionId: string): Claimed[] {
    return this.savedOnly(sessionId, [...this.openOf(sessionId)]);
  }

  /** The page says that these are saved; returns those of which it has not said so before. */
  savedOnly(sessionId: string, strokeIds: readonly number[]): Claimed[] {
    const open = this.openOf(sessionId);
    return strokeIds.flatMap((strokeId) => {
      if (!open.delete(strokeId)) return [];
      const intent = this.intents.get(strokeKey(sessionId, strokeId))!;
      return { sessionId, strokeId, isLive: intent.isLive };
    });
  }

  /**
   * The page is gone. What was not saved is as its author left it where the device keeps it so; of the rest nobody can say
   * whether it will be in the mask. Returns how many those are.
   */
  abandon(sessionId: string, kept: ReadonlyMap<number, boolean>): number {
    let lost = 0;
    const open = this.openOf(sessionId);
    for (const strokeId of [...open]) {
      const intent = this.intents.get(strokeKey(sessionId, strokeId))!;
      if (kept.get(strokeId) === intent.isLive) continue;
      intent.isAbandoned = true;
      open.delete(strokeId);
      lost++;
    }
    return lost;
  }

  openCount(sessionId: string): number {
    return this.openOf(sessionId).size;
  }

  get strokeCount(): number {
    return this.intents.size;
  }

  /** The strokes that must be in the mask; of those that nobody is sure of, those that `isThere`. */
  strokes(isThere: (sessionId: string, strokeId: number) => boolean): Stroke[] {
    return [...this.intents.values()].flatMap(({ stroke, isLive, isAbandoned }) =>
      (isAbandoned ? isThere(stroke.sessionId, stroke.strokeId) : isLive) ? stroke : [],
    );
  }

  private openOf(sessionId: string): Set<number> {
    const open = this.open.get(sessionId) ?? new Set();
    this.open.set(sessionId, open);
    return open;
  }
}

/** Every stroke in the order of its stamp over the last. */
export function naivePicture(
  strokes: readonly Stroke[],
  { width, height }: { width: number; height: number },
): Uint8Array {
  const pixels = new Uint8Array(width * height);
  const ordered = [...strokes].sort(
    (a, b) => a.lamport - b.lamport || (a.sessionId < b.sessionId ? -1 : a.sessionId > b.sessionId ? 1 : 0),
  );
  for (const { runs, label } of ordered) {
    for (let i = 0; i < runs.length; i += 3) {
      const y = runs[i]!;
      if (y < 0 || y >= height) continue;
      const from = Math.max(0, runs[i + 1]!);
      const to = Math.min(width, runs[i + 2]!);
      if (from < to) pixels.fill(label, y * width + from, y * width + to);
    }
  }
  return pixels;
}

export interface Difference {
  readonly count: number;
  readonly x: number;
  readonly y: number;
  readonly expected: number;
  readonly got: number;
}

export function differenceOf(
  expected: Uint8Array,
  got: Uint8Array,
  width: number,
  /** Pixels that are not compared. */
  doubtful?: ReadonlySet<number>,
): Difference | undefined {
  let count = 0;
  let first = -1;
  for (let i = 0; i < expected.length; i++) {
    if (expected[i] === got[i] || doubtful?.has(i)) continue;
    if (first < 0) first = i;
    count++;
  }
  if (first < 0) return undefined;
  return {
    count,
    x: first % width,
    y: Math.floor(first / width),
    expected: expected[first]!,
    got: got[first]!,
  };
}
