'use client';
/** The model in use, the run under way, how much paint the next one waits for, and the way to the next uncertain place. */
import { type Job, may, type Project, type Section, type Task } from '@cotrace/protocol';
import { ActionIcon, Button, Progress } from '@mantine/core';
import { IconArrowBack, IconFocus2 } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { memo } from 'react';
import { api } from '../../api/client.ts';
import { keys } from '../../api/keys.ts';
import { useJobs } from '../../api/queries.ts';
import { duration, pixels } from '../../format/format.ts';
import { isUnderWay } from '../../live/invalidation.ts';
import { ModelLine } from '../model/ModelLine.tsx';
import type { ShownMaps } from '../useMapLayers.ts';
import type { NextRegion } from '../useNextRegion.ts';
import { Group } from './Group.tsx';
import classes from './panels.module.css';
import { ActionKeys, Tip } from './Tip.tsx';

const WORDS = {
  next: 'Next place',
  back: 'Back to the uncertain place before',
} as const;

const PHASE: Readonly<Record<NonNullable<Job['progress']>['phase'], string>> = {
  fetching: 'Fetching sections',
  training: 'Training',
  judging: 'Judging on held-out sections',
  predicting: 'Predicting',
  uploading: 'Uploading maps',
};

export const ModelGroup = memo(function ModelGroup({
  project,
  task,
  section,
  sections,
  maps,
  next,
  mayPaint,
}: {
  project: Project;
  task: Task;
  section: Section;
  sections: readonly Section[];
  maps: ShownMaps;
  next: NextRegion;
  mayPaint: boolean;
}) {
  const jobs = useJobs(task.id);
  const running = jobs.data?.find(isUnderWay);
  const newest = jobs.data?.[0];
  return (
    <Group title="Model">
      <div className={classes.buttons}>
        {mayPaint && (
          <Tip label={WORDS.back} action="previousRegion" position="top">
            <ActionIcon size={30} variant="default" aria-label={WORDS.back} onClick={next.back}>
              <IconArrowBack size={15} stroke={1.7} />
            </ActionIcon>
          </Tip>
        )}
        {mayPaint && (
          <Button
            className={classes.grow!}
            variant="default"
            data-testid="next-region"
            data-section={next.region?.sectionId}
            data-x={next.region?.x}
            data-y={next.region?.y}
            data-asked={next.asked === 0 ? undefined : next.asked}
            leftSection={<IconFocus2 size={15} stroke={1.7} />}
            rightSection={<ActionKeys of="nextRegion" />}
            loading={next.asking}
            onClick={next.ask}
          >
            {WORDS.next}
          </Button>
        )}
        {may(project.myRole, 'model.train') && !running && <TrainButton taskId={task.id} />}
      </div>
      <p className={classes.sentence}>{next.sentence}</p>
      {running ? (
        <JobLine job={running} />
      ) : (
        <Waiting
          task={task}
          failed={newest?.state === 'failed' ? (newest.error ?? 'The last run failed.') : null}
        />
      )}
      <div data-testid="uncertainty-state" data-model-id={maps.modelId ?? ''}>
        <ModelLine task={task} section={section} sections={sections} maps={maps} />
      </div>
    </Group>
  );
});

function JobLine({ job }: { job: Job }) {
  const { progress } = job;
  return (
    <div className={classes.job} data-testid="job-progress" data-state={job.state}>
      <div className={classes.jobHead}>
        <span>{progress ? PHASE[progress.phase] : 'Waiting for a trainer'}</span>
        <span className={classes.dim}>
          {progress?.secondsLeft == null ? '' : `${duration(progress.secondsLeft)} left`}
        </span>
      </div>
      <Progress
        size={5}
        value={(progress?.fraction ?? 0) * 100}
        animated={progress === null}
        aria-label="Training run"
      />
      <div className={classes.jobHead}>
        <span className={classes.dim}>{stepText(progress)}</span>
        <span className={classes.dim}>
          {progress?.loss == null ? '' : `loss ${progress.loss.toFixed(4)}`}
        </span>
      </div>
    </div>
  );
}

/** Training counts steps; the other phases count sections. A space keeps the line's height. */
function stepText(progress: Job['progress']): string {
  if (progress === null || progress.steps === 0) return ' ';
  return `${progress.phase === 'training' ? 'step' : 'section'} ${progress.step} / ${progress.steps}`;
}

/** How much of the paint that starts the next run has come. */
function Waiting({ task, failed }: { task: Task; failed: string | null }) {
  const threshold = task.policy.retrainAfterPixels;
  return (
    <div className={classes.job}>
      <div className={classes.jobHead}>
        <span>{threshold === 0 ? 'Trains on request' : 'Until the next run'}</span>
        <span className={classes.dim}>
          {threshold === 0 ? '' : `${pixels(task.newPixels)} of ${pixels(threshold)}`}
        </span>
      </div>
      <Progress
        size={5}
        color="dark.2"
        value={threshold === 0 ? 0 : Math.min(100, (task.newPixels / threshold) * 100)}
        aria-label="New labelled pixels until the next run"
      />
      <div className={classes.jobHead}>
        <span className={failed === null ? classes.dim : classes.bad}>{failed ?? ' '}</span>
      </div>
    </div>
  );
}

function TrainButton({ taskId }: { taskId: string }) {
  const cache = useQueryClient();
  const train = useMutation({
    mutationFn: () => api.call('requestJob', { params: { taskId }, body: undefined as never }),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.jobs(taskId) }),
  });
  return (
    <Button variant="default" loading={train.isPending} onClick={() => train.mutate()}>
      Train
    </Button>
  );
}
