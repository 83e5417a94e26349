/**
 * The way from one server process to the store: every call takes its time, may fail before or after its work is done, and
 * may do its work though the caller is dead. The store itself is the one that the rooms' own tests use.
 */
import { ProtocolError } from '@cotrace/protocol';
import type { FoldCommit } from '../../apps/server/src/rooms/folds/foldStore.ts';
import type { RoomStore } from '../../apps/server/src/rooms/roomStore.ts';
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

/** How a store may be wrong, to show that the simulation would find it. */
export type StoreLie =
  /** Says that entries are committed before they are, and now and then they never will be. */
  | 'earlyAnswers'
  /** Takes a fold whatever its token and number. */
  | 'noFencing';

export interface StoreWay {
  readonly lie?: StoreLie;
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
        const work = (): Promise<unknown> => (store as Record<string, Method>)[method]!(...sent);
        if (way.lie === 'earlyAnswers' && method === 'append') return answerEarly(sent, work, resolve);
        const told =
          way.lie === 'noFencing' && method === 'commitFold' ? unfenced(store, sent) : Promise.resolve();
        told.then(work).then(
          (result) => {
            if (method === 'lease' && typeof result === 'number') tokens.set(store, result);
            way.onDone({ caller, method, args: sent }, result);
            if (isFailing || way.isCutOff()) return fail(1, 'fails after its work is done');
            answer(dice.delay(weather.storeMs), () => resolve(structuredClone(result)));
          },
          (error: unknown) => answer(dice.delay(weather.storeMs), () => reject(error)),
        );
      });
    });
  };
  const answerEarly = async (
    sent: unknown[],
    work: () => Promise<unknown>,
    resolve: (outcomes: unknown) => void,
  ) => {
    const [entries] = sent as [{ maskId: string; epoch: number }[]];
    const { maskId, epoch } = entries[0]!;
    const [head] = await (store as unknown as RoomStore).heads([maskId]);
    time.at(dice.delay(weather.storeMs), caller, () =>
      resolve([{ maskId, epoch, firstSeq: head!.head, count: entries.length }]),
    );
    if (dice.chance(0.05)) return;
    time.at(dice.between(20, 300), time.world, () =>
      work().then((outcomes) => way.onDone({ caller, method: 'append', args: sent }, outcomes)),
    );
  };
  return new Proxy(store, {
    get: (target, name) => {
      const value = Reflect.get(target, name) as unknown;
      if (typeof name !== 'string' || typeof value !== 'function') return value;
      return (...args: unknown[]) => call(name, args);
    },
  });
}

/** The newest token that each store has given. */
const tokens = new WeakMap<object, number>();

/** Makes a fold look as if nobody had folded since: the newest token, the next number. */
async function unfenced(store: object, sent: unknown[]): Promise<void> {
  const fold = sent[0] as FoldCommit;
  const [head] = await (store as RoomStore).heads([fold.maskId]);
  if (head === undefined || head.epoch !== fold.epoch) return;
  sent[0] = { ...fold, token: tokens.get(store) ?? fold.token, number: head.fold + 1 };
}
