/** The bridge from the workbench's framework-free parts to React. Holds no state of its own. */
import { useSyncExternalStore } from 'react';
import type { Store } from './store.ts';

/** A part of a store; renders again when that part is another one. `select` must answer kept values, not new ones. */
export function useStore<T extends object, P>(store: Store<T>, select: (value: T) => P): P {
  const read = () => select(store.get());
  return useSyncExternalStore(store.subscribe, read, read);
}
