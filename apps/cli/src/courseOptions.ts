/** The options of `train` that only the course's recipe has: epochs, and what they make of a recipe. */
import { COURSE_RECIPE, type EpochEnd, type Recipe, STEPS_PER_EPOCH } from '@cotrace/training';
import type { Command } from 'commander';
import { cliError } from './errors.ts';
import { wholeNumber } from './options.ts';

export interface CourseOptions {
  preset: Recipe['preset'];
  steps?: number;
  minutes?: number;
  epochs?: number;
  stepsPerEpoch?: number;
}

const EPOCHS = COURSE_RECIPE.steps! / STEPS_PER_EPOCH;

export function withCourseOptions(command: Command): Command {
  return command
    .option(
      '--epochs <N>',
      `course: end after so many epochs; the best by loss is kept (default: ${EPOCHS})`,
      wholeNumber('--epochs', 1, 1_000_000),
    )
    .option(
      '--steps-per-epoch <N>',
      `course: steps of an epoch (default: ${STEPS_PER_EPOCH})`,
      wholeNumber('--steps-per-epoch', 1, 1_000_000),
    );
}

/** Throws BAD_USE. */
export function refuseCourseOptions({ preset, steps, minutes, epochs, stepsPerEpoch }: CourseOptions): void {
  if (preset !== 'course' && (epochs !== undefined || stepsPerEpoch !== undefined)) {
    throw cliError('BAD_USE', {
      sentence: '--epochs and --steps-per-epoch go with --preset course, but it is default.',
    });
  }
  if (epochs !== undefined && (steps !== undefined || minutes !== undefined)) {
    throw cliError('BAD_USE', {
      sentence: 'One of --epochs, --steps and --minutes was expected, but two came.',
    });
  }
}

/** How long a run of the course is. */
export function courseLength(
  options: CourseOptions,
): Pick<Recipe, 'steps' | 'budgetSeconds' | 'stepsPerEpoch'> {
  const stepsPerEpoch = options.stepsPerEpoch ?? STEPS_PER_EPOCH;
  if (options.minutes !== undefined)
    return { steps: null, budgetSeconds: 60 * options.minutes, stepsPerEpoch };
  const steps = options.steps ?? (options.epochs ?? EPOCHS) * stepsPerEpoch;
  return { steps, budgetSeconds: null, stepsPerEpoch };
}

/** `Epoch 2 of 10: loss 0.3121, accuracy 0.861; the best so far.` */
export function describeEpoch({ epoch, loss, accuracy, kept }: EpochEnd, recipe: Recipe): string {
  const of = recipe.steps === null ? '' : ` of ${Math.ceil(recipe.steps / recipe.stepsPerEpoch!)}`;
  const verdict = kept ? 'the best so far' : 'not better';
  return `Epoch ${epoch}${of}: loss ${loss.toFixed(4)}, accuracy ${accuracy.toFixed(3)}; ${verdict}.`;
}
