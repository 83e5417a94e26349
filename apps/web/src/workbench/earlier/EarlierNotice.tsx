'use client';
/** Looks for what earlier tabs left, on every page of the signed-in; says so where there is no state line to say it. */
import { usePathname } from 'next/navigation';
import { EarlierList } from './EarlierList.tsx';
import { earlierLines } from './earlierSentence.ts';
import { NoticePaper } from './NoticePaper.tsx';
import { useAdopter, useEarlierStrokes, useLookForEarlierStrokes } from './useEarlierStrokes.ts';

export function EarlierNotice() {
  const adopter = useAdopter();
  useLookForEarlierStrokes(adopter);
  const lines = earlierLines(useEarlierStrokes(adopter));
  const isWorkbench = usePathname().includes('/sections/');
  if (isWorkbench || adopter === undefined || lines.length === 0) return null;
  return (
    <NoticePaper said={lines.map(({ sentence }) => sentence).join(' ')}>
      <EarlierList adopter={adopter} lines={lines} />
    </NoticePaper>
  );
}
