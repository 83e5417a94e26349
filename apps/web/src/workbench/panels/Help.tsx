'use client';
/** All shortcuts on one sheet. */

import { Kbd, Modal } from '@mantine/core';
import { memo } from 'react';
import { useStore } from '../hooks.ts';
import type { SettingsStore } from '../settings.ts';
import { keyCaps, POINTER_HELP, SHORTCUTS } from '../tools/shortcuts.ts';
import classes from './panels.module.css';
import { isMac } from './Tip.tsx';

const GROUPS = ['Paint', 'Go', 'See'] as const;

export const Help = memo(function Help({ settings }: { settings: SettingsStore }) {
  const opened = useStore(settings, (all) => all.helpOpen);
  return (
    <Modal opened={opened} onClose={() => settings.set({ helpOpen: false })} title="Shortcuts" size="lg">
      <div className={classes.help}>
        {GROUPS.map((group) => (
          <div key={group}>
            <h3>{group}</h3>
            {SHORTCUTS.filter((one) => one.group === group).map(({ action, keys, sentence }) => (
              <div key={action} className={classes.helpRow}>
                <span>{sentence}</span>
                <span className={classes.keys}>
                  {keyCaps(keys[0], isMac()).map((cap) => (
                    <Kbd key={cap} size="xs">
                      {cap}
                    </Kbd>
                  ))}
                </span>
              </div>
            ))}
          </div>
        ))}
        <div>
          <h3>Pointer</h3>
          {POINTER_HELP.map(({ keys, sentence }) => (
            <div key={sentence} className={classes.helpRow}>
              <span>{sentence}</span>
              <span className={classes.dim}>{keys[0]}</span>
            </div>
          ))}
        </div>
      </div>
    </Modal>
  );
});
