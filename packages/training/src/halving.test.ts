import { trainingBytes } from '@cotrace/engine';
import { findMpi } from '@cotrace/mirror';
import { parameterCountOf } from '@cotrace/unet';
import { describe, expect, it } from 'vitest';
import type { Checkpoint } from './checkpoint.ts';
import { halved } from './halving.ts';
import { presetOf } from './presets.ts';
import type { Recipe } from './recipe.ts';
import { trainReplicated } from './replicas/trainReplicated.ts';
import { MEMBRANE_LABELS } from './section.ts';
import { TINY_RECIPE, testEngine } from './testing/tinyModel.ts';
import { tissueSections } from './testing/tissueSections.ts';
import { train } from './train.ts';
import type { TrainOptions } from './trainOptions.ts';

const recipe: Recipe = { ...TINY_RECIPE, batch: 4, steps: 3 };

/** A run on an engine whose card has just the memory for a step of this batch. */
async function options(enoughForBatch: number, more: Partial<TrainOptions> = {}): Promise<TrainOptions> {
  const { base, depth, tile } = recipe;
  let perPixel = 0;
  for (let level = 0; level <= depth; level++) perPixel += (14 * base * 2 ** level) / 4 ** level;
  const bytes = trainingBytes({
    parameters: parameterCountOf(presetOf(recipe, 2).network),
    activations: perPixel * tile * tile * enoughForBatch,
  });
  const card = { index: 0, uuid: 'GPU-1', name: 'A card', computeCapability: 8, driver: '570.1' };
  const engine = { ...(await testEngine()), cards: [{ ...card, memoryBytes: bytes / 0.89 }] };
  const sections = tissueSections({ seed: 3, side: 64, count: 2 });
  return { engine, labels: MEMBRANE_LABELS, sections, heldOut: [], recipe, seed: 1, ...more };
}

describe('a step too large for the memory', () => {
  it('is halved once, which is said, and the run ends as one that was begun so', async () => {
    const said: string[] = [];
    const { model, finalLoss } = await train(
      await options(2, { onHalved: (sentence) => said.push(sentence) }),
    );
    expect(said).toEqual(['Memory is too small for a step: the batch of 4 is halved to 2.']);
    expect(model.recipe).toEqual({ ...recipe, batch: 2 });
    const small = await train(await options(2, { recipe: { ...recipe, batch: 2 } }));
    expect(finalLoss).toBeCloseTo(small.finalLoss!, 4);
  });

  it('that is so after halving, too, is refused with both sizes', async () => {
    await expect(train(await options(1))).rejects.toMatchObject({
      code: 'MEMORY_TOO_SMALL',
      message: expect.stringMatching(/It takes about .* there are/),
    });
  });

  it('and found out in the middle, too, is halved', async () => {
    const said: string[] = [];
    const sizes: number[] = [];
    const { model } = await train(
      await options(4, {
        onHalved: (sentence) => said.push(sentence),
        onBatch: (step, { n }) => {
          sizes.push(n);
          // As a card says it whose memory somebody else has taken meanwhile.
          if (step === 1 && n === 4) throw new Error('OOM when allocating tensor with shape[4,32,32,8]');
        },
      }),
    );
    expect(said).toHaveLength(1);
    expect(sizes).toEqual([4, 4, 2, 2, 2]);
    expect(model.recipe.batch).toBe(2);
  });

  it.skipIf(findMpi() === undefined)('is halved for replicas, too', { timeout: 240_000 }, async () => {
    const said: string[] = [];
    // For a second set of weights, too.
    const given = await options(3, { onHalved: (sentence) => said.push(sentence) });
    const { model, replicas } = await trainReplicated(given, { strategy: 'mirrored', replicas: 2 });
    expect([said.length, model.recipe.batch, replicas]).toEqual([1, 2, 2]);
  });

  it('stays halved when the run is gone on with', async () => {
    let saved: Checkpoint | undefined;
    const stop = new AbortController();
    const keep = (checkpoint: Checkpoint) => {
      saved = checkpoint;
    };
    const broken = await options(2, {
      onCheckpoint: keep,
      signal: stop.signal,
      onProgress: ({ step }) => step === 0 || stop.abort(),
      onBatch: (step) => step === 1 && stop.abort(),
    } as Partial<TrainOptions>);
    await expect(train(broken)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(saved!.recipe.batch).toBe(2);
    const said: string[] = [];
    const { model, steps } = await train(
      await options(2, { resumeFrom: saved, onHalved: (sentence) => said.push(sentence) }),
    );
    expect([model.recipe.batch, steps]).toEqual([2, 3]);
    expect(said).toEqual([expect.stringContaining('It was when the run was broken off.')]);
  });
});

describe('half a step', () => {
  it.each([
    ['the batch', {}, { batch: 2 }],
    ['an odd batch, downwards', { batch: 3 }, { batch: 1 }],
    ['the tile of a batch of one', { batch: 1 }, { batch: 1, tile: 16 }],
  ])('is %s', (_, from, to) => {
    expect(halved({ ...recipe, ...from })).toEqual({ ...recipe, ...to });
  });
  it.each([
    [2, { batch: 2 }],
    [3, { tile: 16 }],
    [4, { tile: 16 }],
  ])('of a batch of four is one that %i replicas divide, or half the tile', (replicas, to) => {
    expect(halved(recipe, replicas)).toEqual({ ...recipe, ...to });
  });
  it('is none where the network could not halve the tile as often, or it would be too small', () => {
    expect(halved({ ...recipe, batch: 1, tile: 16 })).toBeNull();
    expect(halved({ ...recipe, batch: 1, tile: 48, depth: 4 })).toBeNull();
  });
});
