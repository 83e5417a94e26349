'use client';
/** What is seen and how strongly: the image's window, the mask, and the model's maps. */
import { ActionIcon, RangeSlider, SegmentedControl, Slider } from '@mantine/core';
import { IconContrast, IconEye, IconEyeOff } from '@tabler/icons-react';
import { Fragment, memo, type ReactNode } from 'react';
import { useStore } from '../hooks.ts';
import type { SettingsStore } from '../settings.ts';
import type { Action } from '../tools/shortcuts.ts';
import type { ShownMaps } from '../useMapLayers.ts';
import { Group } from './Group.tsx';
import classes from './panels.module.css';
import { Tip } from './Tip.tsx';

const ROWS = [
  { layer: 'mask', name: 'Mask', action: 'toggleMask' },
  { layer: 'prediction', name: 'Prediction', action: 'togglePrediction' },
  { layer: 'uncertainty', name: 'Uncertainty', action: 'toggleUncertainty' },
  { layer: 'disagreement', name: 'Disputed', action: 'toggleDisagreement' },
] as const;

const WORDS = {
  shownAs: 'shown as',
  predictionShownAs: 'The prediction is shown as',
  outline: 'Outline',
  filled: 'Areas',
} as const;

export const LayersGroup = memo(function LayersGroup({
  settings,
  maps,
  onAction,
  children,
}: {
  settings: SettingsStore;
  maps: ShownMaps;
  onAction: (action: Action) => void;
  /** What a layer says in words. */
  children?: ReactNode;
}) {
  const layers = useStore(settings, (all) => all.layers);
  const noMaps = maps.modelId === null;
  return (
    <Group title="Layers">
      {ROWS.map(({ layer, name, action }) => {
        const { visible, opacity } = layers[layer];
        const missing = (layer === 'prediction' || layer === 'uncertainty') && noMaps;
        return (
          <Fragment key={layer}>
            <div className={classes.layer} data-missing={missing || undefined}>
              <Tip
                label={
                  missing
                    ? `${name}: no model yet`
                    : visible
                      ? `Hide ${name.toLowerCase()}`
                      : `Show ${name.toLowerCase()}`
                }
                action={action}
                position="left"
              >
                <ActionIcon
                  size={24}
                  aria-label={`${name} layer`}
                  aria-pressed={visible}
                  onClick={() => onAction(action)}
                >
                  {visible ? <IconEye size={15} stroke={1.7} /> : <IconEyeOff size={15} stroke={1.7} />}
                </ActionIcon>
              </Tip>
              <span className={classes.layerName}>{name}</span>
              <Slider
                className={classes.slider!}
                size={3}
                thumbSize={12}
                min={0}
                max={100}
                label={null}
                thumbLabel={`Opacity of ${name.toLowerCase()}`}
                disabled={missing}
                value={Math.round(opacity * 100)}
                onChange={(value) =>
                  settings.set({
                    layers: { ...layers, [layer]: { ...layers[layer], visible: true, opacity: value / 100 } },
                  })
                }
              />
              <span className={classes.value}>{Math.round(opacity * 100)} %</span>
            </div>
            {layer === 'prediction' && <PredictionStyle settings={settings} isMissing={noMaps} />}
          </Fragment>
        );
      })}
      <div className={classes.layer}>
        <span className={classes.layerIcon}>
          <IconContrast size={15} stroke={1.7} />
        </span>
        <Tip label="Grey values shown black and white" position="left">
          <span className={classes.layerName}>Image</span>
        </Tip>
        <RangeSlider
          className={classes.slider!}
          size={3}
          thumbSize={12}
          min={0}
          max={255}
          minRange={8}
          label={null}
          thumbFromLabel="Grey value shown black"
          thumbToLabel="Grey value shown white"
          value={[Math.round(layers.image.low * 255), Math.round(layers.image.high * 255)]}
          onChange={([low, high]) =>
            settings.set({ layers: { ...layers, image: { low: low / 255, high: high / 255 } } })
          }
        />
        <span className={classes.value}>
          {Math.round(layers.image.low * 255)}–{Math.round(layers.image.high * 255)}
        </span>
      </div>
      {children}
    </Group>
  );
});

function PredictionStyle({ settings, isMissing }: { settings: SettingsStore; isMissing: boolean }) {
  const layers = useStore(settings, (all) => all.layers);
  return (
    <div className={classes.layer} data-missing={isMissing || undefined}>
      <span className={classes.layerIcon} />
      <span className={classes.layerName}>{WORDS.shownAs}</span>
      <SegmentedControl
        size="xs"
        classNames={{ root: classes.segments!, label: classes.segment! }}
        aria-label={WORDS.predictionShownAs}
        disabled={isMissing}
        value={layers.prediction.style}
        onChange={(value) =>
          settings.set({
            layers: {
              ...layers,
              prediction: {
                ...layers.prediction,
                visible: true,
                style: value === 'filled' ? 'filled' : 'outline',
              },
            },
          })
        }
        data={[
          { value: 'outline', label: WORDS.outline },
          { value: 'filled', label: WORDS.filled },
        ]}
      />
    </div>
  );
}
