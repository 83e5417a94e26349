/** How a model is trained: the recipe people choose, and what each preset adds to it. Defaults live here, with reasons. */
import { TrainingError } from './errors.ts';

/** Exactly one of `steps` and `budgetSeconds` ends the run. */
export interface Recipe {
  preset: 'default' | 'course';
  /** Channels of the first level. */
  base: number;
  /** Times that the picture is halved. */
  depth: number;
  /** Side of a training crop, pixels; a multiple of 2^depth. */
  tile: number;
  /** Crops a step. */
  batch: number;
  steps: number | null;
  budgetSeconds: number | null;
  /** Course only: after so many steps the weights are kept if their epoch's loss is the least so far. */
  stepsPerEpoch?: number | undefined;
}

/** Ten minutes on two plain cores reach a V_Rand above 0.93 on the ISBI membranes with it. */
export const DEFAULT_RECIPE: Recipe = {
  preset: 'default',
  base: 16,
  depth: 4,
  tile: 256,
  batch: 4,
  steps: null,
  budgetSeconds: 600,
};

/** Steps of an epoch where the recipe names none. */
export const STEPS_PER_EPOCH = 300;
const EPOCHS = 10;

/** The network and training of the course notes. `tile` is the side that whole sections are scaled to. */
export const COURSE_RECIPE: Recipe = {
  preset: 'course',
  base: 64,
  depth: 4,
  tile: 256,
  batch: 2,
  steps: EPOCHS * STEPS_PER_EPOCH,
  budgetSeconds: null,
  stepsPerEpoch: STEPS_PER_EPOCH,
};

/** Throws RECIPE_INVALID, naming the value. */
export function checkRecipe(recipe: Recipe): void {
  const whole = (name: 'base' | 'depth' | 'tile' | 'batch', from: number, to: number) => {
    const value = recipe[name];
    if (!Number.isInteger(value) || value < from || value > to) {
      throw new TrainingError(
        'RECIPE_INVALID',
        `${name} ${value}, expected a whole number from ${from} to ${to}`,
      );
    }
  };
  whole('base', 1, 256);
  whole('depth', 1, 6);
  whole('tile', 16, 4096);
  whole('batch', 1, 256);
  const multiple = 2 ** recipe.depth;
  if (recipe.tile % multiple !== 0) {
    throw new TrainingError(
      'RECIPE_INVALID',
      `tile ${recipe.tile}, expected a multiple of ${multiple} for depth ${recipe.depth}`,
    );
  }
  const { steps, budgetSeconds } = recipe;
  if ((steps === null) === (budgetSeconds === null)) {
    throw new TrainingError(
      'RECIPE_INVALID',
      `steps ${steps} and budgetSeconds ${budgetSeconds}, expected exactly one of both`,
    );
  }
  if (steps !== null && (!Number.isInteger(steps) || steps < 1)) {
    throw new TrainingError('RECIPE_INVALID', `steps ${steps}, expected a whole number from 1`);
  }
  const { stepsPerEpoch } = recipe;
  if (stepsPerEpoch !== undefined && (!Number.isInteger(stepsPerEpoch) || stepsPerEpoch < 1)) {
    throw new TrainingError(
      'RECIPE_INVALID',
      `stepsPerEpoch ${stepsPerEpoch}, expected a whole number from 1`,
    );
  }
  if (budgetSeconds !== null && !(budgetSeconds > 0)) {
    throw new TrainingError('RECIPE_INVALID', `budgetSeconds ${budgetSeconds}, expected more than 0`);
  }
}
