/** Long work in short slices, so that strokes keep flowing meanwhile. Knows no fold. */

export interface Sliced {
  /** Milliseconds. */
  readonly longest: number;
  readonly total: number;
}

/** Calls `step` until it says false (or `mayGoOn` does), at most about `sliceMs` milliseconds at a time. */
export async function inSlices(
  step: () => boolean,
  sliceMs: number,
  mayGoOn: () => boolean = () => true,
): Promise<Sliced> {
  let longest = 0;
  let total = 0;
  for (let more = true; more && mayGoOn(); ) {
    const start = performance.now();
    let spent = 0;
    let steps = 0;
    // The next step takes about as long as those before it: it is begun only when it is likely to fit.
    do {
      more = step();
      steps++;
      spent = performance.now() - start;
    } while (more && spent + spent / steps < sliceMs);
    longest = Math.max(longest, spent);
    total += spent;
    if (more) await new Promise<void>((resume) => setImmediate(resume));
  }
  return { longest, total };
}
