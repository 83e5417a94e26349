/** How much memory a training step takes, and whether this machine has it. Refuses before the first allocation. */
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import type { Engine } from './engine.ts';
import { EngineError } from './errors.ts';

export interface TrainingSize {
  /** Trainable numbers. */
  parameters: number;
  /** Numbers of all activations that the backward pass keeps, for one batch. */
  activations: number;
}

/**
 * Bytes of one float32 training step: weights, gradients and Adam's two moments; activations with their gradients and
 * as much again for the convolutions' scratch space (measured on TensorFlow 2.21: 2.2–2.9 × the activations).
 */
export function trainingBytes({ parameters, activations }: TrainingSize): number {
  return 4 * (4 * parameters + 3 * activations);
}

/** What 32-bit addresses reach: all that WebAssembly has, whatever the machine has. */
const WASM_BYTES = 2 ** 32;

/** Bytes that an engine may use here: its card's memory; else the machine's, its control group's limit or its own if that is less. */
export function usableMemoryBytes({ name, cards }: Pick<Engine, 'name' | 'cards'>): number {
  if (cards[0]) return cards[0].memoryBytes;
  const limits = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes'].map((path) => {
    try {
      return Number(readFileSync(path, 'utf8'));
    } catch {
      // No control group of that version on this machine: no limit from it.
      return Number.NaN;
    }
  });
  const own = name === 'wasm' ? WASM_BYTES : Number.POSITIVE_INFINITY;
  return Math.min(totalmem(), own, ...limits.filter((bytes) => Number.isFinite(bytes) && bytes > 0));
}

/** @throws EngineError MEMORY_TOO_SMALL, naming both sizes and what to make smaller */
export function checkTrainingMemory(size: TrainingSize, availableBytes: number): void {
  const needed = trainingBytes(size);
  if (needed <= availableBytes * 0.9) return;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new EngineError(
    'MEMORY_TOO_SMALL',
    `It takes about ${gigabytes(needed)}, there are ${gigabytes(availableBytes)}. Choose a smaller batch, tile or base width.`,
  );
}

/** How TensorFlow, a GPU's driver and JavaScript say that memory has run out. */
const EXHAUSTED =
  /OOM when allocating|RESOURCE_EXHAUSTED|Resource exhausted|CUDA_ERROR_OUT_OF_MEMORY|GPUOutOfMemoryError|exceeds the max (?:storage )?buffer|allocation failed/i;

/** MEMORY_TOO_SMALL for an error that says so in the engine's words; undefined for any other. A GPU's memory shows only there. */
export function memoryErrorOf(error: unknown): EngineError | undefined {
  if (!(error instanceof Error) || error instanceof EngineError || !EXHAUSTED.test(error.message))
    return undefined;
  const said = error.message.split('\n').find((line) => EXHAUSTED.test(line))!;
  return new EngineError(
    'MEMORY_TOO_SMALL',
    `The device said: ${said.replace('Message: ', '').trim().slice(0, 200)}. Choose a smaller batch, tile or base width.`,
    error,
  );
}
