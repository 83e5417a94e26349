/** One claimed job under its lease: how it ends, and what the server is told of it. */
import { EngineError } from '@cotrace/engine';
import { ImageError } from '@cotrace/image-io';
import { MirrorError } from '@cotrace/mirror';
import { type ClaimedJob, JOB_GIVEN_BACK, RemoteError } from '@cotrace/protocol';
import { TrainingError } from '@cotrace/training';
import { UnetError } from '@cotrace/unet';
import { type Connection, underLease } from './connection.ts';
import { startHeartbeat } from './heartbeat.ts';
import { type Work, workOn } from './workOn.ts';

/**
 * done | failed: the server was told. `lost`: another trainer has it. `cancelled`: a person stopped it.
 * `givenBack`: this trainer is to stop.
 */
export type Ending = 'done' | 'failed' | 'lost' | 'cancelled' | 'givenBack';

/** Why the work on a job is broken off: the reason of its signal. */
class Interruption extends Error {
  readonly ending: Ending;
  constructor(ending: Ending) {
    super(ending);
    this.ending = ending;
  }
}

/** A trainer that stops has so long to say so; then the lease runs out by itself. */
const GIVE_BACK_MS = 5_000;

/** @throws RemoteError when the server refuses to hear how it ended. */
export async function runJob(
  job: ClaimedJob,
  parts: Pick<Work, 'engine' | 'replicas' | 'checkpoints' | 'shortestStint' | 'say'> & {
    connection: Connection;
    stopping: AbortSignal;
  },
): Promise<Ending> {
  const { connection, stopping, checkpoints, say } = parts;
  const server = underLease(connection, job.leaseToken);
  const params = { jobId: job.jobId };
  const interrupted = new AbortController();
  const { signal } = interrupted;
  const interrupt = (ending: Ending) => interrupted.abort(new Interruption(ending));
  const stop = () => interrupt('givenBack');
  if (stopping.aborted) stop();
  else stopping.addEventListener('abort', stop);
  const heartbeat = startHeartbeat({
    send: (body) => server.call('reportProgress', { params, body }, signal),
    onCancelled: () => interrupt('cancelled'),
    onLost: (error) => {
      if (!signal.aborted) say(`The lease was not renewed: ${String(error)}`);
      interrupt('lost');
    },
  });

  /** Tells the server that it did not work out; where the lease is gone, there is nobody to tell. */
  const tell = async (body: { code: string; message: string; retry: boolean }, within: AbortSignal) =>
    server.call('failJob', { params, body }, within).catch((error: unknown) => {
      if (within.aborted || isLeaseLost(error)) return;
      throw error;
    });

  try {
    const { engine, replicas, shortestStint } = parts;
    const { report } = heartbeat;
    await workOn({ job, engine, replicas, server, checkpoints, shortestStint, signal, report, say });
    // A renewal that overtakes the end would find the lease gone.
    await heartbeat.close();
    await server.call('finishJob', { params }, signal);
    await checkpoints.clear();
    return 'done';
  } catch (error) {
    const reason: unknown = signal.reason;
    if (reason instanceof Interruption) {
      await heartbeat.close();
      if (reason.ending === 'givenBack') {
        const message = 'The trainer was asked to stop.';
        await tell({ code: JOB_GIVEN_BACK, message, retry: true }, AbortSignal.timeout(GIVE_BACK_MS));
      } else await checkpoints.clear();
      return reason.ending;
    }
    if (isLeaseLost(error)) return 'lost';
    const { code, message, retry } = describeFailure(error);
    say(`${job.taskName}: ${message}`);
    await checkpoints.clear();
    await tell({ code, message, retry }, stopping);
    return 'failed';
  } finally {
    stopping.removeEventListener('abort', stop);
    await heartbeat.close();
  }
}

const isLeaseLost = (error: unknown) => error instanceof RemoteError && error.code === 'LEASE_LOST';

/** Replicas that were lost may stay the next time. */
const PASSING = ['REPLICA_LOST', 'REPLICAS_DIFFER', 'LAUNCH_FAILED', 'MPI_FAILED'];

/** A named error would come again: it ends the job with its sentence. Anything else may be this machine's. */
function describeFailure(error: unknown): { code: string; message: string; retry: boolean } {
  const isNamed = [TrainingError, EngineError, UnetError, ImageError, MirrorError].some(
    (kind) => error instanceof kind,
  );
  const { code, message } = error as { code?: unknown; message?: unknown };
  return {
    code: typeof code === 'string' ? code : 'TRAINER_FAILED',
    message: typeof message === 'string' ? message : String(error),
    retry: !isNamed || PASSING.includes(String(code)),
  };
}
