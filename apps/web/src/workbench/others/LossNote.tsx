'use client';
/** One quiet line in the status bar: how many of one's pixels were painted over and by whom, with the way to see them. */
import { UnstyledButton } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { memo } from 'react';
import { Tip } from '../panels/Tip.tsx';
import { lossSentence } from './lossSentence.ts';
import classes from './others.module.css';
import type { PaintedOver } from './useOwnPixels.ts';

const WORDS = {
  show: 'Show',
  hide: 'Hide',
  dismiss: 'That is all right: take them for what they are',
} as const;

export const LossNote = memo(function LossNote({ paintedOver }: { paintedOver: PaintedOver }) {
  const { losses, isShown, toggle, dismiss } = paintedOver;
  return (
    <span className={classes.note} role="status" data-testid="painted-over">
      {losses !== undefined && (
        <>
          <span className={classes.noteDot} style={{ background: losses.people[0]?.color ?? '#ffffff' }} />
          {lossSentence(losses)}
          <UnstyledButton className={classes.noteButton} aria-pressed={isShown} onClick={toggle}>
            {isShown ? WORDS.hide : WORDS.show}
          </UnstyledButton>
          <Tip label={WORDS.dismiss} position="top">
            <UnstyledButton className={classes.noteButton} aria-label={WORDS.dismiss} onClick={dismiss}>
              <IconX size={13} stroke={1.8} />
            </UnstyledButton>
          </Tip>
        </>
      )}
    </span>
  );
});
