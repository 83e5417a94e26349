/** What the way to the next uncertain place says. Pure: words for what is known. */
import { plural } from '../../format/format.ts';

export type Asked =
  | { readonly kind: 'noModel' }
  /** Nobody need go anywhere: `most` is the mean of the most uncertain place left here, nats; null where that is not known. */
  | { readonly kind: 'noneLeft'; readonly held: number; readonly most: number | null }
  | { readonly kind: 'led'; readonly remaining: number }
  | { readonly kind: 'back' }
  | { readonly kind: 'noneBefore' };

const WORDS = {
  noModel:
    'There is no model yet, so nothing is known to be uncertain. Paint some of each label, then train.',
  back: 'A place you were led to before. N goes on from here.',
  noneBefore: 'You were led to no place before this one.',
  nothing: (most: number) => `Nothing more uncertain than ${most.toFixed(2)} nats here`,
  noneLeft: 'No uncertain places are left',
  done: 'every place that the model asked about has been visited',
  held: (count: number) =>
    `every place that the model asked about has been visited, but ${count} where others are now`,
  remaining: (count: number) => (count === 0 ? 'The last one' : `${plural(count, 'place')} after this one`),
} as const;

export function askedSentence(asked: Asked): string {
  switch (asked.kind) {
    case 'noModel':
      return WORDS.noModel;
    case 'noneLeft': {
      const nothing = asked.most === null ? WORDS.noneLeft : WORDS.nothing(asked.most);
      return `${nothing}: ${asked.held === 0 ? WORDS.done : WORDS.held(asked.held)}.`;
    }
    case 'led':
      return WORDS.remaining(asked.remaining);
    case 'back':
      return WORDS.back;
    case 'noneBefore':
      return WORDS.noneBefore;
  }
}
