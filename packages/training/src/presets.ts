/** What a recipe's preset stands for: network, schedule, augmentation, balance of classes. */
import type { UnetConfig } from '@cotrace/unet';
import { type DrawAugmentation, drawCourseAugmentation, drawDefaultAugmentation } from './augmentation.ts';
import type { LearningRateSchedule } from './learningRate.ts';
import type { Recipe } from './recipe.ts';

export interface Preset {
  network: UnetConfig;
  schedule: LearningRateSchedule;
  augment: DrawAugmentation;
  /** 0: all painted pixels alike; 1: all classes alike. */
  balance: number;
}

export function presetOf(recipe: Recipe, classes: number): Preset {
  const { base, depth } = recipe;
  switch (recipe.preset) {
    case 'default':
      return {
        // Pixels are not normalised: tiles then agree with the whole, and replicas with one process.
        network: { preset: 'default', base, depth, classes, normalization: 'weights', dropout: 0 },
        schedule: { shape: 'cosine', peak: 1e-3, warmUpSteps: 20 },
        augment: drawDefaultAugmentation,
        balance: 0.5,
      };
    case 'course':
      return {
        network: { preset: 'course', base, depth, classes, normalization: 'none', dropout: 0.5 },
        schedule: { shape: 'constant', peak: 1e-4, warmUpSteps: 1 },
        augment: drawCourseAugmentation,
        balance: 0,
      };
  }
}
