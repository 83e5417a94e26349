'use client';
/** The label table: which one the brush paints, and how much of the section each has. */
import type { Task } from '@cotrace/protocol';
import { UnstyledButton } from '@mantine/core';
import { memo, useSyncExternalStore } from 'react';
import { count, percent } from '../../format/format.ts';
import { useStore } from '../hooks.ts';
import type { MaskSession } from '../session/maskSession.ts';
import { type SettingsStore, withLabel } from '../settings.ts';
import { keyCaps } from '../tools/shortcuts.ts';
import { useKeyOf } from '../useKeymap.ts';
import { Group } from './Group.tsx';
import classes from './panels.module.css';
import { isMac, Tip } from './Tip.tsx';

export const LabelsGroup = memo(function LabelsGroup({
  task,
  session,
  settings,
  mayPaint,
}: {
  task: Task;
  session: MaskSession | undefined;
  settings: SettingsStore;
  mayPaint: boolean;
}) {
  const chosen = useStore(settings, ({ tool, label }) => (tool === 'eraser' ? 0 : label));
  const counts = useLabelCounts(session);
  const eraserKey = useKeyOf('eraser');
  const total =
    session === undefined ? 1 : session.maskDoc.composition.width * session.maskDoc.composition.height;
  const row = (value: number, name: string, color: string | undefined, key: string) => (
    <Tip key={value} label={`${count(counts[value] ?? 0)} pixels`} position="left">
      <UnstyledButton
        className={classes.label}
        data-chosen={(mayPaint && chosen === value) || undefined}
        aria-pressed={mayPaint && chosen === value}
        disabled={!mayPaint}
        onClick={() =>
          value === 0 ? settings.set({ tool: 'eraser' }) : settings.set(withLabel(settings.get().tool, value))
        }
      >
        <span
          className={classes.swatch}
          data-unknown={color === undefined || undefined}
          style={{ background: color }}
        />
        <span className={classes.labelName}>{name}</span>
        <span className={classes.dim}>{percent((counts[value] ?? 0) / total)}</span>
        <span className={classes.cap}>{key}</span>
      </UnstyledButton>
    </Tip>
  );
  return (
    <Group title="Labels">
      {task.labels.map(({ value, name, color }, place) =>
        row(value, name, color, place < 9 ? String(place + 1) : ''),
      )}
      {row(
        0,
        'Unknown',
        undefined,
        eraserKey === undefined ? '' : (keyCaps(eraserKey, isMac()).at(-1) ?? ''),
      )}
    </Group>
  );
});

const NO_COUNTS = new Uint32Array(256);
const noSubscription = () => () => {};

/** Pixels by label value, copied once a change: the mask counts in place. */
function useLabelCounts(session: MaskSession | undefined): Readonly<Uint32Array> {
  const maskDoc = session?.maskDoc;
  const source = countsOf(maskDoc);
  return useSyncExternalStore(source.subscribe, source.read, source.read);
}

interface Counts {
  subscribe(listener: () => void): () => void;
  read(): Readonly<Uint32Array>;
}

const NOTHING: Counts = { subscribe: noSubscription, read: () => NO_COUNTS };
const known = new WeakMap<object, Counts>();

function countsOf(maskDoc: MaskSession['maskDoc'] | undefined): Counts {
  if (maskDoc === undefined) return NOTHING;
  let counts = known.get(maskDoc);
  if (counts === undefined) {
    let copy: Uint32Array | undefined;
    counts = {
      subscribe(listener) {
        copy = undefined;
        return maskDoc.onChange(() => {
          copy = undefined;
          listener();
        });
      },
      read() {
        copy ??= Uint32Array.from(maskDoc.composition.labelCounts);
        return copy;
      },
    };
    known.set(maskDoc, counts);
  }
  return counts;
}
