/** Native TensorFlow for tests that compare with it. */
import { type Engine, EngineError, loadEngine } from '@cotrace/engine';

/** Null where it is not installed: there is nothing to test then. */
export async function nativeEngine(): Promise<Engine | null> {
  try {
    return await loadEngine('tensorflow');
  } catch (error) {
    if (error instanceof EngineError && error.code === 'ENGINE_UNAVAILABLE') return null;
    throw error;
  }
}
