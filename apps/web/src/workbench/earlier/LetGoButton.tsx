'use client';
/** Letting go of strokes cannot be taken back: it takes a second click, which says how many. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { strokes } from '../session/saveState.ts';

export function LetGoButton({ count, onLetGo }: { count: number; onLetGo: () => void }) {
  const [asked, setAsked] = useState(false);
  return (
    <Button
      size="xs"
      variant={asked ? 'filled' : 'subtle'}
      color="red"
      onBlur={() => setAsked(false)}
      onClick={() => {
        if (asked) onLetGo();
        setAsked(!asked);
      }}
    >
      {asked ? `Lose ${strokes(count)} for ever` : 'Let go'}
    </Button>
  );
}
