import { describe, expect, it } from 'vitest';
import { jobFigures, jobTitle } from './jobSentence.ts';

const progress = {
  phase: 'training',
  step: 120,
  steps: 400,
  loss: 0.231,
  fraction: 0.3,
  secondsLeft: 65,
} as const;

describe('a run in words', () => {
  it('says the phase while it runs, else the state', () => {
    expect(jobTitle({ state: 'queued', progress: null })).toBe('Waiting for a trainer');
    expect(jobTitle({ state: 'running', progress })).toBe('Training');
    expect(jobTitle({ state: 'failed', progress })).toBe('Failed');
  });
  it('says only the figures that are known', () => {
    expect(jobFigures(progress).replaceAll('\u00a0', ' ')).toBe(
      'step 120 of 400 · loss 0.2310 · 1 min 05 s left',
    );
    expect(jobFigures({ ...progress, phase: 'fetching', loss: null, secondsLeft: null })).toBe('');
    expect(jobFigures({ ...progress, steps: 0, loss: null, secondsLeft: null })).toBe('step 120');
    expect(jobFigures(null)).toBe('');
  });
});
