/** Slices of work leave room for others. */
import { describe, expect, it } from 'vitest';
import { inSlices } from './slices.ts';

/** Keeps the processor busy. */
function work(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

describe('work in slices', () => {
  it('is all done, and others come to their turn between', async () => {
    let left = 40;
    const turns: number[] = [];
    const others = setInterval(() => turns.push(left), 0);
    const { longest, total } = await inSlices(() => {
      work(1);
      return --left > 0;
    }, 4);
    clearInterval(others);
    expect(left).toBe(0);
    expect(new Set(turns).size).toBeGreaterThan(3);
    expect(total).toBeGreaterThanOrEqual(40);
    expect(longest).toBeLessThan(total);
  });

  it('stops where it may not go on', async () => {
    let steps = 0;
    await inSlices(
      () => {
        steps++;
        work(3);
        return true;
      },
      1,
      () => steps < 5,
    );
    expect(steps).toBe(5);
  });

  it('that fails says so', async () => {
    const failing = inSlices(() => {
      throw new Error('broken');
    }, 4);
    await expect(failing).rejects.toThrow('broken');
  });
});
