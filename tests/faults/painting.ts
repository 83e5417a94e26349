/** People at work: authors who paint, undo and redo at random until told to stop. Knows a ledger, no server. */
import { clip, type Runs, rasterizeStroke } from '@cotrace/mask';
import type { Author } from './ledger.ts';

export type Random = () => number;

/** Mulberry32: a seed gives the same numbers everywhere. Numbers in [0, 1). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function randomRuns(random: Random, size: { width: number; height: number }): Runs {
  const x = random() * size.width;
  const y = random() * size.height;
  const points = [
    { x, y },
    { x: x + (random() - 0.5) * 60, y: y + (random() - 0.5) * 60 },
    { x: x + (random() - 0.5) * 90, y: y + (random() - 0.5) * 90 },
  ];
  return clip(rasterizeStroke(points, { shape: 'round', diameter: 3 + Math.floor(random() * 14) }), size);
}

/** One action: mostly a stroke of a label of the table or the eraser, now and then an undo or a redo. */
export function actAtRandom(author: Author, random: Random, size: { width: number; height: number }): void {
  const what = random();
  if (what < 0.15) author.undo();
  else if (what < 0.22) author.redo();
  else author.paint(what < 0.3 ? 0 : 1 + Math.floor(random() * 9), randomRuns(random, size));
}

export interface Work {
  stop(): void;
}

/** Every author acts once in `everyMs`, not all at once. */
export function startWork(
  authors: readonly Author[],
  random: Random,
  { everyMs, size }: { everyMs: number; size: { width: number; height: number } },
): Work {
  const timers = new Set<NodeJS.Timeout>();
  for (const [i, author] of authors.entries()) {
    const first = setTimeout(
      () => {
        timers.delete(first);
        timers.add(setInterval(() => actAtRandom(author, random, size), everyMs));
      },
      (i * everyMs) / authors.length,
    );
    timers.add(first);
  }
  return {
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

/** A part of the time that things take, not a wait for anything. */
export const elapsed = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves when the condition holds, asked every 5 ms; fails with `what` after `withinMs`. */
export async function eventually(what: string, condition: () => boolean, withinMs = 60_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Not within ${withinMs} ms: ${what}.`);
    await elapsed(5);
  }
}

/** A promise that says what it was for when it takes too long. */
export async function within<T>(what: string, promise: Promise<T>, ms = 60_000): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not within ${ms} ms: ${what}.`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
