/** "312 of your pixels were painted over by Ada": losses by session as one line about people. Pure. */
import { count } from '../../format/format.ts';
import type { Author } from '../pointer/authorship.ts';

export interface Losses {
  readonly pixels: number;
  /** The one who painted over most of them first. */
  readonly people: readonly {
    readonly name: string;
    readonly color: string | null;
    readonly pixels: number;
  }[];
  readonly sessionIds: ReadonlySet<string>;
}

const WORDS = {
  somebody: 'somebody',
  and: ' and ',
  others: (many: number) => `${many} others`,
  sentence: (pixels: number, names: string) =>
    `${count(pixels)} of your pixels ${pixels === 1 ? 'was' : 'were'} painted over by ${names}`,
} as const;

/** Undefined: nothing is lost. */
export function lossesOf(
  bySession: ReadonlyMap<string, number>,
  authorOf: (sessionId: string) => Author | undefined,
): Losses | undefined {
  const people = new Map<string, { name: string; color: string | null; pixels: number }>();
  let pixels = 0;
  for (const [sessionId, lost] of bySession) {
    const author = authorOf(sessionId);
    const key = author?.userId ?? sessionId;
    const known = people.get(key) ?? {
      ...{ name: author?.name ?? WORDS.somebody, color: author?.color ?? null, pixels: 0 },
    };
    people.set(key, { ...known, pixels: known.pixels + lost });
    pixels += lost;
  }
  if (pixels === 0) return undefined;
  const byLoss = [...people.values()].sort((a, b) => b.pixels - a.pixels);
  return { pixels, people: byLoss, sessionIds: new Set(bySession.keys()) };
}

export function lossSentence({ pixels, people }: Losses): string {
  const [first, second] = people;
  const names =
    second === undefined
      ? first!.name
      : `${first!.name}${WORDS.and}${people.length === 2 ? second.name : WORDS.others(people.length - 1)}`;
  return WORDS.sentence(pixels, names);
}
