/** In which order the contact sheet shows its sections. Pure. */
import type { Section } from '@cotrace/protocol';
import { labelledFraction, maskOf } from './labelledFraction.ts';

export const ORDERS = ['stack', 'uncertain', 'unlabelled'] as const;
export type Order = (typeof ORDERS)[number];

export const ORDER_NAMES: Readonly<Record<Order, string>> = {
  stack: 'Stack order',
  uncertain: 'Most uncertain first',
  unlabelled: 'Least labelled first',
};

/** A new array; equal ones stay in stack order, sections without a map come last. */
export function inOrder(sections: readonly Section[], order: Order, taskId: string): Section[] {
  const rank: Record<Order, (section: Section) => number> = {
    stack: () => 0,
    uncertain: (section) => -(maskOf(section, taskId)?.meanUncertainty ?? -1),
    unlabelled: (section) => labelledFraction([section], taskId),
  };
  return [...sections].sort((a, b) => rank[order](a) - rank[order](b) || a.index - b.index);
}
