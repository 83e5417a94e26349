'use client';
/** Asks for the next uncertain place, goes to its section and flies there; says so in words when there is none. */
import type { Region } from '@cotrace/protocol';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { api, isRemote, sentenceOf } from '../api/client.ts';
import { sessionIdOfThisPage } from './session/sessionId.ts';
import type { Stage } from './view/stage.ts';

export interface NextRegion {
  /** The place one was led to last. */
  readonly region: Region | null;
  /** How often one has asked; another number for every answer. */
  readonly asked: number;
  readonly asking: boolean;
  readonly remaining: number | null;
  /** Why there is none. */
  readonly sentence: string | null;
  ask(): void;
  /** Takes the frame away. */
  dismiss(): void;
}

const NO_MODEL =
  'There is no model yet, so nothing is known to be uncertain. Paint some of each label, then train.';
const NONE_LEFT = 'No uncertain places are left for now: the model has to learn from what was painted first.';

export function useNextRegion({
  taskId,
  sectionId,
  stage,
  goTo,
}: {
  taskId: string;
  /** The section on the stage now. */
  sectionId: string | undefined;
  stage: Stage | undefined;
  goTo: (sectionId: string) => void;
}): NextRegion {
  const [state, setState] = useState({
    region: null as Region | null,
    asked: 0,
    asking: false,
    remaining: null as number | null,
    sentence: null as string | null,
  });
  /** Waits until its section is on the stage. */
  const flight = useRef<Region | null>(null);
  const asking = useRef(false);

  const ask = useCallback(async () => {
    if (asking.current || taskId === '') return;
    asking.current = true;
    setState((now) => ({ ...now, asking: true, sentence: null }));
    try {
      const { region, modelId, remaining } = await api.call('nextRegion', {
        params: { taskId },
        body: { sessionId: sessionIdOfThisPage() },
      });
      const sentence = region !== null ? null : modelId === null ? NO_MODEL : NONE_LEFT;
      flight.current = region;
      setState(({ asked }) => ({ region, asked: asked + 1, asking: false, remaining, sentence }));
    } catch (error) {
      const sentence = isRemote(error, 'NO_MODEL') ? NO_MODEL : sentenceOf(error);
      setState((now) => ({ ...now, region: null, asking: false, sentence }));
    } finally {
      asking.current = false;
    }
  }, [taskId]);

  const { region, asked } = state;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `asked` starts a flight to the same place again
  useEffect(() => {
    const aim = flight.current;
    if (stage === undefined || aim === null) return;
    if (aim.sectionId !== sectionId) return goTo(aim.sectionId);
    flight.current = null;
    stage.flyTo(aim);
  }, [stage, asked, region, sectionId, goTo]);

  const dismiss = useCallback(() => setState((now) => ({ ...now, region: null, sentence: null })), []);
  return useMemo(() => ({ ...state, ask, dismiss }), [state, ask, dismiss]);
}
