'use client';
/** Size, shape and pressure of the brush, for every tool that sweeps. */
import { Switch } from '@mantine/core';
import { useStore } from '../hooks.ts';
import type { SettingsStore } from '../settings.ts';
import { diameterAtPlace, placeOfDiameter } from '../tools/brushSize.ts';
import classes from './panels.module.css';
import { ChoiceRow, SliderRow } from './SliderRow.tsx';

const WORDS = {
  size: 'Size',
  sizeTip: 'Diameter, also by Shift + wheel',
  thumb: 'Brush diameter in pixels',
  shape: 'Shape',
  round: 'Round',
  square: 'Square',
  pressure: 'Pen pressure',
} as const;

export function BrushRows({ settings }: { settings: SettingsStore }) {
  const diameter = useStore(settings, (all) => all.diameter);
  const shape = useStore(settings, (all) => all.shape);
  const pressure = useStore(settings, (all) => all.pressure);
  return (
    <>
      <SliderRow
        name={WORDS.size}
        tip={WORDS.sizeTip}
        thumb={WORDS.thumb}
        step={0.5}
        value={placeOfDiameter(diameter)}
        shown={`${diameter} px`}
        onChange={(place) => settings.set({ diameter: diameterAtPlace(place) })}
      />
      <ChoiceRow
        name={WORDS.shape}
        value={shape}
        choices={[
          { value: 'round', label: WORDS.round },
          { value: 'square', label: WORDS.square },
        ]}
        onChange={(value) => settings.set({ shape: value })}
      />
      <Switch
        size="xs"
        className={classes.switch!}
        label={WORDS.pressure}
        classNames={{ label: classes.switchLabel! }}
        checked={pressure}
        onChange={(event) => settings.set({ pressure: event.currentTarget.checked })}
      />
    </>
  );
}
