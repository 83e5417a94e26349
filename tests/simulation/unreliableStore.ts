/**
 * The way from one server process to the store: every call takes its time, may fail before or after its work is done, and
 * may do its work though the caller is dead. The store itself is the one that the rooms' own tests use.
 */
import { ProtocolError } from '@cotrace/protocol';
import type { Owner, VirtualTime } from './virtualTime.ts';
import type { Dice } from './weather.ts';

export interface StoreWeather {
  storeMs: readonly [number, number];
  failedCalls: number;
  slowCalls: number;
}

export interface Call {
  readonly caller: Owner;
  readonly method: string;
  readonly args: readonly unknown[];
}

export interface StoreWay {
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly weather: StoreWeather;
  readonly trace: (line: string) => void;
  readonly caller: Owner;
  /** Nothing of this caller reaches the store while it holds. */
  isCutOff(): boolean;
  /** The work is done; the caller does not know yet. */
  onDone(call: Call, result: unknown): void;
}

/** Milliseconds after which a caller gives a store up that does not answer. */
const TIMEOUT_MS = 2_000;

type Method = (...args: unknown[]) => Promise<unknown>;

export function unreliable<S extends object>(store: S, way: StoreWay): S {
  const { time, dice, weather, trace, caller } = way;
  const call = (method: string, args: readonly unknown[]): Promise<unknown> => {
    // As bytes on a wire: what the caller does to its arrays afterwards is its own affair.
    const sent = structuredClone(args) as unknown[];
    return new Promise((resolve, reject) => {
      const answer = (delayMs: number, tell: () => void) => time.at(delayMs, caller, tell);
      const fail = (delayMs: number, what: string) => {
        trace(`${caller.name}: ${method} ${what}`);
        answer(delayMs, () => reject(new ProtocolError('DATABASE_UNAVAILABLE')));
      };
      if (way.isCutOff()) return fail(TIMEOUT_MS, 'does not reach the store');
      const slowMs = dice.chance(weather.slowCalls) ? dice.between(500, 4_000) : 0;
      if (slowMs > 0) trace(`${caller.name}: ${method} will take ${Math.round(slowMs)} ms`);
      time.at(dice.delay(weather.storeMs) + slowMs, time.world, () => {
        if (caller.isDead && dice.chance(0.5)) return;
        const isFailing = dice.chance(weather.failedCalls);
        if (isFailing && dice.chance(0.5)) return fail(1, 'fails before its work is done');
        (store as Record<string, Method>)[method]!(...sent).then(
          (result) => {
            way.onDone({ caller, method, args: sent }, result);
            if (isFailing || way.isCutOff()) return fail(1, 'fails after its work is done');
            answer(dice.delay(weather.storeMs), () => resolve(structuredClone(result)));
          },
          (error: unknown) => answer(dice.delay(weather.storeMs), () => reject(error)),
        );
      });
    });
  };
  return new Proxy(store, {
    get: (target, name) => {
      const value = Reflect.get(target, name) as unknown;
      if (typeof name !== 'string' || typeof value !== 'function') return value;
      return (...args: unknown[]) => call(name, args);
    },
  });
}
