/** Names of cached answers. Everything of a project lies below its id, everything of a task below the task's. */
export const keys = {
  health: ['health'],
  me: ['me'],
  tokens: ['tokens'],
  invitation: (token: string) => ['invitation', token],
  projects: ['projects'],
  project: (projectId: string) => ['project', projectId],
  sections: (projectId: string) => ['project', projectId, 'sections'],
  people: (projectId: string) => ['project', projectId, 'people'],
  invitations: (projectId: string) => ['project', projectId, 'invitations'],
  task: (taskId: string) => ['task', taskId],
  jobs: (taskId: string) => ['task', taskId, 'jobs'],
  models: (taskId: string) => ['task', taskId, 'models'],
  maps: (taskId: string) => ['task', taskId, 'maps'],
  visits: (taskId: string) => ['task', taskId, 'visits'],
  painters: (maskId: string) => ['mask', maskId, 'painters'],
  exports: (taskId: string) => ['task', taskId, 'exports'],
} as const;
