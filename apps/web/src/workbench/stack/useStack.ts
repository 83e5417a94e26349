'use client';
/** Copying from neighbours and filling between labelled sections, as the page does it: one at a time, told as it goes. */
import type { Project, Section, Task } from '@cotrace/protocol';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useMe } from '../../api/queries.ts';
import { openMaskOf } from '../session/openMaskOf.ts';
import { keeperOfThisPage } from '../session/thisPage.ts';
import { TOOL_NOTICES } from '../tools/toolNotices.ts';
import { type Gap, gapAround, isSameSize, type NoGap, neighbourOf } from './stackPlan.ts';
import { filledSentence, STACK_WORDS } from './stackSentences.ts';
import { fillGap, labelsOf, paintLabels, type StackOptions } from './stackWork.ts';

export interface Stack {
  readonly gap: Gap | NoGap;
  /** What is being done; undefined: nothing. */
  readonly doing: string | undefined;
  /** How it went; empty before the first time. */
  readonly said: string;
  copy(by: -1 | 1): void;
  fill(): void;
  cancel(): void;
}

export function useStack({
  project,
  sections,
  section,
  task,
}: {
  project: Project;
  sections: Section[];
  section: Section;
  task: Task;
}): Stack {
  const me = useMe().data;
  const [doing, setDoing] = useState<string>();
  const [said, setSaid] = useState('');
  const running = useRef<AbortController>(undefined);
  const now = useRef({ project, sections, section, task, me });
  now.current = { project, sections, section, task, me };

  const run = useCallback(async (work: (options: StackOptions) => Promise<string>) => {
    const { me, task } = now.current;
    if (running.current !== undefined || me === undefined) return;
    const stop = new AbortController();
    running.current = stop;
    setSaid('');
    try {
      const sentence = await work({
        keeper: keeperOfThisPage(),
        task,
        openMask: (section) => openMaskOf({ project: now.current.project, section, task }, me),
        isShown: (maskId) => now.current.section.masks.some(({ id }) => id === maskId),
        signal: stop.signal,
      });
      setSaid(sentence);
    } catch (error) {
      setSaid(stop.signal.aborted ? STACK_WORDS.cancelled : sentenceOfFailure(error));
    } finally {
      running.current = undefined;
      setDoing(undefined);
    }
  }, []);

  const copy = useCallback(
    (by: -1 | 1) =>
      void run(async (options) => {
        const { sections, section } = now.current;
        const from = neighbourOf(sections, section.id, by);
        if (from === undefined) return STACK_WORDS.notThere;
        if (!isSameSize(from, section)) return STACK_WORDS.otherSize(from.name);
        setDoing(STACK_WORDS.copying);
        const outcome = await paintLabels(section, await labelsOf(from, options), options);
        if (outcome === 'painted') return STACK_WORDS.copied(from.name);
        if (outcome === 'tooRagged' || outcome === 'tooMuch' || outcome === 'labelGone')
          return TOOL_NOTICES[outcome].message;
        return outcome === 'nothing' ? STACK_WORDS.nothingThere(from.name) : STACK_WORDS.failed;
      }),
    [run],
  );

  const fill = useCallback(
    () =>
      void run(async (options) => {
        const { sections, section, task } = now.current;
        const gap = gapAround(sections, section.id, task.id);
        if (typeof gap === 'string') return '';
        setDoing(STACK_WORDS.reading);
        const onProgress = (done: number) => setDoing(STACK_WORDS.working(done, gap.between.length));
        const outcomes = await fillGap(gap, { ...options, onProgress });
        return outcomes === undefined ? STACK_WORDS.noCommonLabel : filledSentence(gap, outcomes);
      }),
    [run],
  );
  const cancel = useCallback(() => running.current?.abort(), []);

  useEffect(() => cancel, [cancel]);
  // What was said of one section is not about the next.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs for every section
  useEffect(() => setSaid(''), [section.id]);

  const gap = useMemo(() => gapAround(sections, section.id, task.id), [sections, section.id, task.id]);
  return { gap, doing, said, copy, fill, cancel };
}

const sentenceOfFailure = (error: unknown): string =>
  error instanceof Error && error.message !== '' ? error.message : STACK_WORDS.failed;
