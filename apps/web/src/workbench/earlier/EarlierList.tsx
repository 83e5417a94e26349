'use client';
/** What earlier tabs left on this device, line by line, with what can be done about each. */
import { Button, Group, Text } from '@mantine/core';
import type { Adopter } from '../session/kept/adopter.ts';
import { downloadStrokes } from './downloadStrokes.ts';
import type { EarlierLine } from './earlierSentence.ts';
import { LetGoButton } from './LetGoButton.tsx';

export function EarlierList({ adopter, lines }: { adopter: Adopter; lines: readonly EarlierLine[] }) {
  return (
    <>
      {lines.map((line) => (
        <section key={line.key} data-testid="earlier-strokes" data-state={line.state}>
          <Text size="sm" mt="sm">
            {line.sentence}
          </Text>
          <Text size="xs" c="dimmed">
            {line.where}
          </Text>
          {line.state !== 'sending' && (
            <Group gap="xs" mt="xs">
              {(line.state === 'refused' || line.state === 'byHand') && (
                <Button size="xs" onClick={() => line.entries.forEach((one) => void adopter.send(one))}>
                  {line.state === 'refused' ? 'Try again' : 'Send them'}
                </Button>
              )}
              <Button
                size="xs"
                variant="default"
                onClick={() =>
                  line.entries.forEach(({ place, strokes }) => {
                    downloadStrokes(strokes, { ...place, reason: line.sentence });
                  })
                }
              >
                Download
              </Button>
              {line.state === 'refused' && (
                <LetGoButton
                  count={line.count}
                  onLetGo={() => line.entries.forEach((one) => void adopter.letGo(one))}
                />
              )}
            </Group>
          )}
        </section>
      ))}
    </>
  );
}
