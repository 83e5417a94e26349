'use client';
/** Where people do not agree on the mask that is open: asked while the layer is seen, and again after what is painted has settled. */
import type { Dispute } from '@cotrace/protocol';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '../../api/client.ts';
import { keys } from '../../api/keys.ts';
import type { MaskSession } from '../session/maskSession.ts';
import { grayBytes } from '../view/grayBytes.ts';

export interface Disputes {
  /** [height * width]: 0, or the label that was painted over. */
  readonly labels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly pixels: number;
  /** The largest first. */
  readonly disputes: readonly Dispute[];
}

export interface FollowedDisputes {
  /** The last answer, while another is asked for. */
  readonly found: Disputes | undefined;
  readonly error: Error | null;
}

/** Milliseconds without a change before it is asked again; the server solves a whole history for it. */
const SETTLED_MS = 2_500;
/** While somebody paints all the time, at least this often. */
const LATEST_MS = 15_000;

export function useDisputes(session: MaskSession | undefined, isSeen: boolean): FollowedDisputes {
  const maskId = session?.maskId;
  const [revision, setRevision] = useState(0);

  useEffect(() => {
    if (session === undefined || !isSeen) return;
    let settled: ReturnType<typeof setTimeout> | undefined;
    let latest: ReturnType<typeof setTimeout> | undefined;
    const again = () => {
      clearTimeout(settled);
      clearTimeout(latest);
      latest = undefined;
      setRevision((before) => before + 1);
    };
    const stop = session.maskDoc.onChange(() => {
      clearTimeout(settled);
      settled = setTimeout(again, SETTLED_MS);
      latest ??= setTimeout(again, LATEST_MS);
    });
    return () => {
      clearTimeout(settled);
      clearTimeout(latest);
      stop();
    };
  }, [session, isSeen]);

  const { data, error } = useQuery({
    queryKey: [...keys.disputes(maskId ?? ''), revision],
    queryFn: async (): Promise<Disputes> => {
      const params = { maskId: maskId! };
      const { pixels, disputes } = await api.call('listDisputes', { params });
      const bytes = await api.call('maskDisagreement', { params });
      const { data, width, height } = await grayBytes(bytes);
      return { labels: data, width, height, pixels, disputes };
    },
    enabled: isSeen && maskId !== undefined,
    // Until the next one is there the last one stands; another mask's never does.
    placeholderData: (before, query) => (query?.queryKey[1] === maskId ? before : undefined),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return { found: isSeen ? data : undefined, error };
}
