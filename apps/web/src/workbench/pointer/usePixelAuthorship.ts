'use client';
/** Who painted the pixel that the pointer rests on: who from the stamp that the page shows, when from the server, once a stroke. */
import { useEffect, useState } from 'react';
import { api } from '../../api/client.ts';
import type { MaskSession } from '../session/maskSession.ts';
import type { AuthorOf } from '../useAuthors.ts';
import { type PaintedAt, type PixelAuthorship, paintedAtOf } from './authorship.ts';
import type { RestingPlace } from './useRest.ts';

/** Times that are known, by mask and stamp: committed strokes keep theirs. */
const known = new Map<string, string>();
const MOST_KNOWN = 5_000;

export function usePixelAuthorship(
  session: MaskSession | undefined,
  rest: RestingPlace | null,
  authorOf: AuthorOf,
): PixelAuthorship | undefined {
  const stamp = rest === null ? undefined : session?.maskDoc.composition.stampAt(rest.x, rest.y);
  const maskId = session?.maskId;
  const key = stamp === undefined ? undefined : `${maskId} ${stamp.sessionId} ${stamp.lamport}`;
  const [answer, setAnswer] = useState<{ key: string; paintedAt: PaintedAt }>();

  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for the stamp; the place matters only when it is another's
  useEffect(() => {
    if (key === undefined || stamp === undefined || rest === null || maskId === undefined) return;
    if (known.has(key)) return;
    let isWanted = true;
    const params = { maskId, x: String(rest.x), y: String(rest.y) };
    api.call('pixelHistory', { params }).then(
      ({ strokes }) => {
        const paintedAt = paintedAtOf(strokes, stamp);
        if (paintedAt.kind === 'known') {
          if (known.size >= MOST_KNOWN) known.clear();
          known.set(key, paintedAt.at);
        }
        if (isWanted) setAnswer({ key, paintedAt });
      },
      () => {
        // Offline, or refused since: painting goes on, and the sentence says that the time is not known.
        if (isWanted) setAnswer({ key, paintedAt: { kind: 'failed' } });
      },
    );
    return () => {
      isWanted = false;
    };
  }, [key]);

  if (key === undefined || stamp === undefined) return undefined;
  const at = known.get(key);
  const paintedAt: PaintedAt =
    at !== undefined ? { kind: 'known', at } : answer?.key === key ? answer.paintedAt : { kind: 'asking' };
  return { label: stamp.label, author: authorOf(stamp.sessionId), paintedAt };
}
