'use client';
/** Whose an editing session of the mask is: from the server's list, asked again when a session turns up that is not in it. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo, useRef } from 'react';
import { api } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useMe } from '../api/queries.ts';
import { useLiveConnection } from '../live/ProjectLive.tsx';
import type { Author } from './pointer/authorship.ts';
import { sessionIdOfThisPage } from './session/sessionId.ts';

/** Undefined: not known (yet). */
export type AuthorOf = (sessionId: string) => Author | undefined;

export interface Authors {
  /** Another function whenever more is known. */
  readonly authorOf: AuthorOf;
  /** This person's sessions on this mask, this page's among them; undefined until the server has said. */
  readonly mine: ReadonlySet<string> | undefined;
}

export function useAuthors(maskId: string | undefined): Authors {
  const cache = useQueryClient();
  const live = useLiveConnection();
  const me = useMe().data;
  const painters = useQuery({
    queryKey: keys.painters(maskId ?? ''),
    queryFn: () => api.call('listPainters', { params: { maskId: maskId! } }),
    enabled: maskId !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  }).data;
  const bySession = useMemo(() => new Map(painters?.map((one) => [one.sessionId, one])), [painters]);
  /** Sessions that the list was asked again for: once each, or a page would ask for ever. */
  const missed = useRef(new Set<string>());
  const mine = useMemo(() => {
    if (painters === undefined || me === undefined) return undefined;
    const own = painters.filter(({ userId }) => userId === me.userId);
    return new Set([sessionIdOfThisPage(), ...own.map(({ sessionId }) => sessionId)]);
  }, [painters, me]);
  const authorOf: AuthorOf = useCallback(
    (sessionId) => {
      if (me !== undefined && sessionId === sessionIdOfThisPage())
        return { userId: me.userId, name: me.name, color: me.color, isMe: true };
      const listed = bySession.get(sessionId);
      if (listed !== undefined)
        return { ...listed, isMe: listed.userId !== null && listed.userId === me?.userId };
      if (maskId !== undefined && painters !== undefined && !missed.current.has(sessionId)) {
        missed.current.add(sessionId);
        void cache.invalidateQueries({ queryKey: keys.painters(maskId) });
      }
      // Whoever paints is mostly here, and known at once.
      const present = live?.snapshot().presences.find((one) => one.sessionId === sessionId);
      if (present === undefined) return undefined;
      const { userId, name, color } = present;
      return { userId, name, color, isMe: userId === me?.userId };
    },
    [cache, live, me, painters, bySession, maskId],
  );
  return useMemo(() => ({ authorOf, mine }), [authorOf, mine]);
}
