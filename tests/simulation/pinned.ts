/** Seeds that once found something, with what it was. They run always, before the others. */
import type { Weather } from './weather.ts';

export interface Pinned {
  readonly seed: number;
  readonly weather: Partial<Weather>;
  readonly found: string;
}

export const PINNED: readonly Pinned[] = [
  { seed: 0, weather: {}, found: 'a page took the end of an epoch for a refusal of its strokes' },
  { seed: 4, weather: {}, found: 'what a new epoch wrote again was acknowledged to nobody' },
  {
    seed: 94,
    weather: {},
    found: 'a server that had not heard of an epoch sent those who came from it away',
  },
  { seed: 100, weather: {}, found: 'somebody was let into a room that had just ended' },
];

/** The same, not mended yet: they must fail, and lose this mark when they do not. */
export const OPEN: readonly Pinned[] = [];
