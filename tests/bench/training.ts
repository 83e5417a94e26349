/** One training step: operation by operation, as one graph, and that in bfloat16 where the processor has it. */
import { type Engine, loadEngine } from '@cotrace/engine';
import { seededRandom } from '@cotrace/tissue';
import { createUnet, type TrainBatch, type Unet, type UnetConfig } from '@cotrace/unet';
import { createEagerUnet } from '../../packages/unet/src/eagerUnet.ts';
import { choosePrecision } from '../../packages/unet/src/precision.ts';
import { type Bench, type Measurement, measurement, timed } from './measure.ts';

/** Buffers grow and kernels are chosen in these. */
const LEFT_OUT = 20;
const MEASURED = 15;

const SETTINGS = [
  { base: 16, depth: 4, side: 256, batch: 2 },
  { base: 16, depth: 4, side: 256, batch: 4 },
  { base: 8, depth: 3, side: 128, batch: 4 },
];

export const training: Bench = {
  about: `milliseconds a step, after ${LEFT_OUT} that do not count; takes minutes`,
  async run() {
    const engine = await loadEngine();
    const measurements: Measurement[] = [];
    for (const setting of SETTINGS) measurements.push(...(await steps(engine, setting)));
    return { engine: engine.sentence, measurements };
  },
};

async function steps(engine: Engine, setting: (typeof SETTINGS)[number]): Promise<Measurement[]> {
  const { base, depth, side, batch } = setting;
  const config: UnetConfig = {
    preset: 'default',
    base,
    depth,
    classes: 2,
    normalization: 'weights',
    dropout: 0,
  };
  const runs = networks(engine, config).map(([name, unet]) => ({ name, unet, times: [] as number[] }));
  const data = randomBatch(batch, side);
  // In turn, so that a disturbance of the machine meets all alike.
  for (let step = 0; step < LEFT_OUT + MEASURED; step++) {
    for (const { unet, times } of runs) {
      const { ms } = await timed(() => unet.trainStep(data, 1e-3));
      if (step >= LEFT_OUT) times.push(ms);
    }
  }
  return runs.map(({ name, unet, times }) => {
    unet.dispose();
    return measurement(`base ${base}, depth ${depth}, ${side}², batch ${batch}: ${name}`, 'ms', times);
  });
}

function networks(engine: Engine, config: UnetConfig): [string, Unet][] {
  const found: [string, Unet][] = [['eager', createEagerUnet(engine, config, { seed: 1 })]];
  if (engine.name !== 'tensorflow') return found;
  found.push(['graph, float32', createUnet(engine, config, { seed: 1, precision: 'float32' })]);
  if (choosePrecision('auto', engine) === 'bfloat16') {
    found.push(['graph, bfloat16', createUnet(engine, config, { seed: 1, precision: 'bfloat16' })]);
  }
  return found;
}

function randomBatch(n: number, side: number): TrainBatch {
  const random = seededRandom(2);
  const pixels = n * side * side;
  const images = Float32Array.from({ length: pixels }, () => random.between(-1.7, 1.7));
  const targets = Uint8Array.from(images, (value) => (value > 0 ? 1 : 0));
  return { n, height: side, width: side, images, targets, weights: new Float32Array(pixels).fill(1) };
}
