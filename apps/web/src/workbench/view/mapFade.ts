/**
 * How far new maps have come in over the old ones. Pure: is told the time. Stands still while a stroke is drawn: a fade draws
 * everything again, and the hand comes first.
 *
 *   still ──begin──► fading ──time is up──► still
 *             │        ▲
 *           hold     release        (held: begins, or goes on, when the stroke has ended)
 */
export interface MapFade {
  /** 0…1: of the new maps. */
  readonly freshness: number;
  readonly isRunning: boolean;
  /** New maps are there; `atOnce` for people who asked for less motion. */
  begin(now: number, options: { atOnce: boolean }): void;
  /** Brings `freshness` up to now; true when it has changed. */
  step(now: number): boolean;
  hold(now: number): void;
  release(now: number): void;
}

export const FADE_MS = 900;

export function createMapFade(): MapFade {
  let freshness = 1;
  /** When it began, as if it had not been held; undefined when nothing fades. */
  let began: number | undefined;
  let heldSince: number | undefined;
  return {
    get freshness() {
      return freshness;
    },
    get isRunning() {
      return began !== undefined && heldSince === undefined;
    },
    begin(now, { atOnce }) {
      began = atOnce ? undefined : now;
      freshness = atOnce ? 1 : 0;
      if (heldSince !== undefined) heldSince = now;
    },
    step(now) {
      if (began === undefined || heldSince !== undefined) return false;
      const t = Math.min(1, Math.max(0, (now - began) / FADE_MS));
      const before = freshness;
      // Slow at both ends: nothing seems to blink.
      freshness = t * t * (3 - 2 * t);
      if (t === 1) began = undefined;
      return freshness !== before;
    },
    hold(now) {
      heldSince ??= now;
    },
    release(now) {
      if (heldSince !== undefined && began !== undefined) began += now - heldSince;
      heldSince = undefined;
    },
  };
}
