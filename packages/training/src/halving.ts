/** What becomes of a run whose step does not fit into memory: once, half the batch, or half the tile. */
import { EngineError, memoryErrorOf } from '@cotrace/engine';
import type { Recipe } from './recipe.ts';
import type { TrainOptions } from './trainOptions.ts';

/** The smallest tile that a recipe may have. */
const LEAST_TILE = 16;

/**
 * The recipe with half the batch, which `replicas` must still divide; where that is not to be had, half the tile, if the
 * network can halve it as often; else null.
 */
export function halved(recipe: Recipe, replicas = 1): Recipe | null {
  const { batch, tile, depth } = recipe;
  const shares = Math.floor(batch / 2 / replicas);
  if (shares > 0) return { ...recipe, batch: shares * replicas };
  const half = tile / 2;
  return half >= LEAST_TILE && half % 2 ** depth === 0 ? { ...recipe, tile: half } : null;
}

/** `batch 4 is halved to 2`. */
function describeHalving(from: Recipe, to: Recipe): string {
  return to.batch === from.batch
    ? `the tile of ${from.tile} pixels is halved to ${to.tile}`
    : `the batch of ${from.batch} is halved to ${to.batch}`;
}

/**
 * `run` with the options; where memory runs out, in the forecast or in the middle, once more with the halved recipe, from
 * where the run was to begin. A checkpoint of such a second run is gone on with as it is.
 * @throws what `run` throws; EngineError MEMORY_TOO_SMALL where half was too much, too
 */
export async function withHalving<Result>(
  options: TrainOptions,
  run: (options: TrainOptions) => Promise<Result>,
  replicas = 1,
): Promise<Result> {
  const { recipe, resumeFrom, onHalved } = options;
  const smaller = halved(recipe, replicas);
  const say = (why: string) =>
    onHalved?.(`Memory is too small for a step: ${describeHalving(recipe, smaller!)}. ${why}`.trim());
  const again = () => run({ ...options, recipe: smaller!, resumeFrom: shrunk(resumeFrom, smaller!) });
  if (smaller && resumeFrom && sameStep(resumeFrom.recipe, smaller)) {
    say('It was when the run was broken off.');
    return again();
  }
  try {
    return await run(options);
  } catch (error) {
    const told = memoryErrorOf(error) ?? error;
    if (!smaller || !(told instanceof EngineError) || told.code !== 'MEMORY_TOO_SMALL') throw told;
    say('');
  }
  return again();
}

const sameStep = (a: Recipe, b: Recipe) => a.batch === b.batch && a.tile === b.tile;

function shrunk(checkpoint: TrainOptions['resumeFrom'], { batch, tile }: Recipe): TrainOptions['resumeFrom'] {
  return checkpoint && { ...checkpoint, recipe: { ...checkpoint.recipe, batch, tile } };
}
