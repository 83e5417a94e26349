/** Picks the implementation that fits the engine: one TensorFlow graph where that can run, else operation by operation. */
import type { Engine } from '@cotrace/engine';
import { checkConfig, type UnetConfig } from './config.ts';
import { createEagerUnet } from './eagerUnet.ts';
import { createGraphUnet } from './graphUnet.ts';
import type { Unet, UnetOptions } from './unet.ts';

/** @throws UnetError CONFIG_INVALID, PRECISION_UNAVAILABLE */
export function createUnet(engine: Engine, config: UnetConfig, options: UnetOptions): Unet {
  checkConfig(config);
  const graph = engine.name === 'tensorflow' && config.normalization !== 'group';
  return graph ? createGraphUnet(engine, config, options) : createEagerUnet(engine, config, options);
}
