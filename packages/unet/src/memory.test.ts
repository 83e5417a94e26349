/** Training does not grow: neither tensors nor the process. Over 5,000 steps with COTRACE_LONG=1, else over 300. */
import type { Engine } from '@cotrace/engine';
import { beforeAll, expect, it } from 'vitest';
import { createGraphUnet } from './graphUnet.ts';
import { stripes, TINY } from './testing/batches.ts';
import { nativeEngine } from './testing/nativeEngine.ts';

const PARTS = 5;
const STEPS = process.env.COTRACE_LONG === '1' ? 5000 : 300;
/** Of one step: images, targets and weights of 2 × 64² pixels, four bytes each. A leak of any of them would show. */
const STEP_BYTES = 3 * 2 * 64 * 64 * 4;

let native: Engine | null;
beforeAll(async () => {
  native = await nativeEngine();
});

it(`stays flat over ${STEPS} steps`, { timeout: 30 * 60_000 }, async ({ skip }) => {
  if (!native) return skip();
  const { tf } = native;
  const config = { ...TINY, base: 4, dropout: 0.25 };
  const unet = createGraphUnet(native, config, { seed: 1 });
  const batch = stripes(config, 2, 64, 1);
  const train = async (steps: number) => {
    for (let step = 0; step < steps; step++) {
      if (step % 10 === 9) await unet.applySums(await unet.gradientSums(batch), 1e-4);
      else await unet.trainStep(batch, 1e-4);
    }
  };
  // Outside V8's own heap, which comes and goes as it likes.
  const outside = () => {
    const { rss, heapTotal, arrayBuffers } = process.memoryUsage();
    return rss - heapTotal - arrayBuffers;
  };
  // Allocators fill their pools first.
  await train(Math.min(STEPS / 3, 300));
  const tensors = tf.memory().numTensors;
  const growths: number[] = [];
  for (let part = 0; part < PARTS; part++) {
    const before = outside();
    await train(STEPS / PARTS);
    growths.push((outside() - before) / (STEPS / PARTS));
  }
  expect(tf.memory().numTensors).toBe(tensors);
  // Pools grow now and then; a leak grows always.
  expect(Math.min(...growths)).toBeLessThan(STEP_BYTES / 4);
  unet.dispose();
});
