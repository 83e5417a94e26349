/** The learning rate over a run: a short rise, then half a cosine down to nearly nothing, or always the same. */

export interface LearningRateSchedule {
  shape: 'cosine' | 'constant';
  peak: number;
  /** Steps of the linear rise: Adam's second moments know nothing at first. */
  warmUpSteps: number;
}

/** Share of the peak at the end. */
const FLOOR = 0.01;

/**
 * `fraction` is how much of the budget is gone, 0…1, in steps or in seconds, whichever ends the run: by the clock, a
 * slow machine ends annealed too, only after fewer steps.
 */
export function learningRate(schedule: LearningRateSchedule, at: { step: number; fraction: number }): number {
  const rise = Math.min(1, (at.step + 1) / schedule.warmUpSteps);
  if (schedule.shape === 'constant') return schedule.peak * rise;
  const fall = 0.5 * (1 + Math.cos(Math.PI * Math.min(1, Math.max(0, at.fraction))));
  return schedule.peak * rise * (FLOOR + (1 - FLOOR) * fall);
}
