/** A place for strokes in tests: whole, so that a test names only what it is about. */
import type { KeptPlace } from '../kept/keptStore.ts';

export const somePlace = (about: Partial<KeptPlace>): KeptPlace => ({
  maskId: 'mask',
  sessionId: 'session-one',
  epoch: 0,
  width: 64,
  height: 64,
  userId: 'ada',
  userName: 'Ada',
  projectId: 'project',
  projectName: 'Stack',
  sectionId: 'section',
  sectionName: '0.png',
  taskId: 'task',
  taskName: 'Membrane',
  ...about,
});
