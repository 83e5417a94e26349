/** How far a whole job is, from how far one of its phases is. Pure. */
import type { Progress } from '@cotrace/protocol';

/** Shares of a job's bar, as the demo project's runs divide on two cores. */
const SHARES: readonly (readonly [Progress['phase'], number])[] = [
  ['fetching', 0.02],
  ['training', 0.6],
  ['judging', 0.08],
  ['predicting', 0.3],
];

export function progressOf(
  phase: Progress['phase'],
  fraction: number,
  rest: Partial<Omit<Progress, 'phase' | 'fraction'>> = {},
): Progress {
  let before = 0;
  for (const [name, share] of SHARES) {
    if (name === phase) {
      const whole = Math.min(1, before + share * Math.min(1, Math.max(0, fraction)));
      return { phase, step: 0, steps: 0, loss: null, secondsLeft: null, ...rest, fraction: whole };
    }
    before += share;
  }
  throw new Error(`No share of the bar for the phase ${phase}`);
}
