'use client';
/** Where the pointer has come to rest with no button held: only then is the server asked about a pixel. */
import { type RefObject, useEffect, useState } from 'react';
import type { Store } from '../store.ts';
import type { Sight } from '../useStage.ts';

const REST_MS = 450;

export interface RestingPlace {
  /** Whole image pixels. */
  readonly x: number;
  readonly y: number;
}

/** Null while it moves, paints, or is outside an image of this size. */
export function useRest(
  sight: Store<Sight>,
  surface: RefObject<HTMLElement | null>,
  { width, height }: { width: number; height: number },
): RestingPlace | null {
  const [rest, setRest] = useState<RestingPlace | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isHeld = false;
    const settle = () => {
      const { pointer } = sight.get();
      const x = Math.floor(pointer?.x ?? -1);
      const y = Math.floor(pointer?.y ?? -1);
      if (!isHeld && x >= 0 && y >= 0 && x < width && y < height) setRest({ x, y });
    };
    const moved = () => {
      clearTimeout(timer);
      setRest(null);
      if (sight.get().pointer !== null) timer = setTimeout(settle, REST_MS);
    };
    const stop = new AbortController();
    const hold = (held: boolean) => () => {
      isHeld = held;
      moved();
    };
    surface.current?.addEventListener('pointerdown', hold(true), { signal: stop.signal });
    window.addEventListener('pointerup', hold(false), { signal: stop.signal });
    window.addEventListener('pointercancel', hold(false), { signal: stop.signal });
    const unsubscribe = sight.subscribe(moved);
    moved();
    return () => {
      clearTimeout(timer);
      unsubscribe();
      stop.abort();
    };
  }, [sight, surface, width, height]);
  return rest;
}
