/** What a recipe's preset stands for: network, schedule, augmentation, balance of classes. */
import type { UnetConfig } from '@cotrace/unet';
import { drawDefaultAugmentation } from './augmentation.ts';
import { type Batches, createBatches } from './batches.ts';
import { createCourseBatches } from './course/batches.ts';
import type { LearningRateSchedule } from './learningRate.ts';
import { type Recipe, STEPS_PER_EPOCH } from './recipe.ts';
import type { LabelClass, Section } from './section.ts';
import type { TrainingSet } from './trainingSet.ts';

export interface Preset {
  network: UnetConfig;
  schedule: LearningRateSchedule;
  /** Weights that have learnt already are not shaken as much as random ones: their share of the rate. */
  restartRate: number;
  /** 0: all painted pixels alike; 1: all classes alike. */
  balance: number;
  /** What the network is shown of a section: its standardised pixels, or greys 0…1 scaled to a square of this side. */
  input: 'standardised' | { side: number };
  /** Null: the weights are compared on held-out crops. */
  stepsPerEpoch: number | null;
  /** Its arrays may be used again by the next call. */
  batches(material: TrainingMaterial): Batches;
}

export interface TrainingMaterial {
  sections: readonly Section[];
  labels: readonly LabelClass[];
  /** The sections made ready as the default recipe has them. */
  set: TrainingSet;
  seed: number;
}

export function presetOf(recipe: Recipe, classes: number): Preset {
  const { base, depth, tile, batch } = recipe;
  switch (recipe.preset) {
    case 'default':
      return {
        // Pixels are not normalised: tiles then agree with the whole, and replicas with one process.
        network: { preset: 'default', base, depth, classes, normalization: 'weights', dropout: 0 },
        schedule: { shape: 'cosine', peak: 1e-3, warmUpSteps: 20 },
        restartRate: 0.5,
        balance: 0.5,
        input: 'standardised',
        stepsPerEpoch: null,
        batches: ({ set, seed }) =>
          createBatches(set, { tile, batch, seed, augment: drawDefaultAugmentation }),
      };
    case 'course':
      return {
        network: { preset: 'course', base, depth, classes, normalization: 'none', dropout: 0.5 },
        schedule: { shape: 'constant', peak: 1e-4, warmUpSteps: 1 },
        restartRate: 1,
        balance: 0,
        input: { side: tile },
        stepsPerEpoch: recipe.stepsPerEpoch ?? STEPS_PER_EPOCH,
        batches: ({ sections, labels, seed }) => createCourseBatches({ sections, labels, tile, batch, seed }),
      };
  }
}
