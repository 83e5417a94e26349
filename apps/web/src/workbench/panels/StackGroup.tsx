'use client';
/** Labels from other sections: copied from a neighbour, or filled in between two labelled ones. */
import { Button } from '@mantine/core';
import { IconStack2 } from '@tabler/icons-react';
import { memo } from 'react';
import { NO_GAP, STACK_WORDS } from '../stack/stackSentences.ts';
import type { Stack } from '../stack/useStack.ts';
import { Group } from './Group.tsx';
import classes from './panels.module.css';
import { Tip } from './Tip.tsx';

export const StackGroup = memo(function StackGroup({
  stack,
  hasPrevious,
  hasNext,
}: {
  stack: Stack;
  hasPrevious: boolean;
  hasNext: boolean;
}) {
  const { gap, doing } = stack;
  const isBusy = doing !== undefined;
  return (
    <Group title={STACK_WORDS.title}>
      <div className={classes.buttons}>
        <Tip label={STACK_WORDS.previousTip} action="copyPrevious" position="left">
          <Button
            className={classes.wordButton!}
            variant="default"
            disabled={!hasPrevious || isBusy}
            onClick={() => stack.copy(-1)}
          >
            {STACK_WORDS.previous}
          </Button>
        </Tip>
        <Tip label={STACK_WORDS.nextTip} action="copyNext" position="left">
          <Button
            className={classes.wordButton!}
            variant="default"
            disabled={!hasNext || isBusy}
            onClick={() => stack.copy(1)}
          >
            {STACK_WORDS.next}
          </Button>
        </Tip>
      </div>
      <div className={classes.buttons}>
        <Tip
          label={typeof gap === 'string' ? NO_GAP[gap] : STACK_WORDS.fillTip(gap)}
          action="interpolate"
          position="left"
        >
          <Button
            className={classes.wordButton!}
            variant="default"
            data-testid="fill-between"
            leftSection={<IconStack2 size={15} stroke={1.7} />}
            disabled={typeof gap === 'string' || isBusy}
            onClick={() => stack.fill()}
          >
            {typeof gap === 'string' ? STACK_WORDS.noFill : STACK_WORDS.fill(gap.between.length)}
          </Button>
        </Tip>
        {isBusy && (
          <Button variant="default" onClick={() => stack.cancel()}>
            {STACK_WORDS.cancel}
          </Button>
        )}
      </div>
      <p className={classes.sentence} role="status" data-testid="stack-said">
        {doing ?? (stack.said || (typeof gap === 'string' ? NO_GAP[gap] : ''))}
      </p>
    </Group>
  );
});
