import { expect, it } from 'vitest';
import type { UnetConfig } from './config.ts';
import { createEagerUnet } from './eagerUnet.ts';
import { receptiveRadius } from './receptiveRadius.ts';
import { uniformFrom } from './seededRandom.ts';
import { plainEngine, TINY } from './testing/batches.ts';

const configs: UnetConfig[] = [
  { ...TINY, base: 4, depth: 1 },
  { ...TINY, base: 4, depth: 2 },
  { ...TINY, base: 4, depth: 2, preset: 'course' },
];

it.each(configs)('reaches exactly as far as a changed pixel shows: $preset, depth $depth', async (config) => {
  const unet = createEagerUnet(await plainEngine(), config, { seed: 4 });
  const width = 128;
  const height = 2 ** config.depth;
  const uniform = uniformFrom(1);
  const image = Float32Array.from({ length: width * height }, uniform);
  const before = await unet.predictLogits(image, { n: 1, height, width });
  let reached = 0;
  for (let offset = 0; offset < 2 ** config.depth; offset++) {
    const changedAt = width / 2 + offset;
    // Both ways and strongly, so that no ReLU hides it.
    for (const by of [-1000, 1000]) {
      const changed = image.slice();
      for (let y = 0; y < height; y++) changed[y * width + changedAt]! += by;
      const after = await unet.predictLogits(changed, { n: 1, height, width });
      after.forEach((logit, at) => {
        if (logit !== before[at]) reached = Math.max(reached, Math.abs((at % width) - changedAt));
      });
    }
  }
  expect(reached).toBe(receptiveRadius(config));
  unet.dispose();
});
