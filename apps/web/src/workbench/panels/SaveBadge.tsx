'use client';
/** Saved, saving, offline or refused, and where the strokes are meanwhile: one steady place; what to do opens from there. */
import { Button, Group, Popover, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconCloudOff, IconEye, IconLoader2 } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { downloadStrokes } from '../earlier/downloadStrokes.ts';
import { EarlierList } from '../earlier/EarlierList.tsx';
import { earlierLines, earlierWords } from '../earlier/earlierSentence.ts';
import { LetGoButton } from '../earlier/LetGoButton.tsx';
import { useAdopter, useEarlierStrokes } from '../earlier/useEarlierStrokes.ts';
import { useSession } from '../hooks.ts';
import type { MaskSession } from '../session/maskSession.ts';
import {
  longSentence,
  NOTHING_KNOWN,
  type SaveState,
  saveStateOf,
  setAsideSentence,
  shortSentence,
  showAfterMs,
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
  const state = useShown(useSession(session, (one) => one?.state ?? NOT_OPEN));
  const adopter = useAdopter();
  const earlier = earlierLines(useEarlierStrokes(adopter));
  const watching = viewer && state.kind === 'saved' && state.setAside === 0;
  const keepsLong = state.kind === 'offline' && state.pending > 0;
  useEffect(() => {
    // Browsers may clear what a page keeps when their disk is short, unless it has asked. A refusal changes no word of ours.
    if (keepsLong) void navigator.storage?.persist?.();
  }, [keepsLong]);
  const tone = earlier.some((line) => line.state === 'refused') ? 'refused' : toneOf(state);
  const Icon = watching ? IconEye : tone === 'refused' ? IconAlertTriangle : ICON[state.kind];
  const own = watching ? 'View only' : shortSentence(state);
  const words = [own, earlierWords(earlier)].filter((part) => part !== '').join(' · ');
  const download = () => {
    if (session === undefined) return;
    const { strokes, refused } = session.unsaved();
    downloadStrokes([...strokes, ...refused], { ...session.place, reason: longSentence(state) });
  };
  const isWaiting = state.pending > 0 && state.kind !== 'saving';
  const aside = setAsideSentence(state);
  return (
    <>
      {/* Said aloud when the connection or a refusal changes, not with every stroke. */}
      <VisuallyHidden role="status">
        {state.kind === 'saving' || words === 'Saved' ? 'Connected to the server' : words}
      </VisuallyHidden>
      <Popover
        opened={opened}
        onChange={setOpened}
        position="bottom-end"
        width={340}
        withArrow
        shadow="md"
        trapFocus
        returnFocus
      >
        <Popover.Target>
          <UnstyledButton
            className={classes.save}
            data-testid="save-state"
            data-state={state.kind}
            data-tone={tone}
            data-pending={state.pending}
            data-in-this-tab-only={state.inThisTabOnly}
            data-set-aside={state.setAside}
            onClick={() => setOpened((open) => !open)}
          >
            <Icon
              size={15}
              stroke={1.9}
              className={state.kind === 'saving' || state.kind === 'connecting' ? classes.turning : undefined}
            />
            <span className={classes.saveWords}>{words}</span>
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
          {aside !== undefined && (
            <Text size="sm" mt="xs">
              {aside}
            </Text>
          )}
          {(isWaiting || aside !== undefined || state.kind === 'closed' || state.kind === 'refused') && (
            <Group gap="xs" mt="sm">
              {(aside !== undefined || state.kind === 'refused' || state.kind === 'closed') && (
                <Button size="xs" onClick={() => onStartOver({ keepStrokes: true })}>
                  Try again
                </Button>
              )}
              {(isWaiting || aside !== undefined) && (
                <Button size="xs" variant="default" onClick={download}>
                  Download
                </Button>
              )}
              {state.kind === 'refused' ? (
                <LetGoButton
                  count={state.pending + state.setAside}
                  onLetGo={() => onStartOver({ keepStrokes: false })}
                />
              ) : (
                aside !== undefined && (
                  <LetGoButton count={state.setAside} onLetGo={() => session?.letGoOfRefused()} />
                )
              )}
            </Group>
          )}
          {adopter !== undefined && <EarlierList adopter={adopter} lines={earlier} />}
        </Popover.Dropdown>
      </Popover>
    </>
  );
}

/** What colour it has: worst first. */
const toneOf = (state: SaveState): 'good' | 'waiting' | 'away' | 'refused' => {
  if (state.kind === 'refused' || state.setAside > 0 || (state.inThisTabOnly > 0 && state.kind !== 'saving'))
    return 'refused';
  if (state.kind === 'offline' || state.kind === 'closed') return 'away';
  return state.kind === 'saved' ? 'good' : 'waiting';
};

/** Strokes are saved within some tens of milliseconds: words that come and go so quickly are a flicker. */
function useShown(state: SaveState): SaveState {
  const [shown, setShown] = useState(state);
  const waitMs = showAfterMs(shown, state);
  useEffect(() => {
    const timer = setTimeout(() => setShown(state), waitMs);
    return () => clearTimeout(timer);
  }, [state, waitMs]);
  return waitMs === 0 ? state : shown;
}
