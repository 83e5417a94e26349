/**
 * A run of several processes, seen from the one that wants it: options, progress, checkpoints, cancelling and result are
 * those of `train`. The processes are MPI ranks; when one is lost, the run goes on from the last checkpoint with the rest.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  awaitCaller,
  type Channel,
  checkHosts,
  dividingReplicas,
  MirrorError,
  planReplicas,
  type StrategyName,
  type StrategyReport,
  startRanks,
} from '@cotrace/mirror';
import type { Checkpoint } from '../checkpoint.ts';
import { TrainingError, throwIfCancelled } from '../errors.ts';
import { withHalving } from '../halving.ts';
import { loadCheckpointFolder } from '../modelFolder.ts';
import {
  createRunBatches,
  createRunUnet,
  finishRun,
  type PreparedRun,
  prepareRun,
  type RunEnd,
} from '../run.ts';
import { train } from '../train.ts';
import type { TrainOptions, TrainResult } from '../trainOptions.ts';
import { writeJob } from './job.ts';
import { machineOf } from './machine.ts';
import { FAILURE_LINE, type FromRank, type PassedError, receiveError, type ToRank } from './messages.ts';
import { socketPath } from './rank.ts';

export interface Replication {
  strategy: StrategyName;
  /** Processes that compute gradients. */
  replicas: number;
  /** For `multi-worker`: this machine first. */
  hosts?: readonly string[] | undefined;
  /** For `parameter-server`; default: two steps for each worker. */
  stalenessBound?: number | undefined;
  /** Milliseconds; default: twenty times the slowest step, at least a minute. */
  patienceMs?: number | undefined;
  /** Sentences for people: a replica was lost, the run goes on. */
  onNotice?: ((sentence: string) => void) | undefined;
}

export interface ReplicatedResult extends TrainResult {
  /** Those that were there at the end. */
  replicas: number;
  report: StrategyReport;
  /** Of all replicas together, the first 20 steps left out; null in a run of no more. */
  imagesPerSecond: number | null;
}

/** How one set of ranks ended. `lost`: without a word, or because one of them answered no more. */
type Outcome =
  | { kind: 'done'; end: RunEnd; report: StrategyReport; imagesPerSecond: number | null; last: Checkpoint }
  | { kind: 'lost'; why: string; host: string | undefined; last: Checkpoint | undefined; step: number };

/** Errors of ranks that others can go on without. */
const LOST: readonly (string | null)[] = ['REPLICA_SILENT', 'MPI_FAILED'];
/** A cancelled run has so long to write its checkpoint. */
const CANCEL_MS = 60_000;

/**
 * Throws what `train` throws; MirrorError MPI_MISSING, LAUNCH_FAILED, TOO_MANY_REPLICAS, BATCH_NOT_DIVIDED, HOST_UNKNOWN,
 * HOSTS_MISSING, HOSTS_UNUSED, HOSTS_UNEVEN, TPU_UNREACHABLE, REPLICAS_DIFFER, REPLICA_LOST.
 */
export async function trainReplicated(
  options: TrainOptions,
  replication: Replication,
): Promise<ReplicatedResult> {
  // Each worker of a parameter server takes whole batches.
  const shares = replication.strategy === 'parameter-server' ? 1 : replication.replicas;
  return withHalving(options, (fitting) => runReplicated(fitting, replication), shares);
}

async function runReplicated(
  options: TrainOptions,
  { strategy, hosts = [], onNotice, ...rest }: Replication,
): Promise<ReplicatedResult> {
  const { engine, recipe } = options;
  const machine = machineOf(engine);
  let wanted = { strategy, hosts, replicas: rest.replicas, batch: recipe.batch };
  planReplicas(wanted, machine);
  await checkHosts(hosts);
  const prepared = prepareRun(options, engine, rest.replicas);
  const showBatches = batchShower(options, prepared);
  let resumeFrom = options.resumeFrom;
  for (;;) {
    throwIfCancelled(options.signal);
    const outcome = await runRanks(
      { ...options, resumeFrom, showBatches },
      { ...rest, ...wanted },
      planReplicas(wanted, machine).places,
    );
    if (outcome.kind === 'done') {
      const unet = createRunUnet(
        engine,
        { ...options, startFrom: undefined, resumeFrom: outcome.last },
        prepared,
      );
      try {
        const { report, imagesPerSecond, end } = outcome;
        const result = await finishRun(options, prepared, unet, end);
        return { ...result, replicas: wanted.replicas, report, imagesPerSecond };
      } finally {
        unet.dispose();
      }
    }
    const fewer = withoutLost(wanted, outcome.host);
    if (!fewer) throw new MirrorError('REPLICA_LOST', outcome.why);
    resumeFrom = outcome.last ?? resumeFrom;
    const { replicas } = fewer;
    onNotice?.(
      `A replica was lost after step ${outcome.step} (${outcome.why}). The run goes on from step ${resumeFrom?.step ?? 0} with ${replicas === 1 ? 'one process' : `${replicas} replicas`}.`,
    );
    // What is left of a job of one rank is no job: this process has an engine of its own.
    if (replicas === 1) {
      const alone = await train({ ...options, resumeFrom });
      return { ...alone, replicas, report: {}, imagesPerSecond: null };
    }
    wanted = { ...wanted, ...fewer };
  }
}

/** Ranks make their shares of a batch; whoever wants to see whole ones has them made again, up to a step. */
function batchShower(options: TrainOptions, prepared: PreparedRun): (upTo: number) => Promise<void> {
  const { onBatch } = options;
  if (!onBatch) return async () => {};
  const batches = createRunBatches(options, prepared);
  let step = options.resumeFrom?.step ?? 0;
  return async (upTo) => {
    for (; step < upTo; step += 1) await onBatch(step, batches(step));
  };
}

/** Of what is left: one replica fewer, or one host fewer, and a number that divides the batch. Undefined: nothing is. */
function withoutLost(
  wanted: { strategy: StrategyName; hosts: readonly string[]; replicas: number; batch: number },
  lostHost: string | undefined,
): { hosts: readonly string[]; replicas: number } | undefined {
  const { strategy, hosts, replicas, batch } = wanted;
  if (replicas === 1) return undefined;
  const fit = (most: number) => (strategy === 'parameter-server' ? most : dividingReplicas(batch, most));
  if (hosts.length < 2) return { hosts, replicas: fit(replicas - 1) };
  const lost = Math.max(hosts.indexOf(lostHost ?? ''), 0) || hosts.length - 1;
  const left = hosts.filter((_, at) => at !== lost);
  for (let each = replicas / hosts.length; each > 1; each -= 1) {
    if (batch % (each * left.length) === 0) return { hosts: left, replicas: each * left.length };
  }
  const count = dividingReplicas(batch, left.length);
  return { hosts: left.slice(0, count), replicas: count };
}

/** One set of ranks, from its start to its end; nothing of it is left then. */
async function runRanks(
  options: TrainOptions & { showBatches: (upTo: number) => Promise<void> },
  replication: Pick<Replication, 'strategy' | 'replicas' | 'stalenessBound' | 'patienceMs'>,
  places: Parameters<typeof startRanks>[0]['places'],
): Promise<Outcome> {
  const { strategy, replicas } = replication;
  const {
    engine,
    onProgress,
    onCheckpoint,
    onEpoch,
    onBatch: _,
    onHalved: __,
    onRefused,
    showBatches,
    signal,
    now: ___,
    ...plain
  } = options;
  const folder = await mkdtemp(join(tmpdir(), 'cotrace-run-'));
  let last: Checkpoint | undefined;
  let step = options.resumeFrom?.step ?? 0;
  let done: Extract<FromRank, { kind: 'done' }> | undefined;
  let failure: PassedError | undefined;
  /** Messages are dealt with one after another, and all before the outcome. */
  let dealtWith: Promise<void> = Promise.resolve();

  const hear = async (message: FromRank): Promise<void> => {
    switch (message.kind) {
      case 'progress':
        step = message.progress.step;
        onProgress?.(message.progress);
        await showBatches(step);
        return;
      case 'checkpoint':
        last = await loadCheckpointFolder(folder);
        await onCheckpoint?.(last);
        return;
      case 'epoch':
        await onEpoch?.(message.end);
        return;
      case 'refused':
        onRefused?.(message.sentence);
        return;
      case 'done':
        last = await loadCheckpointFolder(folder);
        done = message;
        return;
      case 'failed':
        failure ??= message.error;
    }
  };

  let channel: Channel<ToRank, FromRank> | undefined;
  const cancel = () => void channel?.post({ kind: 'cancel' });
  const caller = await awaitCaller<ToRank, FromRank>(socketPath(folder), (called) => {
    channel = called;
    called.onMessage((message) => {
      dealtWith = dealtWith.then(() => hear(message));
      // What `onCheckpoint` throws ends the run; it is thrown below.
      dealtWith.catch(() => void ranks?.kill());
    });
    if (signal?.aborted) cancel();
  });
  let ranks: Awaited<ReturnType<typeof startRanks>> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    cancel();
    timer = setTimeout(() => void ranks?.kill(), CANCEL_MS);
  };
  try {
    await writeJob(folder, {
      options: plain,
      ...{ engine: engine.name, strategy, replicas, startedAt: Date.now() },
      stalenessBound: replication.stalenessBound ?? 2 * replicas,
      patienceMs: replication.patienceMs ?? null,
    });
    ranks = await startRanks({
      program: programOf(folder),
      places,
      onLine(line) {
        if (line.startsWith(FAILURE_LINE))
          failure ??= JSON.parse(line.slice(FAILURE_LINE.length)) as PassedError;
      },
    });
    signal?.addEventListener('abort', onAbort);
    const { code, said } = await ranks.ended;
    await dealtWith;
    if (done) {
      const { end, report, imagesPerSecond } = done;
      return { kind: 'done', end: { ...end, best: last!.best }, report, imagesPerSecond, last: last! };
    }
    if (signal?.aborted) throw new TrainingError('CANCELLED', `cancelled after ${step} steps`);
    if (failure && !LOST.includes(failure.code)) throw receiveError(failure);
    const { why, host } = lossOf(said);
    return { kind: 'lost', why: failure?.message ?? why ?? `mpiexec ended with ${code}`, host, last, step };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    caller.close();
    await ranks?.kill();
    channel?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The way into a rank, from TypeScript source, wherever this process was started. */
function programOf(folder: string): string[] {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return ['--import', tsx, join(import.meta.dirname, 'rankMain.ts'), folder];
}

/** What mpiexec says of a rank that ended badly. */
function lossOf(said: readonly string[]): { why: string | undefined; host: string | undefined } {
  const text = said.join('\n');
  const exit = /EXIT CODE: (\d+)/.exec(text)?.[1];
  const host = /RUNNING AT (\S+)/.exec(text)?.[1];
  return { why: exit === undefined ? undefined : `a process ended with signal or code ${exit}`, host };
}
