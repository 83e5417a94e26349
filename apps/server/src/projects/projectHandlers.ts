/** Routes of projects and their tasks. */
import { type LabelClass, type Project, ProtocolError } from '@cotrace/protocol';
import type { Access } from '../access/access.ts';
import type { BlobStore } from '../blobs/blobStore.ts';
import type { Handlers } from '../http/handlers.ts';
import type { LiveEvents } from '../live/liveEvents.ts';
import type { Log } from '../log.ts';
import type { Rooms } from '../rooms/rooms.ts';
import { isUniqueViolation } from '../store/database.ts';
import type { NewTask, ProjectStore } from '../store/projectStore.ts';
import { checkLabels, checkPolicy, defaultPolicy, labelsFor } from './standardTasks.ts';

export function createProjectHandlers(deps: {
  store: ProjectStore;
  access: Access;
  blobs: BlobStore;
  rooms: Pick<Rooms, 'labels' | 'labelsChanged'>;
  live: LiveEvents;
  log: Log;
}): Handlers<
  | 'listProjects'
  | 'createProject'
  | 'getProject'
  | 'renameProject'
  | 'deleteProject'
  | 'createTask'
  | 'updateTask'
> {
  const { store, access, blobs, rooms, live, log } = deps;

  const get = async (projectId: string, userId: string): Promise<Project> => {
    const project = await store.get(projectId, userId);
    if (!project) throw new ProtocolError('NOT_FOUND');
    return project;
  };

  /** Paint with a label that the table no longer holds would be no label any more. */
  const refuseRemovalOfUsed = async (taskId: string, before: LabelClass[], after: LabelClass[]) => {
    const removed = before.filter(({ value }) => !after.some((label) => label.value === value));
    if (removed.length === 0) return;
    for (const { id } of await store.paintedMasks(taskId)) {
      const { values } = await rooms.labels(id);
      const used = removed.find(({ value }) => values.includes(value));
      if (used) {
        throw new ProtocolError(
          'CONFLICT',
          `Label ${used.value} "${used.name}" is painted on a section: paint over it before you remove it.`,
        );
      }
    }
  };

  return {
    listProjects: ({ actor }) => store.list(actor.userId),

    async createProject({ actor, body }) {
      const tasks = body.tasks.map(newTask);
      const twice = tasks.find(
        ({ name }, index) => tasks.findIndex((other) => other.name === name) !== index,
      );
      if (twice) throw sameName(twice.name);
      const project = await store.create(actor.userId, body.name, tasks);
      access.roleChanged({ userId: actor.userId, projectId: project.id, role: 'owner' });
      return project;
    },

    getProject: ({ projectId, actor }) => get(projectId, actor.userId),

    async renameProject({ projectId, actor, body }) {
      await store.rename(projectId, body.name);
      live.emit(projectId, 'changed', { kind: 'project' });
      return get(projectId, actor.userId);
    },

    async deleteProject({ projectId }) {
      const gone = await store.delete(projectId);
      // Their open rooms and pages close before the images go.
      for (const userId of gone.members) access.roleChanged({ userId, projectId, role: undefined });
      for (const key of gone.blobs) {
        await blobs.delete(key).catch((error: unknown) => {
          // The project is gone already; a file that stays only takes space.
          log.warn('a blob of a deleted project stays on the disk', { key, error });
        });
      }
      return undefined;
    },

    async createTask({ projectId, body }) {
      const task = await store.createTask(projectId, newTask(body)).catch((error: unknown) => {
        throw isUniqueViolation(error) ? sameName(body.name) : error;
      });
      live.emit(projectId, 'changed', { kind: 'project' });
      return task;
    },

    async updateTask({ params, projectId, body }) {
      const before = await store.getTask(params.taskId);
      if (!before) throw new ProtocolError('NOT_FOUND');
      if (body.labels) {
        checkLabels(body.labels);
        await refuseRemovalOfUsed(params.taskId, before.labels, body.labels);
      }
      const change: Partial<NewTask> = {
        ...(body.name === undefined ? {} : { name: body.name }),
        ...(body.labels === undefined ? {} : { labels: body.labels }),
        ...(body.policy === undefined
          ? {}
          : { policy: checkPolicy({ ...before.policy, ...defined(body.policy) }) }),
      };
      const task = await store.updateTask(params.taskId, change).catch((error: unknown) => {
        throw isUniqueViolation(error) ? sameName(body.name ?? '') : error;
      });
      if (body.labels) rooms.labelsChanged(params.taskId);
      live.emit(projectId, 'changed', { kind: 'project' });
      return task;
    },
  };
}

function newTask(task: { name: string; labels?: LabelClass[] | undefined }): NewTask {
  return { name: task.name, labels: labelsFor(task.name, task.labels), policy: defaultPolicy() };
}

function sameName(name: string): ProtocolError {
  return new ProtocolError('CONFLICT', `The project has a task "${name}" already: choose another name.`);
}

/** Without the keys that are undefined. */
function defined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}
