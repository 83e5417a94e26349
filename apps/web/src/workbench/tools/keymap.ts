/**
 * Which key does what for one person: the table of shortcuts with what they have changed of it. Kept under their name in this
 * browser. No key does two things: who takes one, takes it from what had it, knowingly.
 */
import { createStore, type Store } from '../store.ts';
import { type Action, type KeyPress, keyName, SHORTCUTS } from './shortcuts.ts';

export type Matched = { readonly action: Action } | { readonly labelPlace: number };

/** Where the changes are kept; the browser's localStorage is one. */
export type KeyStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export interface Keymap {
  /** Keys by action, the first one shown in tooltips. An action may have none. */
  readonly store: Store<{ readonly keys: Readonly<Record<Action, readonly string[]>> }>;
  /** What a key press means; undefined: nothing. `labelPlace` counts from 0. */
  match(press: KeyPress): Matched | undefined;
  /** The action that has this key. */
  actionOf(key: string): Action | undefined;
  /** Gives an action one key in place of all that it had; whatever had the key loses it. */
  assign(action: Action, key: string): void;
  /** The table's own keys again, for one action (from whatever has them) or for all. */
  reset(action?: Action): void;
  /** Whether this action has other keys than in the table. */
  isChanged(action: Action): boolean;
}

type Keys = Record<Action, readonly string[]>;

const ACTIONS = SHORTCUTS.map(({ action }) => action);
const TABLE: Keys = forEach((action) => SHORTCUTS.find((one) => one.action === action)?.keys ?? []);

function forEach(keysOf: (action: Action) => readonly string[]): Keys {
  const keys: Partial<Keys> = {};
  for (const action of ACTIONS) keys[action] = keysOf(action);
  return keys as Keys;
}

export const storageKeyOf = (userId: string): string => `cotrace.shortcuts.${userId}`;

export function createKeymap(storage: KeyStorage | undefined, userId: string): Keymap {
  const place = storageKeyOf(userId);
  const store = createStore<{ readonly keys: Keys }>({ keys: read(storage, place) });
  const isTables = (keys: Keys, action: Action) => keys[action].join() === TABLE[action].join();

  const keep = (keys: Keys) => {
    store.set({ keys });
    const changed = ACTIONS.filter((action) => !isTables(keys, action));
    try {
      if (changed.length === 0) storage?.removeItem(place);
      else
        storage?.setItem(place, JSON.stringify(Object.fromEntries(changed.map((one) => [one, keys[one]]))));
    } catch (error) {
      // A browser that keeps nothing (full, or forbidden): the keys are as wished for as long as the page is open.
      if (!(error instanceof DOMException)) throw error;
    }
  };
  const actionOf = (key: string) => ACTIONS.find((action) => store.get().keys[action].includes(key));

  return {
    store,
    actionOf,
    match(press) {
      if (!press.altKey && !press.ctrlKey && !press.metaKey && /^[1-9]$/.test(press.key))
        return { labelPlace: Number(press.key) - 1 };
      const key = keyName(press);
      if (key === undefined) return undefined;
      // A letter that means nothing of its own with Shift means what it means without: Caps Lock is no trouble.
      const action = actionOf(key) ?? actionOf(key.replace(/^Shift\+/, ''));
      return action === undefined ? undefined : { action };
    },
    assign: (action, key) => keep(given(store.get().keys, action, [key])),
    reset: (action) => keep(action === undefined ? TABLE : given(store.get().keys, action, TABLE[action])),
    isChanged: (action) => !isTables(store.get().keys, action),
  };
}

/** The keys go to the action, and from whatever had one of them. */
const given = (keys: Keys, action: Action, wanted: readonly string[]): Keys =>
  forEach((one) => (one === action ? wanted : keys[one].filter((key) => !wanted.includes(key))));

/** What is kept and can still be understood; the table's own for the rest. Kept keys win over the table's. */
function read(storage: KeyStorage | undefined, place: string): Keys {
  let kept: unknown;
  try {
    kept = JSON.parse(storage?.getItem(place) ?? '{}');
  } catch (error) {
    // Not ours, or half written: as if nothing were kept.
    if (!(error instanceof SyntaxError) && !(error instanceof DOMException)) throw error;
  }
  if (typeof kept !== 'object' || kept === null) return TABLE;
  let keys = TABLE;
  for (const action of ACTIONS) {
    const own: unknown = (kept as Record<string, unknown>)[action];
    if (!Array.isArray(own) || !own.every((key) => typeof key === 'string')) continue;
    keys = given(keys, action, own);
  }
  return keys;
}
