/** What the stack tools say, in one table. Pure. */

import type { Gap, NoGap } from './stackPlan.ts';
import type { SectionOutcome } from './stackWork.ts';

export const STACK_WORDS = {
  title: 'From the stack',
  previous: 'Copy previous',
  next: 'Copy next',
  previousTip: 'The labels of the section before, where this one is unknown',
  nextTip: 'The labels of the section after, where this one is unknown',
  fill: (count: number) => (count === 1 ? 'Fill 1 section between' : `Fill ${count} sections between`),
  fillTip: (gap: Gap) =>
    `Shapes that overlap go over from ${gap.from.name} to ${gap.to.name}, where nothing is labelled`,
  noFill: 'Fill between',
  cancel: 'Cancel',
  reading: 'Reading labels',
  copying: 'Copying labels',
  working: (done: number, all: number) => `Section ${done + 1} of ${all}`,
  copied: (name: string) => `Copied from ${name}. Undo takes it back.`,
  notThere: 'There is no section beside this one.',
  otherSize: (name: string) => `${name} has another size: its labels do not fit here.`,
  nothingThere: (name: string) => `${name} has no labels that are missing here.`,
  noCommonLabel: 'Both sections have no label in common, so there is nothing to go over.',
  cancelled: 'Called off. What was filled before stays; undo is in each section.',
  failed: 'The labels of another section could not be read.',
} as const;

export const NO_GAP: Readonly<Record<NoGap, string>> = {
  alone: 'Label two sections: the ones between can be filled.',
  noneBefore: 'Label a section before this one: what lies between can be filled.',
  noneAfter: 'Label a section after this one: what lies between can be filled.',
  neighbours: 'No section lies between this labelled one and the next.',
  sizes: 'The sections between have another size.',
};

const CODES: Readonly<Record<Exclude<SectionOutcome, 'painted'>, string>> = {
  nothing: 'already labelled there',
  refused: 'may not be painted',
  tooRagged: 'too ragged to be sent',
  tooMuch: 'large areas still wait to be saved',
  labelGone: 'a label is no longer in the table',
  unreachable: 'could not be opened',
};

/** How the filling went: how many are filled, and what became of the others. */
export function filledSentence(gap: Gap, outcomes: readonly SectionOutcome[]): string {
  const filled = outcomes.filter((outcome) => outcome === 'painted').length;
  const others = outcomes.flatMap((outcome, i) =>
    outcome === 'painted' ? [] : [`${gap.between[i]!.name}: ${CODES[outcome]}`],
  );
  const first =
    filled === 0
      ? 'Nothing was filled.'
      : `${filled === 1 ? '1 section is' : `${filled} sections are`} filled; undo is in each of them.`;
  return others.length === 0 ? first : `${first} ${others.join('; ')}.`;
}
