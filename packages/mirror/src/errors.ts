/** Why several processes cannot train one model, or stopped doing so: a code and a sentence. */
export const MIRROR_ERRORS = {
  MPI_MISSING:
    'MPI was expected, which several replicas speak through, but it is not installed here. Run `npm start` once where pip is installed, or train with one replica.',
  MPI_FAILED: 'A message between replicas was expected to arrive, but MPI refused. Start the run again.',
  LAUNCH_FAILED: 'The replicas were expected to start, but they did not. Train with one replica.',
  REPLICA_LOST:
    'All replicas were expected to reach the end of the run, but one ended before. Go on from the last checkpoint.',
  REPLICA_SILENT:
    'Every replica was expected to take part in each step, but one did not answer in time. Go on from the last checkpoint.',
  REPLICAS_DIFFER:
    'The same weights were expected in all replicas, but they differ. Go on from the last checkpoint, on machines of one kind and one version.',
  TOO_MANY_REPLICAS:
    'At most one replica for each graphics card was expected or, without one, for each core. Ask for fewer.',
  BATCH_NOT_DIVIDED:
    'A batch that the replicas divide evenly was expected. Change the batch or the number of replicas.',
  HOST_UNKNOWN:
    'Names or addresses of machines that can be reached were expected. Correct the list of hosts.',
  HOSTS_UNEVEN: 'The same number of replicas on every host was expected. Ask for a multiple of the hosts.',
  HOSTS_MISSING: 'The strategy multi-worker needs a list of hosts; this machine comes first in it.',
  HOSTS_UNUSED: 'Hosts were expected with the strategy multi-worker only. Choose it, or leave them out.',
  TPU_UNREACHABLE:
    "A strategy that can run was expected, but tpu cannot: Google's TPUs are spoken to through a runtime that exists for Python and C++ only, not for Node. Choose mirrored.",
} as const;

export type MirrorErrorCode = keyof typeof MIRROR_ERRORS;

/** `detail` says what came. */
export class MirrorError extends Error {
  override readonly name = 'MirrorError';
  readonly code: MirrorErrorCode;

  constructor(code: MirrorErrorCode, detail?: string, cause?: unknown) {
    super(
      `${MIRROR_ERRORS[code]}${detail === undefined ? '' : ` (Got: ${detail}.)`}`,
      cause === undefined ? undefined : { cause },
    );
    this.code = code;
  }
}
