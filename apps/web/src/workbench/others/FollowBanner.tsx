'use client';
/** Says that one is led, by whom and how to end it; a frame in their colour around the image says it without words. */
import { UnstyledButton } from '@mantine/core';
import { memo } from 'react';
import { inkOn } from '../view/palette.ts';
import type { Move } from './following.ts';
import classes from './others.module.css';
import type { Following } from './useFollowing.ts';

const WORDS = {
  following: (name: string) => `Following ${name}`,
  elsewhere: (name: string) => `Following ${name}, who is at no section now`,
  gone: (name: string) => `${name} has left, or the connection is lost`,
  stop: 'Stop',
} as const;

const sentence = (kind: Move['kind'] | null, name: string) =>
  kind === 'gone' ? WORDS.gone(name) : kind === 'elsewhere' ? WORDS.elsewhere(name) : WORDS.following(name);

export const FollowBanner = memo(function FollowBanner({ following }: { following: Following }) {
  const { whom, move, stop } = following;
  return (
    <>
      {whom !== null && <div className={classes.led} style={{ borderColor: whom.color }} aria-hidden />}
      <div className={classes.bannerPlace} role="status">
        {whom !== null && (
          <div
            className={classes.banner}
            data-testid="following"
            style={{ background: whom.color, color: inkOn(whom.color) }}
          >
            {sentence(move, whom.name)}
            <UnstyledButton className={classes.bannerButton} onClick={stop}>
              {WORDS.stop}
            </UnstyledButton>
          </div>
        )}
      </div>
    </>
  );
});
