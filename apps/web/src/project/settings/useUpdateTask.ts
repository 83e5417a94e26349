'use client';
/** Changing a task; the answer replaces it in the project that is open. */
import type { CallOptions, Project } from '@cotrace/protocol';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { keys } from '../../api/keys.ts';

export type TaskChange = CallOptions<'updateTask'>['body'];

export function useUpdateTask(projectId: string, taskId: string) {
  const cache = useQueryClient();
  return useMutation({
    meta: { shown: true },
    mutationFn: (body: TaskChange) => api.call('updateTask', { params: { taskId }, body }),
    onSuccess: (changed) => {
      cache.setQueryData<Project>(
        keys.project(projectId),
        (project) =>
          project && {
            ...project,
            tasks: project.tasks.map((task) => (task.id === taskId ? changed : task)),
          },
      );
      notifications.show({
        id: `task-${taskId}`,
        color: 'teal',
        message: `Saved for ${changed.name}.`,
        autoClose: 2500,
      });
    },
  });
}
