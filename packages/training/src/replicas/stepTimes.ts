/** How long steps take: for patience with others, and for the speed that a run reports. */

/** Buffers grow and kernels are chosen in these. */
const LEFT_OUT = 20;

export function timeSteps(
  lead: (step: number, learningRate: number) => Promise<number>,
  onSlowest: (ms: number) => void,
) {
  let count = 0;
  let totalMs = 0;
  let slowestMs = 0;
  return {
    async takeStep(step: number, learningRate: number): Promise<number> {
      const started = performance.now();
      try {
        return await lead(step, learningRate);
      } finally {
        const ms = performance.now() - started;
        count += 1;
        if (count > LEFT_OUT) totalMs += ms;
        slowestMs = Math.max(slowestMs, ms);
        onSlowest(slowestMs);
      }
    },
    /** Images a second, the first steps left out; null after no more than those. */
    perSecond: (images: number) => (count > LEFT_OUT ? (images * (count - LEFT_OUT) * 1000) / totalMs : null),
  };
}
