/** Which cached answers an event makes old, and which it already contains. Pure but for the cache that it is given. */
import type { Job, Project, Section, ServerToClientEvents } from '@cotrace/protocol';
import type { QueryClient } from '@tanstack/react-query';
import { keys } from '../api/keys.ts';
import type { LiveConnection } from './connection.ts';

type Payload<E extends keyof ServerToClientEvents> = Parameters<ServerToClientEvents[E]>[0];

/** The newest job list with this event in it; undefined when the job is not in it yet. */
export function jobsWith(jobs: Job[] | undefined, event: Payload<'job'>): Job[] | undefined {
  if (!jobs?.some(({ id }) => id === event.id)) return undefined;
  return jobs.map((job) =>
    job.id === event.id ? { ...job, state: event.state, progress: event.progress, error: event.error } : job,
  );
}

export function sectionsWith(sections: Section[], event: Payload<'labels'>): Section[] {
  return sections.map((section) =>
    section.id === event.sectionId
      ? {
          ...section,
          masks: section.masks.map((mask) =>
            mask.taskId === event.taskId ? { ...mask, labelledPixels: event.labelledPixels } : mask,
          ),
        }
      : section,
  );
}

export function projectWith(project: Project, event: Payload<'labels'>): Project {
  return {
    ...project,
    tasks: project.tasks.map((task) =>
      task.id === event.taskId ? { ...task, newPixels: event.newPixels } : task,
    ),
  };
}

const UNDER_WAY: readonly Job['state'][] = ['queued', 'claimed', 'running'];

export const isUnderWay = ({ state }: Pick<Job, 'state'>): boolean => UNDER_WAY.includes(state);

/** Keep the cache of one project true while `live` lasts. Returns a function that ends it. */
export function followEvents(live: LiveConnection, cache: QueryClient, projectId: string): () => void {
  const old = (...queryKeys: (readonly unknown[])[]): void => {
    for (const queryKey of queryKeys) void cache.invalidateQueries({ queryKey });
  };
  const project = keys.project(projectId);
  const ofChange: Record<Payload<'changed'>['kind'], readonly (readonly unknown[])[]> = {
    sections: [project],
    people: [project],
    project: [project, keys.projects],
    models: [['task'], project],
    exports: [['task']],
  };
  const ends = [
    live.onJoined(() => old(project, ['task'], keys.health)),
    live.on('changed', ({ kind }) => old(...ofChange[kind])),
    live.on('labels', (event) => {
      cache.setQueryData<Section[]>(keys.sections(projectId), (all) => all && sectionsWith(all, event));
      cache.setQueryData<Project>(project, (one) => one && projectWith(one, event));
    }),
    live.on('job', (event) => {
      const next = jobsWith(cache.getQueryData<Job[]>(keys.jobs(event.taskId)), event);
      if (next) cache.setQueryData(keys.jobs(event.taskId), next);
      // Times and the trainer's name come with the list only.
      if (!next || !isUnderWay(event)) old(keys.jobs(event.taskId), project);
    }),
    live.on('model', ({ taskId }) =>
      old(keys.models(taskId), keys.maps(taskId), keys.visits(taskId), project),
    ),
    live.on('maps', ({ taskId }) => old(keys.maps(taskId), keys.visits(taskId), keys.sections(projectId))),
    live.on('visits', ({ taskId }) => old(keys.visits(taskId))),
    live.on('trainers', () => old(keys.health)),
  ];
  return () => {
    for (const end of ends) end();
  };
}
