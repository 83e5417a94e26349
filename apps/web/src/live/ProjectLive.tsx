'use client';
/** The live connection of the project that is open, for every page below it. Opens with the project, closes with it. */
import { useQueryClient } from '@tanstack/react-query';
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { connectLive, type LiveConnection, type LiveSnapshot, NOT_CONNECTED } from './connection.ts';
import { followEvents } from './invalidation.ts';

const LiveContext = createContext<LiveConnection | null>(null);

export function ProjectLive({ projectId, children }: { projectId: string; children: ReactNode }) {
  const cache = useQueryClient();
  const [live, setLive] = useState<LiveConnection | null>(null);
  useEffect(() => {
    const connection = connectLive(projectId);
    const end = followEvents(connection, cache, projectId);
    setLive(connection);
    return () => {
      end();
      connection.close();
      setLive(null);
    };
  }, [projectId, cache]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

/** The connection itself, for events and for sending one's own presence; null until the page runs in a browser. */
export const useLiveConnection = (): LiveConnection | null => useContext(LiveContext);

const never = () => () => {};

/**
 * A part of the live state. Renders again only when that part changes by `isEqual`: pointers move twenty times a second.
 */
export function useLive<T>(
  select: (snapshot: LiveSnapshot) => T,
  isEqual: (a: T, b: T) => boolean = Object.is,
): T {
  const live = useContext(LiveContext);
  const kept = useRef<{ value: T } | null>(null);
  const read = () => {
    const value = select(live?.snapshot() ?? NOT_CONNECTED);
    if (kept.current && isEqual(kept.current.value, value)) return kept.current.value;
    kept.current = { value };
    return value;
  };
  return useSyncExternalStore(live?.subscribe ?? never, read, read);
}
