/** Where MPICH lies once it is installed: a cache outside `node_modules`, beside the tensor engine's library. */
import { homedir } from 'node:os';
import { join } from 'node:path';

export const MPICH_VERSION = '5.0.2';

/** @returns {string} holds `bin/mpiexec` and `lib/libmpi.so.12` */
export function mpiFolder() {
  const cache = process.env.COTRACE_ENGINE_CACHE || join(homedir(), '.cache', 'cotrace', 'engine');
  return join(cache, `mpich-${MPICH_VERSION}-${process.arch}`);
}
