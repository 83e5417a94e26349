/**
 * What must not outlive this process, however it ends: servers, databases and mounts of the fault tests. Ends them at once
 * and without waiting; the orderly way is each one's own dispose.
 */

const ends = new Set<() => void>();

process.on('exit', () => {
  for (const end of ends) {
    try {
      end();
    } catch (error) {
      process.stderr.write(`Left behind by the fault tests: ${String(error)}\n`);
    }
  }
});

/** Returns a function that forgets it again. `end` runs synchronously. */
export function atExit(end: () => void): () => void {
  ends.add(end);
  return () => ends.delete(end);
}

/** Signals a process that may have ended meanwhile. */
export function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
