/** What a seed is like: how many people, how they work, and what goes wrong how often. Draws numbers, does nothing. */
import { hash, type SeededRandom, seededRandom } from '@cotrace/tissue';

export interface Weather {
  readonly painters: number;
  readonly viewers: number;
  readonly hostile: number;
  readonly servers: number;
  /** Milliseconds of trouble, before everything heals. */
  readonly troubleMs: number;
  /** Mean milliseconds between two things that one person does. */
  readonly actEveryMs: number;
  /** Mean milliseconds between two faults of the world. */
  readonly faultEveryMs: number;
  /** Milliseconds one way: least, and mean above it. */
  readonly latencyMs: readonly [least: number, above: number];
  readonly storeMs: readonly [least: number, above: number];
  /** Part of the frames that vanish in a living connection, towards the server and towards the page. */
  readonly lostUp: number;
  readonly lostDown: number;
  /**
   * Strokes of a session that can be undone: few, so that folds have something to take. A page takes some seconds to notice
   * that an undo got lost on its way; nobody paints so many strokes meanwhile that it comes too late.
   */
  readonly undoHorizon: number;
  /** Bytes of a document above which a new epoch may begin. */
  readonly epochBytes: number;
  /** Part of the database calls that fail before or after they have done their work. */
  readonly failedCalls: number;
  /** Part of the database calls that take a second or more. */
  readonly slowCalls: number;
  /** Weights of the faults. */
  readonly faults: Readonly<Record<Fault, number>>;
}

export const FAULTS = [
  'cut',
  'halfClose',
  'partitionPage',
  'partitionStore',
  'killServer',
  'restartServer',
  'crashPage',
  'switchServer',
] as const;
export type Fault = (typeof FAULTS)[number];

export class Dice implements SeededRandom {
  private readonly random: SeededRandom;
  readonly word: () => number;
  readonly unit: () => number;
  readonly between: (from: number, to: number) => number;
  readonly direction: () => [number, number];

  constructor(seed: number, name: string) {
    const named = [...name].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), 7);
    this.random = seededRandom(hash(seed, named));
    ({ word: this.word, unit: this.unit, between: this.between, direction: this.direction } = this.random);
  }

  chance(probability: number): boolean {
    return probability > 0 && this.unit() < probability;
  }
  /** Whole, both ends included. */
  int(from: number, to: number): number {
    return from + Math.floor(this.unit() * (to - from + 1));
  }
  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.unit() * from.length)]!;
  }
  /** Of a mean, as waiting times are. */
  wait(mean: number): number {
    return -Math.log(1 - this.unit()) * mean;
  }
  delay([least, above]: readonly [number, number]): number {
    return least + this.wait(above);
  }
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let at = this.unit() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      at -= weight;
      if (at < 0) return key;
    }
    return entries.at(-1)![0];
  }
}

export function weatherOf(seed: number): Weather {
  const dice = new Dice(seed, 'weather');
  /** Most seeds know few kinds of trouble, so that what goes wrong has one cause. */
  const often = (probability: number, most: number) => (dice.chance(probability) ? dice.between(0, most) : 0);
  const faults = Object.fromEntries(FAULTS.map((fault) => [fault, often(0.6, 1)])) as Record<Fault, number>;
  const lostUp = often(0.2, 0.02);
  return {
    painters: dice.int(2, 4),
    viewers: dice.chance(0.25) ? 1 : 0,
    hostile: dice.chance(0.3) ? 1 : 0,
    servers: dice.chance(0.75) ? 2 : 1,
    troubleMs: dice.between(4_000, 20_000),
    actEveryMs: dice.between(150, 700),
    faultEveryMs: dice.between(500, 5_000),
    latencyMs: [dice.between(0.2, 20), dice.between(1, 80)],
    storeMs: [dice.between(0.2, 5), dice.between(1, 30)],
    lostUp,
    lostDown: often(0.25, 0.02),
    epochBytes: dice.int(300, 3_000),
    undoHorizon: lostUp > 0 ? 150 : dice.int(4, 20),
    failedCalls: often(0.4, 0.15),
    slowCalls: often(0.3, 0.1),
    faults,
  };
}
