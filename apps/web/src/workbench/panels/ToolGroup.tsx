'use client';
/** What can be set of the tool in hand, and one sentence on how it is used. */
import { Switch } from '@mantine/core';
import { memo, useSyncExternalStore } from 'react';
import { pixels } from '../../format/format.ts';
import { useStore } from '../hooks.ts';
import type { Settings, SettingsStore, Tool } from '../settings.ts';
import { areaAtPlace, holesAtPlace, placeOfArea, placeOfHoles } from '../tools/fillSize.ts';
import { BrushRows } from './BrushRows.tsx';
import { Group } from './Group.tsx';
import classes from './panels.module.css';
import { ChoiceRow, SliderRow } from './SliderRow.tsx';
import { ActionKeys } from './Tip.tsx';

const TITLES: Readonly<Record<Tool, string>> = {
  brush: 'Brush',
  eraser: 'Eraser',
  lasso: 'Lasso',
  polygon: 'Polygon',
  fill: 'Fill',
  accept: 'Accept the suggestion',
  smooth: 'Smooth',
  picker: 'Picker',
  hand: 'Hand',
};

const HOW: Readonly<Record<Tool, string>> = {
  brush: 'Shift + click draws a line from the last point.',
  eraser: 'Back to unknown, which training ignores.',
  lasso: 'Draw around an area: it closes by itself.',
  polygon: 'Click its corners. Enter closes, Backspace takes one back, Esc drops it.',
  fill: 'Hatched is what a click fills. Hold and draw sideways for another tolerance.',
  accept: 'Hatched is what the model is sure of. Go over what you agree with: it becomes labels.',
  smooth: 'Each pixel takes the label that most pixels around it have.',
  picker: 'Click a label to go on painting with it. Alt + click does so with any tool.',
  hand: 'Drag the image. With any tool: Space, or the middle button.',
};

const NO_SUGGESTION = 'The model has no map of this section yet. Paint some of each label and let it train.';

const WORDS = {
  area: 'Area',
  add: 'Add',
  subtract: 'Subtract',
  compare: 'Compare',
  image: 'Grey values',
  labels: 'Labels',
  tolerance: 'Tolerance',
  toleranceTip: 'How far grey values may be from the one that is clicked',
  toleranceThumb: 'Tolerance in grey values',
  largest: 'At most',
  largestTip: 'A larger area is not filled',
  largestThumb: 'Largest area in pixels',
  holes: 'Holes',
  holesTip: 'Holes up to this size are filled, too',
  holesThumb: 'Largest hole in pixels that is filled, too',
  by: 'With',
  brush: 'Brush',
  lasso: 'Lasso',
  certainty: 'Certainty',
  certaintyTip: 'Least probability that the model gives to what is taken',
  certaintyThumb: 'Least certainty in per cent',
  radius: 'Radius',
  radiusTip: 'What is thinner than this disappears',
  radiusThumb: 'Radius of smoothing in pixels',
  onlyUnknown: 'Only where unknown',
  fingers: 'Fingers',
  paint: 'Paint',
  move: 'Move',
} as const;

const BY = [
  { value: 'lasso', label: WORDS.lasso },
  { value: 'brush', label: WORDS.brush },
] as const;

export const ToolGroup = memo(function ToolGroup({
  settings,
  hasSuggestion,
}: {
  settings: SettingsStore;
  hasSuggestion: boolean;
}) {
  const all = useStore(settings, (now) => now);
  const { tool, onlyUnknown, fingers } = all;
  const touch = useTouch();
  const paints = !['eraser', 'picker', 'hand'].includes(tool);
  return (
    <Group title={TITLES[tool]}>
      <div className={classes.tool} data-testid="tool-options" data-tool={tool}>
        <Options all={all} settings={settings} hasSuggestion={hasSuggestion} />
        {paints && (
          <div className={classes.row}>
            <Switch
              size="xs"
              label={WORDS.onlyUnknown}
              classNames={{ label: classes.switchLabel! }}
              checked={onlyUnknown || tool === 'accept'}
              // What people have labelled is never taken over by the model's word.
              disabled={tool === 'accept'}
              onChange={(event) => settings.set({ onlyUnknown: event.currentTarget.checked })}
            />
            <span className={classes.grow} />
            <ActionKeys of="onlyUnknown" />
          </div>
        )}
        {touch && (
          <ChoiceRow
            name={WORDS.fingers}
            value={fingers}
            choices={[
              { value: 'paint', label: WORDS.paint },
              { value: 'pan', label: WORDS.move },
            ]}
            onChange={(value) => settings.set({ fingers: value })}
          />
        )}
        <p className={classes.sentence}>{tool === 'accept' && !hasSuggestion ? NO_SUGGESTION : HOW[tool]}</p>
      </div>
    </Group>
  );
});

function Options({
  all,
  settings,
  hasSuggestion,
}: {
  all: Settings;
  settings: SettingsStore;
  hasSuggestion: boolean;
}) {
  const { accept, smooth } = all;
  switch (all.tool) {
    case 'brush':
    case 'eraser':
      return <BrushRows settings={settings} />;
    case 'lasso':
    case 'polygon':
      return <AreaRow all={all} settings={settings} />;
    case 'fill':
      return (
        <>
          <AreaRow all={all} settings={settings} />
          <FillRows all={all} settings={settings} />
        </>
      );
    case 'accept':
      if (!hasSuggestion) return null;
      return (
        <>
          <ChoiceRow
            name={WORDS.by}
            value={accept.by}
            choices={BY}
            onChange={(by) => settings.set({ accept: { ...accept, by } })}
          />
          <SliderRow
            name={WORDS.certainty}
            tip={WORDS.certaintyTip}
            thumb={WORDS.certaintyThumb}
            min={50}
            max={99.5}
            step={0.5}
            value={accept.certainty * 100}
            shown={`${accept.certainty * 100} %`}
            onChange={(value) => settings.set({ accept: { ...accept, certainty: value / 100 } })}
          />
          {accept.by === 'brush' && <BrushRows settings={settings} />}
        </>
      );
    case 'smooth':
      return (
        <>
          <ChoiceRow
            name={WORDS.by}
            value={smooth.by}
            choices={BY}
            onChange={(by) => settings.set({ smooth: { ...smooth, by } })}
          />
          <SliderRow
            name={WORDS.radius}
            tip={WORDS.radiusTip}
            thumb={WORDS.radiusThumb}
            min={1}
            max={8}
            value={smooth.radius}
            shown={`${smooth.radius} px`}
            onChange={(radius) => settings.set({ smooth: { ...smooth, radius } })}
          />
          {smooth.by === 'brush' && <BrushRows settings={settings} />}
        </>
      );
    case 'picker':
    case 'hand':
      return null;
  }
}

function AreaRow({ all, settings }: { all: Settings; settings: SettingsStore }) {
  return (
    <ChoiceRow
      name={WORDS.area}
      value={all.areaEffect}
      choices={[
        { value: 'add', label: WORDS.add },
        { value: 'subtract', label: WORDS.subtract },
      ]}
      onChange={(areaEffect) => settings.set({ areaEffect })}
    />
  );
}

function FillRows({ all, settings }: { all: Settings; settings: SettingsStore }) {
  const { fill } = all;
  return (
    <>
      <ChoiceRow
        name={WORDS.compare}
        value={fill.on}
        choices={[
          { value: 'image', label: WORDS.image },
          { value: 'labels', label: WORDS.labels },
        ]}
        onChange={(on) => settings.set({ fill: { ...fill, on } })}
      />
      {fill.on === 'image' && (
        <SliderRow
          name={WORDS.tolerance}
          tip={WORDS.toleranceTip}
          thumb={WORDS.toleranceThumb}
          max={128}
          value={Math.min(fill.tolerance, 128)}
          shown={`± ${fill.tolerance}`}
          onChange={(tolerance) => settings.set({ fill: { ...fill, tolerance } })}
        />
      )}
      <SliderRow
        name={WORDS.holes}
        tip={WORDS.holesTip}
        thumb={WORDS.holesThumb}
        value={placeOfHoles(fill.holes)}
        shown={`${fill.holes} px`}
        onChange={(place) => settings.set({ fill: { ...fill, holes: holesAtPlace(place) } })}
      />
      <SliderRow
        name={WORDS.largest}
        tip={WORDS.largestTip}
        thumb={WORDS.largestThumb}
        value={placeOfArea(fill.maxPixels)}
        shown={pixels(fill.maxPixels)}
        onChange={(place) => settings.set({ fill: { ...fill, maxPixels: areaAtPlace(place) } })}
      />
    </>
  );
}

const TOUCH = '(any-pointer: coarse)';

/** Whether there is something to touch with. */
function useTouch(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const query = window.matchMedia(TOUCH);
      query.addEventListener('change', listener);
      return () => query.removeEventListener('change', listener);
    },
    () => window.matchMedia(TOUCH).matches,
    () => false,
  );
}
