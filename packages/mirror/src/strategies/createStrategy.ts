/** The strategy of a name. */
import { MirrorError } from '../errors.ts';
import type { StrategyName } from '../plan.ts';
import { createCentralStorage } from './centralStorage.ts';
import { createMirrored } from './mirrored.ts';
import { createParameterServer } from './parameterServer.ts';
import type { Strategy, StrategyParts } from './strategy.ts';

/** @throws MirrorError TPU_UNREACHABLE */
export function createStrategy<Batch>(name: StrategyName, parts: StrategyParts<Batch>): Strategy {
  switch (name) {
    case 'mirrored':
    case 'multi-worker':
      return createMirrored(parts);
    case 'central-storage':
      return createCentralStorage(parts);
    case 'parameter-server':
      return createParameterServer(parts);
    case 'tpu':
      throw new MirrorError('TPU_UNREACHABLE');
  }
}
