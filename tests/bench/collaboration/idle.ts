/** When a server has nothing left to do: a run must not be charged with what the one before it has left behind. */
import type { RunningServer, Stage } from './stage.ts';

const LOOK_EVERY_MS = 300;
/** Share of a core below which a process is idle: timers and collections go on for ever. */
const IDLE_CORES = 0.05;
const PATIENCE_MS = 120_000;

/** Resolves when the server and PostgreSQL have been idle for three looks, or when no more is waited for. */
export async function untilIdle(stage: Stage, server: RunningServer): Promise<void> {
  const used = async () => {
    const [{ cpuMs }, database] = await Promise.all([server.process.call('usage'), stage.databaseCpuMs()]);
    return cpuMs + (database ?? 0);
  };
  let before = await used();
  let quiet = 0;
  for (let waited = 0; quiet < 3 && waited < PATIENCE_MS; waited += LOOK_EVERY_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const after = await used();
    quiet = after - before < LOOK_EVERY_MS * IDLE_CORES ? quiet + 1 : 0;
    before = after;
  }
}
