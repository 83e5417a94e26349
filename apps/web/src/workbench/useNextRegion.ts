'use client';
/**
 * To the next uncertain place and back: asks the server, goes to its section, flies there, and says in words when there is
 * none. While one is at a place it is kept for one.
 */
import { REGION_LEASE_MS, type Region } from '@cotrace/protocol';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { api, isRemote, sentenceOf } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { useMe, useVisits } from '../api/queries.ts';
import { mostUncertainLeft } from './asking/mostUncertainLeft.ts';
import { askedSentence } from './asking/sentences.ts';
import { type Place, placeBefore, trailOf } from './asking/trail.ts';
import type { MaskSession } from './session/maskSession.ts';
import { sessionIdOfThisPage } from './session/sessionId.ts';
import type { Stage } from './view/stage.ts';

export interface NextRegion {
  /** The place one was led to last, or has gone back to. */
  readonly region: Place | null;
  /** How often one has asked; another number for every answer. */
  readonly asked: number;
  readonly asking: boolean;
  readonly remaining: number | null;
  /** How it stands, or why there is none. */
  readonly sentence: string | null;
  /** On along the trail, then wherever the server leads. */
  ask(): void;
  /** Back along the trail. */
  back(): void;
  /** Takes the frame away. */
  dismiss(): void;
}

interface State extends Pick<NextRegion, 'region' | 'asked' | 'asking' | 'remaining' | 'sentence'> {
  /** Where the server led last: what it keeps for this session. */
  readonly held: Region | null;
  /** Places that one has gone back from, the nearest first. */
  readonly ahead: readonly Place[];
}

const NOWHERE: State = {
  region: null,
  held: null,
  ahead: [],
  asked: 0,
  asking: false,
  remaining: null,
  sentence: null,
};

/** Often enough that one lost answer costs nothing. */
const KEEP_EVERY_MS = REGION_LEASE_MS / 3;

export function useNextRegion({
  taskId,
  labelCount,
  sectionId,
  session,
  stage,
  goTo,
}: {
  taskId: string;
  labelCount: number;
  /** The section on the stage now. */
  sectionId: string | undefined;
  session: MaskSession | undefined;
  stage: Stage | undefined;
  goTo: (sectionId: string) => void;
}): NextRegion {
  const cache = useQueryClient();
  const userId = useMe().data?.userId ?? '';
  const visits = useVisits(taskId).data;
  const [state, setState] = useState<State>(NOWHERE);
  // Another task has other maps, and other places.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs for every task
  useEffect(() => setState(NOWHERE), [taskId]);
  /** Waits until its section is on the stage. */
  const flight = useRef<Place | null>(null);
  const asking = useRef(false);
  const looking = useRef<AbortController>(undefined);
  const now = useRef({ state, visits, userId, sectionId, session, stage, labelCount });
  now.current = { state, visits, userId, sectionId, session, stage, labelCount };

  const goToPlace = useCallback((region: Place, news: Partial<State>) => {
    flight.current = region;
    setState((before) => ({ ...before, asked: before.asked + 1, sentence: null, ...news, region }));
  }, []);

  /** Of the section on the stage: that is what "here" means. */
  const sayWhatIsLeft = useCallback(
    async (held: number) => {
      const { stage, session, sectionId, labelCount } = now.current;
      const stop = new AbortController();
      looking.current = stop;
      // Asked anew: what others have visited since counts, too.
      const all = await cache.fetchQuery({
        queryKey: keys.visits(taskId),
        queryFn: () => api.call('listVisits', { params: { taskId } }),
        staleTime: 0,
      });
      const visited = all
        .filter((visit) => visit.sectionId === sectionId)
        .map(({ x, y, width, height }) => ({ x0: x, y0: y, x1: x + width, y1: y + height }));
      const most =
        stage === undefined || session === undefined
          ? null
          : await mostUncertainLeft(stage, session.maskDoc, { visited, labelCount, signal: stop.signal });
      if (!stop.signal.aborted)
        setState((before) => ({ ...before, sentence: askedSentence({ kind: 'noneLeft', held, most }) }));
    },
    [cache, taskId],
  );

  const ask = useCallback(async () => {
    if (asking.current || taskId === '') return;
    looking.current?.abort();
    const [onward, ...ahead] = now.current.state.ahead;
    if (onward !== undefined) return goToPlace(onward, { ahead });
    asking.current = true;
    setState((before) => ({ ...before, asking: true, sentence: null }));
    try {
      const { region, modelId, remaining, held } = await api.call('nextRegion', {
        params: { taskId },
        body: { sessionId: sessionIdOfThisPage() },
      });
      if (region !== null) {
        const sentence = askedSentence({ kind: 'led', remaining });
        goToPlace(region, { held: region, asking: false, remaining, sentence });
        return;
      }
      const none = { region: null, held: null, asking: false, remaining };
      setState((before) => ({
        ...before,
        ...none,
        asked: before.asked + 1,
        sentence: modelId === null ? askedSentence({ kind: 'noModel' }) : null,
      }));
      if (modelId !== null) await sayWhatIsLeft(held);
    } catch (error) {
      const sentence = isRemote(error, 'NO_MODEL') ? askedSentence({ kind: 'noModel' }) : sentenceOf(error);
      setState((before) => ({ ...before, asking: false, sentence }));
    } finally {
      asking.current = false;
    }
  }, [taskId, goToPlace, sayWhatIsLeft]);

  const back = useCallback(() => {
    if (asking.current) return;
    looking.current?.abort();
    const { state, visits = [], userId } = now.current;
    const before = placeBefore(trailOf(visits, userId, state.held), state.region);
    const ahead = state.region === null ? state.ahead : [state.region, ...state.ahead];
    if (before !== undefined) goToPlace(before, { ahead, sentence: askedSentence({ kind: 'back' }) });
    else setState((all) => ({ ...all, sentence: askedSentence({ kind: 'noneBefore' }) }));
  }, [goToPlace]);

  const { region, asked, held } = state;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `asked` starts a flight to the same place again
  useEffect(() => {
    const aim = flight.current;
    if (stage === undefined || aim === null) return;
    if (aim.sectionId !== sectionId) return goTo(aim.sectionId);
    flight.current = null;
    stage.flyTo(aim);
  }, [stage, asked, region, sectionId, goTo]);

  // Whoever works on a place for longer than a lease keeps it: nobody else is led there meanwhile.
  const isAtPlace = held !== null && held.sectionId === sectionId;
  useEffect(() => {
    if (!isAtPlace) return;
    const timer = setInterval(() => {
      if (document.hidden) return;
      const body = { sessionId: sessionIdOfThisPage() };
      // Offline: the lease may run out, and nothing is lost by it but the promise.
      api.call('keepRegion', { params: { taskId }, body }).catch(() => undefined);
    }, KEEP_EVERY_MS);
    return () => clearInterval(timer);
  }, [isAtPlace, taskId]);

  const dismiss = useCallback(() => {
    looking.current?.abort();
    setState((before) => ({ ...before, region: null, sentence: null }));
  }, []);
  return useMemo(() => ({ ...state, ask, back, dismiss }), [state, ask, back, dismiss]);
}
