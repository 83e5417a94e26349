/** Picks the implementation that fits the engine. */
import type { Engine } from '@cotrace/engine';
import { checkConfig, type UnetConfig } from './config.ts';
import { createEagerUnet } from './eagerUnet.ts';
import type { Unet, UnetOptions } from './unet.ts';

/** @throws UnetError CONFIG_INVALID, PRECISION_UNAVAILABLE */
export function createUnet(engine: Engine, config: UnetConfig, options: UnetOptions): Unet {
  checkConfig(config);
  return createEagerUnet(engine, config, options);
}
