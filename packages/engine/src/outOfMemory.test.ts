/** A file of its own: one engine a process, and this one must be TensorFlow. */
import { expect, it } from 'vitest';
import { loadEngine, memoryErrorOf } from './index.ts';

it("memory that runs out is known by TensorFlow's own words", async ({ skip }) => {
  const { name, tf } = await loadEngine('auto');
  if (name !== 'tensorflow') return skip('native TensorFlow is not installed');
  let told: unknown;
  try {
    // Four terabytes: no allocator gives them; TensorFlow's waits ten seconds for somebody to free some.
    tf.fill([1_000_000, 1_000_000], 0);
  } catch (error) {
    told = memoryErrorOf(error);
  }
  expect(told).toMatchObject({ code: 'MEMORY_TOO_SMALL' });
});
