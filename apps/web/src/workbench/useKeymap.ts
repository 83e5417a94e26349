'use client';
/** The keys of the person at this page, for whoever shows or uses them. */
import { createContext, useContext, useMemo } from 'react';
import { useMe } from '../api/queries.ts';
import { useStore } from './hooks.ts';
import { createKeymap, type Keymap } from './tools/keymap.ts';
import type { Action } from './tools/shortcuts.ts';

/** Outside a workbench: the table's own keys. */
const KeymapContext = createContext<Keymap>(createKeymap(undefined, ''));

export const KeymapProvider = KeymapContext.Provider;

export const useKeymap = (): Keymap => useContext(KeymapContext);

/** The first key of an action; undefined when it has none. */
export function useKeyOf(action: Action | undefined): string | undefined {
  return useStore(useKeymap().store, ({ keys }) => (action === undefined ? undefined : keys[action][0]));
}

/** A person's own: another one signs in, another one it is. */
export function useOwnKeymap(): Keymap {
  const userId = useMe().data?.userId ?? '';
  return useMemo(() => createKeymap(userId === '' ? undefined : browserStorage(), userId), [userId]);
}

function browserStorage(): Storage | undefined {
  try {
    return window.localStorage;
  } catch (error) {
    // Forbidden by the browser's settings.
    if (!(error instanceof DOMException)) throw error;
    return undefined;
  }
}
