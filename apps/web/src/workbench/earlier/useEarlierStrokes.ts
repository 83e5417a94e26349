'use client';
/** What earlier tabs left on this device, for whoever shows it; and the clock that looks for it. */
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { useMe } from '../../api/queries.ts';
import type { Adopter, EarlierStrokes } from '../session/kept/adopter.ts';
import { adopterOfThisPage } from '../session/thisPage.ts';

/** Milliseconds between two looks: tabs that end are noticed at once by their locks, this is for all else. */
const LOOK_EVERY_MS = 10_000;
const NOTHING: readonly EarlierStrokes[] = [];
const never = () => () => {};

/** Undefined until it is known who is signed in. */
export function useAdopter(): Adopter | undefined {
  const userId = useMe().data?.userId;
  return useMemo(() => (userId === undefined ? undefined : adopterOfThisPage(userId)), [userId]);
}

export function useEarlierStrokes(adopter: Adopter | undefined): readonly EarlierStrokes[] {
  const read = () => adopter?.earlier ?? NOTHING;
  return useSyncExternalStore(adopter?.onChange ?? never, read, read);
}

/** For one component of the page that is always there. */
export function useLookForEarlierStrokes(adopter: Adopter | undefined): void {
  useEffect(() => {
    if (adopter === undefined) return;
    const look = () => void adopter.look();
    look();
    const timer = setInterval(look, LOOK_EVERY_MS);
    window.addEventListener('online', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      window.removeEventListener('online', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [adopter]);
}
