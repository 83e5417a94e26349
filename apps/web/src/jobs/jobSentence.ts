/** What a training run is doing, in words. Pure. */
import type { Job, Progress } from '@cotrace/protocol';
import { count, duration } from '../format/format.ts';

const PHASES: Readonly<Record<Progress['phase'], string>> = {
  fetching: 'Fetching sections',
  training: 'Training',
  judging: 'Judging on held-out sections',
  predicting: 'Predicting every section',
  uploading: 'Uploading maps',
};

export const REASONS: Readonly<Record<Job['reason'], string>> = {
  threshold: 'enough new labels',
  requested: 'asked for',
  nightly: 'nightly',
  continued: 'going on after a better map',
};

/** The headline of a job: its phase while it runs, else its state. */
export function jobTitle(job: Pick<Job, 'state' | 'progress'>): string {
  switch (job.state) {
    case 'queued':
      return 'Waiting for a trainer';
    case 'claimed':
      return 'A trainer is starting';
    case 'running':
      return job.progress ? PHASES[job.progress.phase] : 'Running';
    case 'done':
      return 'Done';
    case 'failed':
      return 'Failed';
    case 'cancelled':
      return 'Cancelled';
  }
}

/** `step 120 of 400 · loss 0.2310 · 1 min 05 s left`; only what is known. */
export function jobFigures(progress: Progress | null): string {
  if (!progress) return '';
  const { phase, step, steps, loss, secondsLeft } = progress;
  return [
    phase === 'training' &&
      step > 0 &&
      (steps > 0 ? `step ${count(step)} of ${count(steps)}` : `step ${count(step)}`),
    loss !== null && `loss ${loss.toFixed(4)}`,
    secondsLeft !== null && `${duration(secondsLeft)} left`,
  ]
    .filter(Boolean)
    .join(' · ');
}
