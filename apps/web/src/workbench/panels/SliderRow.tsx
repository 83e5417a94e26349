'use client';
/** A name, a slider and its value in one line of the side panel. */
import { Slider } from '@mantine/core';
import classes from './panels.module.css';
import { Tip } from './Tip.tsx';

export function SliderRow({
  name,
  tip,
  thumb,
  shown,
  value,
  min = 0,
  max = 100,
  step = 1,
  onChange,
}: {
  name: string;
  tip: string;
  /** What a screen reader says of the thumb. */
  thumb: string;
  /** The value as it is written beside the slider. */
  shown: string;
  value: number;
  min?: number;
  max?: number;
  step?: number;
  onChange: (value: number) => void;
}) {
  return (
    <div className={classes.row}>
      <Tip label={tip} position="left">
        <span className={classes.rowName}>{name}</span>
      </Tip>
      <Slider
        className={classes.slider!}
        size={3}
        thumbSize={12}
        {...{ min, max, step, value, onChange }}
        label={null}
        thumbLabel={thumb}
      />
      <span className={classes.value}>{shown}</span>
    </div>
  );
}

/** One of a few, in one line. */
export function ChoiceRow<V extends string>({
  name,
  value,
  choices,
  onChange,
}: {
  name: string;
  value: V;
  choices: readonly { value: V; label: string }[];
  onChange: (value: V) => void;
}) {
  return (
    <fieldset className={classes.choiceRow}>
      <legend>{name}</legend>
      <span className={classes.rowName} aria-hidden>
        {name}
      </span>
      <span className={classes.choices}>
        {choices.map((choice) => (
          // Buttons, not inputs: a focused input would keep the shortcuts for itself.
          <button
            key={choice.value}
            type="button"
            aria-pressed={choice.value === value}
            className={classes.choice}
            onClick={() => onChange(choice.value)}
          >
            {choice.label}
          </button>
        ))}
      </span>
    </fieldset>
  );
}
