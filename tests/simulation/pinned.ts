/** Seeds that once found something, with what it was. They run always, before the others. */
import type { Weather } from './weather.ts';

export interface Pinned {
  readonly seed: number;
  readonly weather: Partial<Weather>;
  readonly found: string;
}

const CROWDED = { servers: 2, lostUp: 0, actEveryMs: 120, troubleMs: 12_000 };

export const PINNED: readonly Pinned[] = [
  { seed: 0, weather: {}, found: 'a page took the end of an epoch for a refusal of its strokes' },
  { seed: 4, weather: {}, found: 'what a new epoch wrote again was acknowledged to nobody' },
  {
    seed: 94,
    weather: {},
    found: 'a server that had not heard of an epoch sent those who came from it away',
  },
  { seed: 100, weather: {}, found: 'somebody was let into a room that had just ended' },
  {
    seed: 684,
    weather: {},
    found: 'strokes of a new connection overtook older undos, which were refused then as too old',
  },
  {
    seed: 1152,
    weather: { ...CROWDED, undoHorizon: 4, slowCalls: 0.15, failedCalls: 0.1 },
    found:
      'records that a fold had taken came from the log afterwards, and their deletion went into it as an undo',
  },
  {
    seed: 1153,
    weather: {},
    found: 'all pages went on showing what a stopped server had relayed and nobody sent again',
  },
  {
    seed: 1402,
    weather: {},
    found: 'the notice of a fold got lost, and the deletion of what was folded looked like undos for ever',
  },
  {
    seed: 2061,
    weather: { servers: 2, lostUp: 0, lostDown: 0.02, undoHorizon: 6, hostile: 1 },
    found: 'a page brought the deletions of a fold to a server that had not heard of it',
  },
  {
    seed: 2216,
    weather: {},
    found:
      'undos that shared a frame, the latest first, deleted what does not exist at a page that was behind',
  },
  {
    seed: 3929,
    weather: {},
    found:
      'what was saved stayed on the device when the epoch ended before an acknowledgement was told again',
  },
  {
    seed: 5230,
    weather: {},
    found: 'an acknowledgement of what a new epoch had written got lost, and was told to nobody again',
  },
];
