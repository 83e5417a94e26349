'use client';
/** Files out of a task: what can be written, what has been, and what the validator says of each. */
import { type ExportJob, may, type Project, type Task } from '@cotrace/protocol';
import { Button } from '@mantine/core';
import { IconFileExport } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { keys } from '../../api/keys.ts';
import { useExports, useMaps } from '../../api/queries.ts';
import { EmptyState, ErrorLine, ErrorState, LoadingRows } from '../../shell/states.tsx';
import { ExportRow } from './ExportRow.tsx';
import classes from './ExportsTab.module.css';
import { KIND_NAMES, KINDS, missingForSubmission } from './exportKinds.ts';

/** A finished export is told by an event; this is for the event that was lost. */
const ASK_AGAIN_MS = 4000;

export function ExportsTab({ project, task }: { project: Project; task: Task }) {
  const exports = useExports(task.id, {
    refetchInterval: (all) => (all?.some(({ state }) => state === 'running') ? ASK_AGAIN_MS : false),
  });
  const mayExport = may(project.myRole, 'export.create');
  return (
    <>
      {mayExport && (
        <div className={classes.kinds}>
          {KINDS.map((kind) => (
            <Create key={kind} kind={kind} project={project} task={task} />
          ))}
        </div>
      )}
      {exports.isError ? (
        <ErrorState error={exports.error} onRetry={() => exports.refetch()} />
      ) : exports.isPending ? (
        <LoadingRows rows={3} height={56} />
      ) : exports.data.length === 0 ? (
        <EmptyState icon={<IconFileExport size={30} stroke={1.5} />} title="Nothing exported yet">
          {mayExport
            ? 'Files that you write appear here, each with the verdict of the validator.'
            : 'Reviewers and leads write files; they appear here for everybody.'}
        </EmptyState>
      ) : (
        <ul className={classes.list}>
          {exports.data.map((one) => (
            <ExportRow key={one.id} job={one} />
          ))}
        </ul>
      )}
    </>
  );
}

function Create({ kind, project, task }: { kind: ExportJob['kind']; project: Project; task: Task }) {
  const cache = useQueryClient();
  const maps = useMaps(task.id);
  const missing =
    kind === 'submission' && maps.data ? missingForSubmission(project, task, maps.data.length) : null;
  const create = useMutation({
    meta: { shown: true },
    mutationFn: () => api.call('createExport', { params: { taskId: task.id }, body: { kind } }),
    onSuccess: (made) => {
      cache.setQueryData<ExportJob[]>(keys.exports(task.id), (all) => [made, ...(all ?? [])]);
      return cache.invalidateQueries({ queryKey: keys.exports(task.id) });
    },
  });
  const { title, says } = KIND_NAMES[kind];
  return (
    <section className={classes.kind} aria-label={title}>
      <div className={classes.kindHead}>
        <h2 className={classes.kindTitle}>{title}</h2>
        <Button
          variant={isSubmission ? 'filled' : 'default'}
          data-testid={`create-export-${kind}`}
          loading={create.isPending}
          disabled={missing !== null || (isSubmission && maps.isPending)}
          onClick={() => create.mutate()}
        >
          Write the file
        </Button>
      </div>
      <p className={classes.says}>{says}</p>
      {missing && <p className={classes.missing}>{missing}</p>}
      <ErrorLine error={create.error} />
    </section>
  );
}
