'use client';
/** What pages read, one hook a route. Freshness is the cache's and the live events' concern. */
import type { ExportJob, Project, Task } from '@cotrace/protocol';
import { useQuery } from '@tanstack/react-query';
import { api } from './client.ts';
import { keys } from './keys.ts';

export const useMe = () => useQuery({ queryKey: keys.me, queryFn: () => api.call('me', {}) });

/** Polled: it also says when the server itself is away, which no event can. */
export const useHealth = () =>
  useQuery({
    queryKey: keys.health,
    queryFn: () => api.call('health', {}),
    refetchInterval: 15_000,
    staleTime: 5_000,
  });

export const useTokens = () => useQuery({ queryKey: keys.tokens, queryFn: () => api.call('listTokens', {}) });

export const useInvitation = (invitationToken: string) =>
  useQuery({
    queryKey: keys.invitation(invitationToken),
    queryFn: () => api.call('readInvitation', { params: { invitationToken } }),
  });

export const useProjects = () =>
  useQuery({ queryKey: keys.projects, queryFn: () => api.call('listProjects', {}), staleTime: 0 });

export const useProject = (projectId: string) =>
  useQuery({
    queryKey: keys.project(projectId),
    queryFn: () => api.call('getProject', { params: { projectId } }),
  });

export const useSections = (projectId: string) =>
  useQuery({
    queryKey: keys.sections(projectId),
    queryFn: () => api.call('listSections', { params: { projectId } }),
  });

export const usePeople = (projectId: string) =>
  useQuery({
    queryKey: keys.people(projectId),
    queryFn: () => api.call('listPeople', { params: { projectId } }),
  });

export const useInvitations = (projectId: string, options: { enabled: boolean }) =>
  useQuery({
    queryKey: keys.invitations(projectId),
    queryFn: () => api.call('listInvitations', { params: { projectId } }),
    enabled: options.enabled,
  });

export const useJobs = (taskId: string) =>
  useQuery({ queryKey: keys.jobs(taskId), queryFn: () => api.call('listJobs', { params: { taskId } }) });

export const useModels = (taskId: string) =>
  useQuery({ queryKey: keys.models(taskId), queryFn: () => api.call('listModels', { params: { taskId } }) });

export const useMaps = (taskId: string) =>
  useQuery({ queryKey: keys.maps(taskId), queryFn: () => api.call('listMaps', { params: { taskId } }) });

export const useVisits = (taskId: string) =>
  useQuery({ queryKey: keys.visits(taskId), queryFn: () => api.call('listVisits', { params: { taskId } }) });

export const useExports = (
  taskId: string,
  options: { refetchInterval: (all: ExportJob[] | undefined) => number | false },
) =>
  useQuery({
    queryKey: keys.exports(taskId),
    queryFn: () => api.call('listExports', { params: { taskId } }),
    refetchInterval: (query) => options.refetchInterval(query.state.data),
  });

/** The task that an address names, else the project's first. */
export function chosenTask(project: Project, taskId: string | null | undefined): Task | undefined {
  return project.tasks.find(({ id }) => id === taskId) ?? project.tasks[0];
}
