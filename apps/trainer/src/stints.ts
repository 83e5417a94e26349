/**
 * How a run's budget is divided: a run that people wait for is trained in stints, each annealed to its end, so that it can be
 * judged there and end as soon as it is better than what is live. Pure.
 */
import type { ClaimedJob } from '@cotrace/protocol';

/** What a run has cost so far. */
export interface Spent {
  steps: number;
  /** Of training. */
  seconds: number;
}

/** Shares of the budget. Two looks before the end cost two judgements, the price of a minute's training or so. */
const SHARES = [0.2, 0.3, 0.5];
/** Building the network and starting replicas takes seconds of every stint. */
const SHORTEST_SECONDS = 20;

/**
 * Seconds of each stint. One where nobody waits (at night), where an early map was published already, and where there is
 * nothing to be compared with: no live weights to go on from, or no held-out section.
 */
export function stintsOf(
  { reason, recipe }: Pick<ClaimedJob, 'reason' | 'recipe'>,
  {
    isRetrain,
    isJudged,
    shortest = SHORTEST_SECONDS,
  }: {
    isRetrain: boolean;
    isJudged: boolean;
    shortest?: number | undefined;
  },
): number[] {
  const { budgetSeconds, preset } = recipe;
  const isAwaited = reason === 'threshold' || reason === 'requested';
  // The course's recipe compares its weights by epochs, at one rate: it has no place to be broken off at.
  const isDivisible = preset === 'default' && SHARES[0]! * budgetSeconds >= shortest;
  if (!isAwaited || !isRetrain || !isJudged || !isDivisible) return [budgetSeconds];
  return SHARES.map((share) => share * budgetSeconds);
}
