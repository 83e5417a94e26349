'use client';
/** Whose strokes wait on this device, where nobody is signed in. Names no section and hands nothing out. */
import { Text } from '@mantine/core';
import { adopterOfNobody } from '../session/thisPage.ts';
import { signedOutSentences } from './earlierSentence.ts';
import { NoticePaper } from './NoticePaper.tsx';
import { useEarlierStrokes, useLookForEarlierStrokes } from './useEarlierStrokes.ts';

export function SignedOutNotice() {
  const adopter = adopterOfNobody();
  useLookForEarlierStrokes(adopter);
  const sentences = signedOutSentences(useEarlierStrokes(adopter));
  if (sentences.length === 0) return null;
  return (
    <NoticePaper said={sentences.join(' ')}>
      {sentences.map((sentence) => (
        <Text key={sentence} size="sm" mt="sm" data-testid="kept-for-somebody">
          {sentence}
        </Text>
      ))}
    </NoticePaper>
  );
}
