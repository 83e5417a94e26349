/** The bridge from the workbench's framework-free parts to React. Holds no state of its own. */
import { useSyncExternalStore } from 'react';
import type { MaskSession } from './session/maskSession.ts';
import type { Store } from './store.ts';

/** A part of a store; renders again when that part is another one. `select` must answer kept values, not new ones. */
export function useStore<T extends object, P>(store: Store<T>, select: (value: T) => P): P {
  const read = () => select(store.get());
  return useSyncExternalStore(store.subscribe, read, read);
}

const never = () => () => {};

/** A part of what a session says; renders again when that part is another one. `select` must answer kept values. */
export function useSession<P>(
  session: MaskSession | undefined,
  select: (session: MaskSession | undefined) => P,
): P {
  const read = () => select(session);
  return useSyncExternalStore(session?.onChange ?? never, read, read);
}
