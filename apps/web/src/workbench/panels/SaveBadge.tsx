'use client';
/** Saved, saving, offline or refused: one steady place; what to do about it opens from there. */
import { Button, Group, Popover, Text, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconCloudOff, IconEye, IconLoader2 } from '@tabler/icons-react';
import { useState } from 'react';
import { useSession } from '../hooks.ts';
import { strokeFile } from '../session/keptStrokes.ts';
import type { MaskSession } from '../session/maskSession.ts';
import {
  longSentence,
  NOTHING_KNOWN,
  type SaveState,
  saveStateOf,
  shortSentence,
} from '../session/saveState.ts';
import classes from './panels.module.css';

const ICON: Readonly<Record<SaveState['kind'], typeof IconCheck>> = {
  connecting: IconLoader2,
  saved: IconCheck,
  saving: IconLoader2,
  offline: IconCloudOff,
  refused: IconAlertTriangle,
  closed: IconCloudOff,
};

const NOT_OPEN = saveStateOf(NOTHING_KNOWN);

export function SaveBadge({
  session,
  viewer,
  lingeringStrokes,
  onStartOver,
}: {
  session: MaskSession | undefined;
  viewer: boolean;
  lingeringStrokes: number;
  onStartOver: (options: { keepStrokes: boolean }) => void;
}) {
  const [opened, setOpened] = useState(false);
  const state = useSession(session, (one) => one?.state ?? NOT_OPEN);
  const watching = viewer && state.kind === 'saved';
  const Icon = watching ? IconEye : ICON[state.kind];
  const download = () => {
    if (session === undefined) return;
    const file = strokeFile(session.unsaved(), { maskId: session.maskId, reason: longSentence(state) });
    saveAs(JSON.stringify(file), `strokes-${session.maskId}-${session.sessionId}.json`);
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={320} withArrow shadow="md">
      <Popover.Target>
        <UnstyledButton
          className={classes.save}
          data-testid="save-state"
          data-state={state.kind}
          data-pending={state.pending}
          aria-live="polite"
          onClick={() => setOpened((open) => !open)}
        >
          <Icon
            size={15}
            stroke={1.9}
            className={state.kind === 'saving' || state.kind === 'connecting' ? classes.turning : undefined}
          />
          <span>{watching ? 'View only' : shortSentence(state)}</span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm">
          {watching ? 'Your role lets you look at this mask, not paint it.' : longSentence(state)}
        </Text>
        {lingeringStrokes > 0 && (
          <Text size="sm" mt="xs">
            {lingeringStrokes} more on the way in sections that you have left.
          </Text>
        )}
        <Group gap="xs" mt={state.pending > 0 || state.kind === 'closed' ? 'sm' : 0}>
          {state.pending > 0 && state.kind !== 'saving' && (
            <Button variant="default" onClick={download}>
              Download strokes
            </Button>
          )}
          {(state.kind === 'refused' || state.kind === 'closed') && (
            <Button onClick={() => onStartOver({ keepStrokes: true })}>Try again</Button>
          )}
          {state.kind === 'refused' && (
            <Button variant="subtle" color="red" onClick={() => onStartOver({ keepStrokes: false })}>
              Let go of them
            </Button>
          )}
        </Group>
      </Popover.Dropdown>
    </Popover>
  );
}

function saveAs(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
