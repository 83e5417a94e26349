/**
 * The clocks, timers and dice of the process, exchangeable for those of a simulation. Import it before anything else:
 * lib0 and others keep what they find. While no simulation runs, everything is as it was.
 */
import { webcrypto } from 'node:crypto';

export interface VirtualTimer {
  ref(): VirtualTimer;
  unref(): VirtualTimer;
  hasRef(): boolean;
  refresh(): VirtualTimer;
  close(): void;
}

export interface Universe {
  /** Milliseconds since the simulation began. */
  now(): number;
  startTimer(task: () => void, ms: number, repeats: boolean): VirtualTimer;
  stopTimer(timer: unknown): void;
  /** Uniform in [0, 1). */
  unit(): number;
  fill(bytes: Uint8Array): void;
}

/** What the system clock shows when a simulation begins. */
const EPOCH_MS = 1_700_000_000_000;

const real = {
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
  setImmediate: globalThis.setImmediate,
  clearTimeout: globalThis.clearTimeout,
  clearInterval: globalThis.clearInterval,
  clearImmediate: globalThis.clearImmediate,
  dateNow: Date.now,
  performanceNow: performance.now.bind(performance),
  random: Math.random,
  getRandomValues: webcrypto.getRandomValues.bind(webcrypto),
};

let universe: Universe | undefined;

/** From here on the process lives in this universe; undefined: in the real one. */
export function enterUniverse(next: Universe | undefined): void {
  universe = next;
}

/** Events after which the process looks at the rest of the world, and at promises that nobody has handled. */
const TURN_EVERY = 40;
let turns = 0;

/**
 * Resolves when all microtasks that are due have run, and those that they make due. A tick comes after them, and costs a
 * hundredth of a turn of the event loop.
 */
export const microtasksDone = (): Promise<void> =>
  new Promise((resolve) => {
    if (turns++ % TURN_EVERY === 0) real.setImmediate(resolve);
    else process.nextTick(resolve);
  });

export const realNow = (): number => real.performanceNow();

type Callback = (...args: unknown[]) => void;

const starter =
  (repeats: boolean, fallback: unknown) =>
  (callback: Callback, ms?: number, ...args: unknown[]) =>
    universe === undefined
      ? (fallback as (...all: unknown[]) => unknown)(callback, ms, ...args)
      : universe.startTimer(() => callback(...args), Math.max(1, Number(ms) || 0), repeats);

const stopper = (fallback: unknown) => (timer: unknown) =>
  universe === undefined ? (fallback as Callback)(timer) : universe.stopTimer(timer);

Object.assign(globalThis, {
  setTimeout: starter(false, real.setTimeout),
  setInterval: starter(true, real.setInterval),
  setImmediate: (callback: Callback, ...args: unknown[]) =>
    universe === undefined
      ? real.setImmediate(callback, ...args)
      : universe.startTimer(() => callback(...args), 0, false),
  clearTimeout: stopper(real.clearTimeout),
  clearInterval: stopper(real.clearInterval),
  clearImmediate: stopper(real.clearImmediate),
});

Date.now = () => (universe === undefined ? real.dateNow() : EPOCH_MS + Math.floor(universe.now()));
performance.now = () => (universe === undefined ? real.performanceNow() : universe.now());
Math.random = () => (universe === undefined ? real.random() : universe.unit());
Object.defineProperty(webcrypto, 'getRandomValues', {
  configurable: true,
  value: <T extends NodeJS.ArrayBufferView>(view: T): T => {
    if (universe === undefined) return real.getRandomValues(view as never) as T;
    universe.fill(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    return view;
  },
});
