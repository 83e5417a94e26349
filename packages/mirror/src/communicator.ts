/**
 * What replicas say to one another: sums, copies and messages, over MPI. Nothing here blocks for ever: each call is
 * started, then asked for until it is done, and a rank that does not answer within the patience is an error.
 */
import { setImmediate } from 'node:timers/promises';
import { MirrorError } from './errors.ts';
import { ANY_SOURCE, BYTE, FLOAT, IN_PLACE, loadMpi, type Memory, SUM, WORLD } from './mpi.ts';

export interface Communicator {
  readonly rank: number;
  readonly size: number;
  /** Longest wait for the others, milliseconds; then REPLICA_SILENT. */
  patienceMs: number;
  /** Adds up `values` of all ranks, in place: the same bits everywhere. */
  allReduceSum(values: Float32Array): Promise<void>;
  /** Adds up `values` of all ranks in those of `root`; the others keep theirs. */
  reduceSum(values: Float32Array, root: number): Promise<void>;
  /** Copies `values` of `root` into those of all ranks. */
  broadcast(values: Float32Array | Uint8Array, root: number): Promise<void>;
  /** `own` of every rank, by rank; all of one length. */
  allGather(own: Uint8Array): Promise<Uint8Array[]>;
  barrier(): Promise<void>;
  /** Resolves once `values` may be changed again. */
  send(values: Float32Array | Uint8Array, to: number, tag: number): Promise<void>;
  /** A message of that tag that waits to be received, from any rank. */
  probe(tag: number): { from: number } | undefined;
  /** As `probe`, once there is one. */
  awaitMessage(tag: number): Promise<{ from: number }>;
  receive(into: Float32Array | Uint8Array, from: number, tag: number): Promise<void>;
  /** All ranks together; nothing may be said afterwards. */
  close(): Promise<void>;
  /** Ends every rank of the job now. Does not return. */
  abort(code: number): void;
}

/** A first step waits for engines that load and graphs that are built. */
const FIRST_PATIENCE_MS = 600_000;
/** So long a wait keeps its core, but for those who want it more: most answers come sooner. */
const EAGER_MS = 0.3;
/** Numbers from which on a sum or a copy takes many turns of all ranks; they are over within some milliseconds. */
const LARGE = 1024;
const LARGE_EAGER_MS = 10;
/** Then it leaves the core to others, a twentieth of the wait at a time: whoever is waited for computes on it. */
const NAP = { leastMs: 0.1, mostMs: 1, share: 0.05 };
/** Sockets and timers of this process are looked after once in so long a wait. */
const TURN_MS = 50;
/** Numbers of one MPI call are counted in 31 bits; four to a float keeps bytes below that, too. */
const MAX_COUNT = 2 ** 28;

const nap = new Int32Array(new SharedArrayBuffer(4));

/** One a process. @throws MirrorError MPI_MISSING, MPI_FAILED */
export function openCommunicator(): Communicator {
  const mpi = loadMpi();
  mpi.start();
  const word = () => new Int32Array(new ArrayBuffer(4));
  const numbers = { rank: word(), size: word() };
  mpi.check('MPI_Comm_rank', mpi.rank(WORLD, numbers.rank));
  mpi.check('MPI_Comm_size', mpi.size(WORLD, numbers.size));
  const [rank, size] = [numbers.rank[0]!, numbers.size[0]!];
  const flag = word();
  const status = new Int32Array(new ArrayBuffer(64));
  let patienceMs = FIRST_PATIENCE_MS;

  async function until(what: string, isDone: () => boolean, eagerMs: number): Promise<void> {
    const started = performance.now();
    let turnedAt = started;
    while (!isDone()) {
      const waited = performance.now() - started;
      if (waited > patienceMs) {
        throw new MirrorError('REPLICA_SILENT', `${what}: none for ${Math.round(waited / 1000)} s`);
      }
      if (waited < eagerMs) mpi.yieldCore();
      else Atomics.wait(nap, 0, 0, Math.min(NAP.mostMs, Math.max(NAP.leastMs, NAP.share * waited)));
      if (performance.now() - turnedAt > TURN_MS) {
        await setImmediate();
        turnedAt = performance.now();
      }
    }
  }

  /** `memory` is named so that it lives until MPI is done with it. */
  async function run(
    what: string,
    start: (request: Int32Array) => number,
    memory: readonly Memory[],
    eagerMs = EAGER_MS,
  ): Promise<void> {
    const request = word();
    mpi.check(what, start(request));
    const isDone = () => {
      mpi.check(what, mpi.test(request, flag, status));
      return flag[0] !== 0;
    };
    await until(what, isDone, eagerMs);
    for (const values of memory) outside(values);
  }

  const barrier = () => run('a barrier', (request) => mpi.barrier(WORLD, request), []);

  /**
   * For large ones all ranks meet first, at leisure; after that nobody naps while the others wait for it.
   */
  async function together(
    what: string,
    values: Float32Array | Uint8Array,
    start: (part: Float32Array | Uint8Array, type: number, request: Int32Array) => number,
  ): Promise<void> {
    if (size === 1) return;
    const isLarge = values.length > LARGE;
    if (isLarge) await barrier();
    const type = values instanceof Float32Array ? FLOAT : BYTE;
    for (let from = 0; from < values.length; from += MAX_COUNT) {
      const part = outside(values.subarray(from, from + MAX_COUNT));
      await run(what, (request) => start(part, type, request), [part], isLarge ? LARGE_EAGER_MS : EAGER_MS);
    }
  }

  const probe = (tag: number) => {
    mpi.check('a probe', mpi.probe(ANY_SOURCE, tag, WORLD, flag, status));
    // MPI_Status of MPICH: count (two words), source, tag, error.
    return flag[0] === 0 ? undefined : { from: status[2]! };
  };

  return {
    rank,
    size,
    get patienceMs() {
      return patienceMs;
    },
    set patienceMs(wanted) {
      patienceMs = wanted;
    },
    barrier,
    allReduceSum: (values) =>
      together('a sum', values, (part, type, request) =>
        mpi.allReduce(IN_PLACE, part, part.length, type, SUM, WORLD, request),
      ),
    reduceSum: (values, root) =>
      together('a sum', values, (part, type, request) =>
        rank === root
          ? mpi.reduceInPlace(IN_PLACE, part, part.length, type, SUM, root, WORLD, request)
          : mpi.reduce(part, null, part.length, type, SUM, root, WORLD, request),
      ),
    broadcast: (values, root) =>
      together('a copy', values, (part, type, request) =>
        mpi.broadcast(part, part.length, type, root, WORLD, request),
      ),
    async allGather(own) {
      const mine = outside(own.slice());
      const all = new Uint8Array(new ArrayBuffer(own.length * size));
      const start = (request: Int32Array) =>
        mpi.allGather(mine, own.length, BYTE, all, own.length, BYTE, WORLD, request);
      await run('what all know', start, [mine, all]);
      return Array.from({ length: size }, (_, at) => all.slice(at * own.length, (at + 1) * own.length));
    },
    async send(values, to, tag) {
      const type = values instanceof Float32Array ? FLOAT : BYTE;
      const start = (request: Int32Array) =>
        mpi.send(outside(values), values.length, type, to, tag, WORLD, request);
      await run(`a message to rank ${to}`, start, [values]);
    },
    probe,
    async awaitMessage(tag) {
      let found = probe(tag);
      await until(
        'a message',
        () => {
          found ??= probe(tag);
          return found !== undefined;
        },
        EAGER_MS,
      );
      return found!;
    },
    async receive(into, from, tag) {
      const type = into instanceof Float32Array ? FLOAT : BYTE;
      const start = (request: Int32Array) =>
        mpi.receive(outside(into), into.length, type, from, tag, WORLD, request);
      await run(`a message from rank ${from}`, start, [into]);
    },
    async close() {
      await barrier();
      mpi.check('MPI_Finalize', mpi.finalize());
    },
    abort: (code) => mpi.abort(WORLD, code),
  };
}

/** V8 keeps small arrays on its own heap and moves them; asking for the buffer brings one out of it for good. */
function outside<M extends Memory>(values: M): M {
  void values.buffer;
  return values;
}
