/** A run on all that a machine has, or on as much of it as is wanted: in this process alone, or with replicas. */
import { train } from '../train.ts';
import type { TrainOptions, TrainResult } from '../trainOptions.ts';
import { chooseReplicas } from './machine.ts';
import { type ReplicatedResult, type Replication, trainReplicated } from './trainReplicated.ts';

export interface Together extends Omit<Replication, 'replicas'> {
  /** Undefined: as many as the machine has cards or cores for, as far as that helps. */
  replicas: number | undefined;
}

/** Tells by `onNotice` how many train. Throws what `train` and `trainReplicated` throw. */
export async function trainTogether(
  options: TrainOptions,
  { replicas: wanted, ...rest }: Together,
): Promise<TrainResult & Partial<ReplicatedResult>> {
  const { strategy, hosts = [], onNotice } = rest;
  let replicas = wanted;
  if (replicas === undefined) {
    const chosen = chooseReplicas(options.engine, options.recipe, Math.max(1, hosts.length));
    onNotice?.(chosen.sentence);
    replicas = chosen.replicas;
  }
  if (replicas === 1 && strategy === 'mirrored' && hosts.length === 0) return train(options);
  return trainReplicated(options, { ...rest, replicas });
}
