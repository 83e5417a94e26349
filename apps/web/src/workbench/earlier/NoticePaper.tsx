'use client';
/** The corner where a page that is about something else says what is kept on this device. */
import { Paper } from '@mantine/core';
import type { ReactNode } from 'react';

export function NoticePaper({ children }: { children: ReactNode }) {
  return (
    <Paper
      component="aside"
      aria-label="Strokes kept on this device"
      withBorder
      shadow="md"
      px="md"
      pb="md"
      pt={4}
      style={{ position: 'fixed', left: 16, bottom: 16, width: 340, zIndex: 150 }}
    >
      {children}
    </Paper>
  );
}
