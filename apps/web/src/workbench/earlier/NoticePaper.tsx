'use client';
/** The corner where a page that is about something else says what is kept on this device. Put away, it stays so until it says something else. */
import { CloseButton, Paper } from '@mantine/core';
import { type ReactNode, useState } from 'react';

export function NoticePaper({ said, children }: { said: string; children: ReactNode }) {
  const [putAway, setPutAway] = useState('');
  if (putAway === said) return null;
  return (
    <Paper
      component="aside"
      aria-label="Strokes kept on this device"
      withBorder
      shadow="md"
      pl="md"
      pr={36}
      pb="md"
      pt={4}
      style={{ position: 'fixed', left: 16, bottom: 16, width: 360, zIndex: 150 }}
    >
      <CloseButton
        size="sm"
        aria-label="Put this notice away; the strokes stay"
        style={{ position: 'absolute', top: 8, right: 8 }}
        onClick={() => setPutAway(said)}
      />
      {children}
    </Paper>
  );
}
