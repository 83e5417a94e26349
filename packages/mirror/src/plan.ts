/** Which rank runs where, with how many threads and which card. Pure. */
import { MirrorError } from './errors.ts';
import type { RankPlace } from './launcher.ts';

/** As TensorFlow names them; `--strategy` takes the same. */
export const STRATEGIES = ['mirrored', 'multi-worker', 'central-storage', 'parameter-server', 'tpu'] as const;
export type StrategyName = (typeof STRATEGIES)[number];

export interface Machine {
  cores: number;
  /** Graphics cards that the engine uses, by their index for CUDA; empty: it computes on the processor. */
  cards: readonly string[];
}

export interface PlanRequest {
  strategy: StrategyName;
  /** How many compute gradients. */
  replicas: number;
  /** For `multi-worker`: this machine first. */
  hosts: readonly string[];
  /** Images a step. */
  batch: number;
}

export interface Plan {
  /** One a process: `replicas`, and one more that serves for `parameter-server`. */
  places: RankPlace[];
  /** Of each replica. */
  threads: number;
}

/** @throws MirrorError TPU_UNREACHABLE, HOSTS_MISSING, HOSTS_UNUSED, HOSTS_UNEVEN, TOO_MANY_REPLICAS, BATCH_NOT_DIVIDED */
export function planReplicas(request: PlanRequest, machine: Machine): Plan {
  const { strategy, replicas, batch } = request;
  if (strategy === 'tpu') throw new MirrorError('TPU_UNREACHABLE');
  const hosts = hostsOf(request);
  if (replicas % hosts.length !== 0) {
    throw new MirrorError('HOSTS_UNEVEN', `${replicas} replicas on ${hosts.length} hosts`);
  }
  const each = replicas / hosts.length;
  const { cores, cards } = machine;
  const most = cards.length > 0 ? cards.length : cores;
  if (each > most) {
    const what = cards.length > 0 ? `${most} cards` : `${most} cores`;
    throw new MirrorError('TOO_MANY_REPLICAS', `${each} replicas on a machine of ${what}`);
  }
  // Each worker of a parameter server takes whole batches, in its own time.
  if (strategy !== 'parameter-server' && batch % replicas !== 0) {
    throw new MirrorError('BATCH_NOT_DIVIDED', `a batch of ${batch} for ${replicas} replicas`);
  }
  const threads = Math.max(1, Math.floor(cores / each));
  const places = Array.from({ length: replicas }, (_, rank) => ({
    host: hosts[Math.floor(rank / each)]!,
    environment: environmentOf(threads, cards[rank % each]),
  }));
  // The server adds and waits: it needs no card and hardly a core.
  if (strategy === 'parameter-server') {
    places.unshift({ host: hosts[0]!, environment: environmentOf(1, cards.length > 0 ? '' : undefined) });
  }
  return { places, threads };
}

/** The most replicas, up to `wanted`, that divide the batch. */
export function dividingReplicas(batch: number, wanted: number): number {
  let replicas = Math.max(1, Math.min(batch, wanted));
  while (batch % replicas !== 0) replicas -= 1;
  return replicas;
}

/** Of those that divide the batch over `hosts` alike machines, the number that leaves the fewest cards or cores idle. */
export function fittingReplicas(batch: number, { cores, cards }: Machine, hosts = 1): number {
  let best = { each: 1, used: 0 };
  for (let each = 1; each <= (cards.length || cores); each += 1) {
    if (batch % (each * hosts) !== 0) continue;
    const used = cards.length > 0 ? each : each * Math.floor(cores / each);
    if (used >= best.used) best = { each, used };
  }
  return best.each * hosts;
}

function hostsOf({ strategy, hosts }: PlanRequest): readonly string[] {
  if (strategy === 'multi-worker') {
    if (hosts.length === 0) throw new MirrorError('HOSTS_MISSING');
    return hosts;
  }
  if (hosts.length > 0) throw new MirrorError('HOSTS_UNUSED', `${hosts.join(', ')} with ${strategy}`);
  return ['localhost'];
}

function environmentOf(threads: number, card: string | undefined): Record<string, string> {
  return {
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: '1',
    // Two processes on one card would each want all of its memory.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    ...(card === undefined ? {} : { CUDA_VISIBLE_DEVICES: card }),
  };
}
