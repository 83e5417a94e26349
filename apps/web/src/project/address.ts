/** What the address of a project says: which tab, which task. Read and written without asking the server for a page. */
import { useSearchParams } from 'next/navigation';
import { useMemo } from 'react';

export const TABS = ['sections', 'models', 'people', 'settings', 'exports'] as const;
export type Tab = (typeof TABS)[number];

export interface ProjectAddress {
  tab: Tab;
  taskId: string | null;
}

export function readAddress(search: { get(name: string): string | null }): ProjectAddress {
  const tab = TABS.find((known) => known === search.get('tab')) ?? 'sections';
  return { tab, taskId: search.get('task') };
}

/** The query of an address; what is the default is left out. */
export function writeAddress({ tab, taskId }: ProjectAddress): string {
  const query = new URLSearchParams();
  if (tab !== 'sections') query.set('tab', tab);
  if (taskId) query.set('task', taskId);
  return query.size > 0 ? `?${query}` : '';
}

export function useProjectAddress() {
  const search = useSearchParams();
  return useMemo(() => {
    const address = readAddress(search);
    const href = (change: Partial<ProjectAddress>) =>
      `${typeof window === 'undefined' ? '' : window.location.pathname}${writeAddress({ ...address, ...change })}`;
    return {
      ...address,
      href,
      go: (change: Partial<ProjectAddress>) => window.history.pushState(null, '', href(change)),
    };
  }, [search]);
}
