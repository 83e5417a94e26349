'use client';
/** Says in a corner when a model finished or a run failed, whichever tab is open. */
import type { Project } from '@cotrace/protocol';
import { notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import { useLiveConnection } from '../live/ProjectLive.tsx';

export function useTrainingNotices(project: Project | undefined): void {
  const live = useLiveConnection();
  useEffect(() => {
    if (!live || !project) return;
    const nameOf = (taskId: string) => project.tasks.find(({ id }) => id === taskId)?.name ?? 'A task';
    const ends = [
      live.on('model', ({ id, taskId, live: isLive, verdict }) =>
        notifications.show({
          id: `model-${id}`,
          color: isLive ? 'teal' : 'gray',
          title: isLive
            ? `${nameOf(taskId)}: a new model is live`
            : `${nameOf(taskId)}: a new model, not live`,
          message: verdict,
        }),
      ),
      live.on('job', ({ id, taskId, state, error }) => {
        if (state === 'failed')
          notifications.show({
            id: `job-${id}`,
            color: 'orange',
            title: `${nameOf(taskId)}: training failed`,
            message: error ?? 'The trainer gave no reason; its log has the details.',
          });
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, [live, project]);
}
