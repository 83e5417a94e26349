/** A bucket of permissions that refills with time. Knows nothing of what is permitted. */

/** Returns a function that answers whether one more is allowed now. `now` in milliseconds. */
export function createRateLimit({
  perSecond,
  burst,
  now = () => performance.now(),
}: {
  perSecond: number;
  burst: number;
  now?: () => number;
}): () => boolean {
  let left = burst;
  let last = now();
  return () => {
    const at = now();
    left = Math.min(burst, left + ((at - last) / 1000) * perSecond);
    last = at;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
