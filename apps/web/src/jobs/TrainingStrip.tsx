'use client';
/** One line below the tabs: the run under way, or how many new labels are still missing until the next. */
import { may, type Project, type Task } from '@cotrace/protocol';
import { Button } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useJobs } from '../api/queries.ts';
import { count } from '../format/format.ts';
import { isUnderWay } from '../live/invalidation.ts';
import { FractionBar } from '../shell/FractionBar.tsx';
import { JobProgress } from './JobProgress.tsx';
import classes from './TrainingStrip.module.css';

export function TrainingStrip({ project, task }: { project: Project; task: Task }) {
  const jobs = useJobs(task.id);
  const running = jobs.data?.find(isUnderWay);
  const last = jobs.data?.[0];
  if (running) return <JobProgress job={running} role={project.myRole} />;
  const { retrainAfterPixels, nightlyAt } = task.policy;
  return (
    <div className={classes.strip}>
      {last?.state === 'failed' ? (
        <span className={classes.failed} title={last.error ?? ''}>
          The last run failed: {last.error ?? 'the trainer gave no reason.'}
        </span>
      ) : retrainAfterPixels > 0 ? (
        <>
          <span className={classes.bar}>
            <FractionBar fraction={task.newPixels / retrainAfterPixels} />
          </span>
          <span>
            {count(Math.min(task.newPixels, retrainAfterPixels))} of {count(retrainAfterPixels)} new pixels
            until the next run
          </span>
        </>
      ) : (
        <span>{count(task.newPixels)} new pixels since the last run; it starts on request only</span>
      )}
      {nightlyAt && <span className={classes.quiet}>nightly at {nightlyAt}</span>}
      {may(project.myRole, 'model.train') && <TrainNow taskId={task.id} />}
    </div>
  );
}

function TrainNow({ taskId }: { taskId: string }) {
  const cache = useQueryClient();
  const train = useMutation({
    mutationFn: () => api.call('requestJob', { params: { taskId } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.jobs(taskId) }),
  });
  return (
    <Button
      className={classes.train!}
      size="compact-xs"
      variant="subtle"
      leftSection={<IconPlayerPlay size={13} stroke={1.75} />}
      loading={train.isPending}
      onClick={() => train.mutate()}
    >
      Train now
    </Button>
  );
}
