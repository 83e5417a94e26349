'use client';
/** A run under way: bar, phase, step, loss, time left, and a way to stop it for those who may. */
import { type Job, may, type Role } from '@cotrace/protocol';
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import classes from './JobProgress.module.css';
import { jobFigures, jobTitle } from './jobSentence.ts';

export function JobProgress({ job, role }: { job: Job; role: Role | undefined }) {
  const cache = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => api.call('cancelJob', { params: { jobId: job.id } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.jobs(job.taskId) }),
  });
  const fraction = job.progress?.fraction ?? 0;
  return (
    <div className={classes.job} data-testid="job-progress" data-state={job.state}>
      <div
        className={classes.track}
        role="progressbar"
        aria-label={jobTitle(job)}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(fraction * 100)}
      >
        <div
          className={classes.fill}
          data-waiting={!job.progress || undefined}
          style={{ width: job.progress ? `${fraction * 100}%` : '100%' }}
        />
      </div>
      <span className={classes.title}>{jobTitle(job)}</span>
      <span className={classes.figures}>{jobFigures(job.progress)}</span>
      <span className={classes.trainer}>{job.trainer && `on ${job.trainer}`}</span>
      {may(role, 'model.train') && (
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          loading={cancel.isPending}
          onClick={() => cancel.mutate()}
        >
          Cancel
        </Button>
      )}
    </div>
  );
}
