/** One clock for all processes of the machine: milliseconds that only ever grow. Date.now() may be set back, performance.now() starts anew in each process. */

const [seconds, nanoseconds] = process.hrtime();
const offset = seconds * 1000 + nanoseconds / 1e6 - performance.now();

export const now = (): number => performance.now() + offset;

/** Resolves at a moment of {@link now}. */
export function until(moment: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, moment - now())));
}
