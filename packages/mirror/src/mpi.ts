/**
 * MPICH's library, called straight from Node: the dozen functions that replicas need, and the handles of its mpi.h.
 * Every call answers MPI's error class; `check` turns one that is not 0 into MPI_FAILED.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import koffi from 'koffi';
import { mpiFolder } from '../install/mpiFolder.mjs';
import { MirrorError } from './errors.ts';

export const WORLD = 0x44000000;
export const FLOAT = 0x4c00040a;
export const BYTE = 0x4c00010d;
export const SUM = 0x58000003;
export const IN_PLACE = -1;
export const ANY_SOURCE = -2;
const ERRORS_RETURN = 0x54000001;
const MAX_ERROR_STRING = 512;
const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/** A typed array whose memory lies outside of JavaScript's heap, or an address as a number where MPI takes a mark. */
export type Memory = Float32Array | Uint8Array | Int32Array;

/** Where the installed MPICH keeps what. Undefined: it is not installed. */
export function findMpi(): { mpiexec: string; library: string } | undefined {
  const mpiexec = join(mpiFolder(), 'bin', 'mpiexec');
  const library = join(mpiFolder(), 'lib', 'libmpi.so.12');
  return existsSync(mpiexec) && existsSync(library) ? { mpiexec, library } : undefined;
}

/** @throws MirrorError MPI_MISSING */
export function loadMpi() {
  const found = findMpi();
  if (!found) throw new MirrorError('MPI_MISSING');
  const library = koffi.load(found.library);
  const own = koffi.load(null);
  const errorString = library.func('int MPI_Error_string(int code, void *text, void *length)');
  const prctl = own.func('int prctl(int option, unsigned long value)');
  const raw = {
    init: library.func('int MPI_Init(void *argc, void *argv)'),
    finalize: library.func('int MPI_Finalize()'),
    abort: library.func('int MPI_Abort(int comm, int code)'),
    setErrhandler: library.func('int MPI_Comm_set_errhandler(int comm, int handler)'),
    rank: library.func('int MPI_Comm_rank(int comm, void *rank)'),
    size: library.func('int MPI_Comm_size(int comm, void *size)'),
    allReduce: library.func(
      'int MPI_Iallreduce(intptr_t from, void *into, int count, int type, int op, int comm, void *request)',
    ),
    reduce: library.func(
      'int MPI_Ireduce(void *from, void *into, int count, int type, int op, int root, int comm, void *request)',
    ),
    reduceInPlace: library.func('MPI_Ireduce', 'int', [
      ...['intptr_t', 'void *', 'int', 'int', 'int', 'int', 'int', 'void *'],
    ]),
    broadcast: library.func(
      'int MPI_Ibcast(void *values, int count, int type, int root, int comm, void *request)',
    ),
    allGather: library.func(
      'int MPI_Iallgather(void *from, int count, int type, void *into, int each, int eachType, int comm, void *request)',
    ),
    barrier: library.func('int MPI_Ibarrier(int comm, void *request)'),
    send: library.func(
      'int MPI_Isend(void *values, int count, int type, int to, int tag, int comm, void *request)',
    ),
    receive: library.func(
      'int MPI_Irecv(void *values, int count, int type, int from, int tag, int comm, void *request)',
    ),
    probe: library.func('int MPI_Iprobe(int from, int tag, int comm, void *flag, void *status)'),
    test: library.func('int MPI_Test(void *request, void *flag, void *status)'),
    yieldCore: own.func('int sched_yield()'),
  };
  const check = (what: string, code: number): void => {
    if (code === 0) return;
    const text = new Uint8Array(new ArrayBuffer(MAX_ERROR_STRING));
    const length = new Int32Array(new ArrayBuffer(4));
    errorString(code, text, length);
    throw new MirrorError('MPI_FAILED', `${what}: ${new TextDecoder().decode(text.subarray(0, length[0]))}`);
  };
  return {
    ...raw,
    check,
    start(): void {
      // Whoever started this process is gone: then so is the job, and this must not stay behind.
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      check('MPI_Init', raw.init(null, null));
      check('MPI_Comm_set_errhandler', raw.setErrhandler(WORLD, ERRORS_RETURN));
    },
  };
}

export type Mpi = ReturnType<typeof loadMpi>;
