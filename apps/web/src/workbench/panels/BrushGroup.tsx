'use client';
/** Size, shape and pressure of the brush. */

import { SegmentedControl, Slider, Switch } from '@mantine/core';
import { memo } from 'react';
import { useStore } from '../hooks.ts';
import type { SettingsStore } from '../settings.ts';
import { diameterAtPlace, placeOfDiameter } from '../tools/brushSize.ts';
import { Group } from './Group.tsx';
import classes from './panels.module.css';
import { Tip } from './Tip.tsx';

export const BrushGroup = memo(function BrushGroup({ settings }: { settings: SettingsStore }) {
  const { diameter, shape, pressure } = useStore(settings, (all) => all);
  return (
    <Group
      title="Brush"
      aside={
        <SegmentedControl
          size="xs"
          classNames={{ root: classes.segments!, label: classes.segment! }}
          value={shape}
          onChange={(value) => settings.set({ shape: value === 'square' ? 'square' : 'round' })}
          data={[
            { value: 'round', label: 'Round' },
            { value: 'square', label: 'Square' },
          ]}
        />
      }
    >
      <div className={classes.row}>
        <Tip label="Diameter, also [ and ] or Shift + wheel" position="left">
          <Slider
            className={classes.slider!}
            size={3}
            thumbSize={12}
            min={0}
            max={100}
            step={0.5}
            label={null}
            thumbLabel="Brush diameter in pixels"
            value={placeOfDiameter(diameter)}
            onChange={(place) => settings.set({ diameter: diameterAtPlace(place) })}
          />
        </Tip>
        <span className={classes.value}>{diameter} px</span>
      </div>
      <Switch
        size="xs"
        label="Pen pressure"
        classNames={{ label: classes.switchLabel! }}
        checked={pressure}
        onChange={(event) => settings.set({ pressure: event.currentTarget.checked })}
      />
    </Group>
  );
});
