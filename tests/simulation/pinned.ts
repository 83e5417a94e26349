/** Seeds that once found something, with what it was. They run always, before the others. */
import type { Weather } from './weather.ts';

export interface Pinned {
  readonly seed: number;
  readonly weather: Partial<Weather>;
  readonly found: string;
}

const ONE_SERVER = { servers: 1, lostUp: 0, lostDown: 0, hostile: 0 };

export const PINNED: readonly Pinned[] = [
  {
    seed: 286,
    weather: ONE_SERVER,
    found: 'a batch that closing gave up left a hole in the log before the next one',
  },
  {
    seed: 100,
    weather: ONE_SERVER,
    found: 'a new tab called kept strokes saved that the server had applied and not committed',
  },
  {
    seed: 98,
    weather: ONE_SERVER,
    found: 'kept strokes were forgotten by the device before they were in the document',
  },
];

/** The same, not mended yet: they must fail, and lose this mark when they do not. */
export const OPEN: readonly Pinned[] = [];
