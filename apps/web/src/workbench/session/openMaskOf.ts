/** What opens the room of one section's mask for one person. Reads what the page knows; opens nothing. */
import type { Project, Section, Task } from '@cotrace/protocol';
import { sessionIdOfThisPage } from './sessionId.ts';
import type { OpenMask } from './sessionKeeper.ts';
import { keptStoreOfThisPage, webSocketOrigin } from './thisPage.ts';

/** Undefined when the section has no mask of the task. */
export function openMaskOf(
  { project, section, task }: { project: Project; section: Section; task: Task },
  { userId, name }: { userId: string; name: string },
): OpenMask | undefined {
  const mask = section.masks.find(({ taskId }) => taskId === task.id);
  if (mask === undefined) return undefined;
  return {
    origin: webSocketOrigin(),
    place: {
      ...{ maskId: mask.id, epoch: mask.epoch, width: section.width, height: section.height },
      ...{ userId, userName: name, sessionId: sessionIdOfThisPage() },
      ...{ projectId: project.id, projectName: project.name },
      ...{ sectionId: section.id, sectionName: section.name },
      ...{ taskId: task.id, taskName: task.name },
    },
    labels: new Set(task.labels.map(({ value }) => value)),
    store: keptStoreOfThisPage(),
  };
}
