'use client';
/** The models of a task: how good, from how much, which is live; and the runs that made them. */
import { type Job, may, type Project, type Task, type TrainedModel } from '@cotrace/protocol';
import { Badge, Button, Table, Tooltip } from '@mantine/core';
import { IconChartDots } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { keys } from '../../api/keys.ts';
import { useJobs, useModels } from '../../api/queries.ts';
import { count, duration, pixels, score, when } from '../../format/format.ts';
import { isUnderWay } from '../../live/invalidation.ts';
import { EmptyState, ErrorState, LoadingRows } from '../../shell/states.tsx';
import { JobHistory } from './JobHistory.tsx';
import classes from './ModelsTab.module.css';
import { QualityCurve } from './QualityCurve.tsx';

const NO_JOBS: Job[] = [];

export function ModelsTab({ project, task }: { project: Project; task: Task }) {
  const models = useModels(task.id);
  const jobs = useJobs(task.id);
  if (models.isError) return <ErrorState error={models.error} onRetry={() => models.refetch()} />;
  if (models.isPending) return <LoadingRows rows={5} height={40} />;
  const past = (jobs.data ?? NO_JOBS).filter((job) => !isUnderWay(job));
  return (
    <>
      {models.data.length === 0 ? (
        <EmptyState icon={<IconChartDots size={30} stroke={1.5} />} title="No model yet">
          Paint at least two of the labels on some section. A model trains by itself when enough new pixels
          have come
          {may(project.myRole, 'model.train') ? ', or at once by “Train now”.' : '.'}
        </EmptyState>
      ) : (
        <>
          <QualityCurve models={models.data} />
          <ModelTable project={project} task={task} models={models.data} />
        </>
      )}
      {past.length > 0 && <JobHistory jobs={past} />}
    </>
  );
}

const COLUMNS: readonly [name: string, hint: string][] = [
  ['V_Rand', 'Foreground-restricted Rand F-score on held-out sections, greater is better'],
  ['V_Info', 'Information-theoretic F-score on held-out sections, greater is better'],
  ['Dice', 'Overlap of labelled pixels on held-out sections, greater is better'],
  ['ECE', 'Expected calibration error on held-out sections, smaller is better'],
];

function ModelTable({ project, task, models }: { project: Project; task: Task; models: TrainedModel[] }) {
  const mayPromote = may(project.myRole, 'model.promote');
  const liveAt = models.findIndex(({ live }) => live);
  return (
    <Table.ScrollContainer minWidth={920}>
      <Table highlightOnHover className={classes.table!}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>When</Table.Th>
            <Table.Th className={classes.number!}>Labels</Table.Th>
            {COLUMNS.map(([name, hint]) => (
              <Table.Th key={name} className={classes.number!}>
                <Tooltip label={hint} multiline maw={240}>
                  <span>{name}</span>
                </Tooltip>
              </Table.Th>
            ))}
            <Table.Th className={classes.number!}>Training</Table.Th>
            <Table.Th>Verdict</Table.Th>
            {mayPromote && <Table.Th w={92} />}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {models.map((model, at) => (
            <Table.Tr key={model.id} data-live={model.live || undefined}>
              <Table.Td className={classes.when!}>{when(model.createdAt)}</Table.Td>
              <Table.Td className={classes.number!}>{pixels(model.labelledPixels)}</Table.Td>
              <Table.Td className={classes.number!}>{score(model.score?.vRand)}</Table.Td>
              <Table.Td className={classes.number!}>{score(model.score?.vInfo)}</Table.Td>
              <Table.Td className={classes.number!}>{score(model.score?.dice)}</Table.Td>
              <Table.Td className={classes.number!}>{score(model.score?.ece)}</Table.Td>
              <Table.Td className={classes.number!}>
                <Tooltip
                  label={`${model.engine}; final loss ${model.finalLoss?.toFixed(4) ?? 'unknown'}`}
                  multiline
                  maw={320}
                >
                  <span>
                    {count(model.steps)} steps, {duration(model.seconds)}
                  </span>
                </Tooltip>
              </Table.Td>
              <Table.Td className={classes.verdict!}>
                {model.live && (
                  <Badge color="teal" mr={8}>
                    live
                  </Badge>
                )}
                {model.verdict}
              </Table.Td>
              {mayPromote && (
                <Table.Td>
                  {!model.live && (
                    <Promote taskId={task.id} model={model} isOlder={liveAt >= 0 && at > liveAt} />
                  )}
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Promote({ taskId, model, isOlder }: { taskId: string; model: TrainedModel; isOlder: boolean }) {
  const cache = useQueryClient();
  const promote = useMutation({
    mutationFn: () => api.call('promoteModel', { params: { modelId: model.id } }),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.task(taskId) }),
  });
  return (
    <Button size="compact-xs" variant="default" loading={promote.isPending} onClick={() => promote.mutate()}>
      {isOlder ? 'Roll back' : 'Go live'}
    </Button>
  );
}
