'use client';
/** All shortcuts on one sheet; a click on a key gives the action another one. */
import { Button, Kbd, Modal, UnstyledButton } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { memo, useEffect, useState } from 'react';
import { useStore } from '../hooks.ts';
import type { SettingsStore } from '../settings.ts';
import { type Action, keyCaps, keyName, POINTER_HELP, SHORTCUTS } from '../tools/shortcuts.ts';
import { useKeymap } from '../useKeymap.ts';
import classes from './panels.module.css';
import { isMac } from './Tip.tsx';

const WORDS = {
  title: 'Shortcuts',
  change: 'Click a key to change it. Your keys are yours alone, in this browser.',
  press: 'Press a key …',
  none: 'no key',
  pointer: 'Pointer',
  resetAll: 'All as they were',
  reset: (sentence: string) => `${sentence}: as it was`,
  keysOf: (sentence: string, keys: string) => `${sentence}: ${keys}. Change`,
  taken: (sentence: string) => `That key is for “${sentence}”.`,
  take: 'Take it',
  notAllowed: 'That key is needed for something else. Try another one; Esc leaves it as it is.',
} as const;

/** About as long as one another. */
const COLUMNS = [
  ['Tools', 'See'],
  ['Paint', 'Go'],
] as const;

const sentenceOf = (action: Action) => SHORTCUTS.find((one) => one.action === action)!.sentence;

/** What the next key is for, and what stands in the way of the last one. */
interface Capture {
  readonly action: Action;
  readonly key?: string;
  readonly takenFrom?: Action;
  readonly refused?: boolean;
}

export const Help = memo(function Help({ settings }: { settings: SettingsStore }) {
  const opened = useStore(settings, (all) => all.helpOpen);
  return (
    <Modal
      opened={opened}
      onClose={() => settings.set({ helpOpen: false })}
      title={WORDS.title}
      size={1080}
      // Escape ends the wait for a key first.
      closeOnEscape={false}
    >
      {opened && <Sheet onClose={() => settings.set({ helpOpen: false })} />}
    </Modal>
  );
});

function Sheet({ onClose }: { onClose: () => void }) {
  const keymap = useKeymap();
  const keys = useStore(keymap.store, (all) => all.keys);
  const [capture, setCapture] = useState<Capture>();

  useEffect(() => {
    const onDown = (event: KeyboardEvent) => {
      if (event.key === 'Escape') {
        if (capture === undefined) onClose();
        else setCapture(undefined);
        return;
      }
      // While a taken key is asked about, Tab and Enter belong to the question.
      if (capture === undefined || capture.takenFrom !== undefined || event.key === 'Tab') return;
      if (['Shift', 'Control', 'Alt', 'Meta', 'AltGraph'].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      const { action } = capture;
      const key = keyName(event);
      if (key === undefined) return setCapture({ action, refused: true });
      const takenFrom = keymap.actionOf(key);
      if (takenFrom !== undefined && takenFrom !== action) return setCapture({ action, key, takenFrom });
      keymap.assign(action, key);
      setCapture(undefined);
    };
    window.addEventListener('keydown', onDown, { capture: true });
    return () => window.removeEventListener('keydown', onDown, { capture: true });
  }, [capture, keymap, onClose]);

  const caps = (own: readonly string[]) => (own[0] === undefined ? [] : keyCaps(own[0], isMac()));
  const row = (action: Action, sentence: string) => {
    const own = keys[action];
    const waits = capture?.action === action;
    return (
      <div key={action}>
        <div className={classes.helpRow}>
          <span>{sentence}</span>
          <span className={classes.keys}>
            {keymap.isChanged(action) && (
              <UnstyledButton
                className={classes.keyReset}
                aria-label={WORDS.reset(sentence)}
                onClick={() => keymap.reset(action)}
              >
                <IconArrowBackUp size={13} />
              </UnstyledButton>
            )}
            <UnstyledButton
              className={classes.keyButton}
              data-testid={`key-${action}`}
              data-waits={waits || undefined}
              aria-label={WORDS.keysOf(sentence, caps(own).join(' ') || WORDS.none)}
              onClick={() => setCapture(waits ? undefined : { action })}
            >
              {waits ? (
                <span className={classes.keyWait}>{WORDS.press}</span>
              ) : own.length === 0 ? (
                <span className={classes.dim}>{WORDS.none}</span>
              ) : (
                caps(own).map((cap) => (
                  <Kbd key={cap} size="xs">
                    {cap}
                  </Kbd>
                ))
              )}
            </UnstyledButton>
          </span>
        </div>
        {waits && capture.refused && (
          <p role="alert" className={classes.keyTrouble}>
            {WORDS.notAllowed}
          </p>
        )}
        {waits && capture.takenFrom !== undefined && capture.key !== undefined && (
          <p role="alert" className={classes.keyTrouble}>
            {WORDS.taken(sentenceOf(capture.takenFrom))}{' '}
            <Button
              size="compact-xs"
              variant="default"
              data-autofocus
              onClick={() => {
                keymap.assign(action, capture.key!);
                setCapture(undefined);
              }}
            >
              {WORDS.take}
            </Button>
          </p>
        )}
      </div>
    );
  };

  const isAnyChanged = SHORTCUTS.some(({ action }) => keymap.isChanged(action));
  return (
    <>
      <div className={classes.helpHead}>
        <span className={classes.dim}>{WORDS.change}</span>
        <Button size="compact-xs" variant="default" disabled={!isAnyChanged} onClick={() => keymap.reset()}>
          {WORDS.resetAll}
        </Button>
      </div>
      <div className={classes.help}>
        {COLUMNS.map((groups) => (
          <div key={groups.join()}>
            {groups.map((group) => (
              <section key={group}>
                <h3>{group}</h3>
                {SHORTCUTS.filter((one) => one.group === group).map(({ action, sentence }) =>
                  row(action, sentence),
                )}
              </section>
            ))}
          </div>
        ))}
        <section>
          <h3>{WORDS.pointer}</h3>
          {POINTER_HELP.map(({ keys: how, sentence }) => (
            <div key={sentence} className={classes.helpRow}>
              <span>{sentence}</span>
              <span className={classes.dim}>{how}</span>
            </div>
          ))}
        </section>
      </div>
    </>
  );
}
