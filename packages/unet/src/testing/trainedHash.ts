/**
 * A process of its own that trains and writes a hash of weights, moments and losses:
 * node --import tsx trainedHash.ts JSON, of {@link TrainedHashRun}; `interrupted` takes the state out and into a new network.
 */
import { createHash } from 'node:crypto';
import { loadEngine } from '@cotrace/engine';
import type { UnetConfig } from '../config.ts';
import { createUnet } from '../createUnet.ts';
import { decodeState, encodeState } from '../state.ts';
import { stripes } from './batches.ts';

export interface TrainedHashRun {
  config: UnetConfig;
  precision: 'float32' | 'bfloat16';
  side: number;
  steps: number;
  /** After how many steps the run is broken off and taken up by another network. */
  interrupted?: number;
}

const { config, precision, side, steps, interrupted }: TrainedHashRun = JSON.parse(process.argv[2]!);
const engine = await loadEngine('tensorflow');
let unet = createUnet(engine, config, { seed: 3, precision });
const hash = createHash('sha256');
for (let step = 0; step < steps; step++) {
  if (step === interrupted) {
    const bytes = encodeState(await unet.exportState());
    unet.dispose();
    unet = createUnet(engine, config, { seed: 3, precision });
    unet.importState(decodeState(bytes), 'all');
  }
  hash.update(Float64Array.of(await unet.trainStep(stripes(config, 2, side, step), 1e-3)));
}
hash.update(encodeState(await unet.exportState()));
process.stdout.write(hash.digest('hex'));
unet.dispose();
