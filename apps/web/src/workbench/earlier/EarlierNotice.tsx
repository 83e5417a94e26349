'use client';
/** Looks for what earlier tabs left, on every page of the signed-in; says so where there is no state line to say it. */
import { Paper } from '@mantine/core';
import { usePathname } from 'next/navigation';
import { EarlierList } from './EarlierList.tsx';
import { earlierLines } from './earlierSentence.ts';
import { useAdopter, useEarlierStrokes, useLookForEarlierStrokes } from './useEarlierStrokes.ts';

export function EarlierNotice() {
  const adopter = useAdopter();
  useLookForEarlierStrokes(adopter);
  const lines = earlierLines(useEarlierStrokes(adopter));
  const isWorkbench = usePathname().includes('/sections/');
  if (isWorkbench || adopter === undefined || lines.length === 0) return null;
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
      <EarlierList adopter={adopter} lines={lines} />
    </Paper>
  );
}
