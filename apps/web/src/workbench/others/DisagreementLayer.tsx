'use client';
/** The disagreement layer over the image. */
import type { Task } from '@cotrace/protocol';
import { memo, useEffect, useRef } from 'react';
import { useStore } from '../hooks.ts';
import type { SettingsStore } from '../settings.ts';
import { paletteOf } from '../view/palette.ts';
import { disputePixels, shrunk } from './disputePicture.ts';
import classes from './others.module.css';
import type { FollowedDisputes } from './useDisputes.ts';

/** Longest side of the picture; the pixels of larger sections share. */
const MOST_SIDE = 2048;

export const DisagreementLayer = memo(function DisagreementLayer({
  disputes: { found },
  task,
  settings,
}: {
  disputes: FollowedDisputes;
  task: Task;
  settings: SettingsStore;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { visible, opacity } = useStore(settings, ({ layers }) => layers.disagreement);
  const comparing = useStore(settings, (all) => all.comparing);
  const labels = useRef(task.labels);
  labels.current = task.labels;
  const colors = task.labels.map(({ value, color }) => `${value} ${color}`).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `colors` stands for the labels
  useEffect(() => {
    const element = canvas.current;
    if (element === null || found === undefined) return;
    const small = shrunk(found.labels, found, MOST_SIDE);
    const picture = disputePixels(small.labels, small, paletteOf(labels.current));
    element.width = picture.width;
    element.height = picture.height;
    const image = new ImageData(picture.width, picture.height);
    image.data.set(picture.data);
    element.getContext('2d')?.putImageData(image, 0, 0);
    const scaled = (pixels: number) => `calc(${pixels}px * var(--scale))`;
    element.style.width = scaled(picture.width * small.step);
    element.style.height = scaled(picture.height * small.step);
  }, [found, colors]);
  if (found === undefined) return null;
  return (
    <canvas
      ref={canvas}
      className={classes.disagreement}
      data-testid="disagreement"
      data-pixels={found.pixels}
      style={{ opacity }}
      hidden={!visible || comparing}
      aria-hidden
    />
  );
});
