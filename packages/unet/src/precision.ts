/** Which precision a training step computes in. Weights, loss and Adam are float32 in any case. */
import { readFileSync } from 'node:fs';
import type { Engine } from '@cotrace/engine';
import type { UnetOptions } from './unet.ts';

export type Precision = 'float32' | 'bfloat16';

/** Ampere (8.0) is the first of NVIDIA's whose tensor cores take bfloat16. */
const BFLOAT16_CAPABILITY = 8;

/**
 * `auto` takes bfloat16 where the processor or card multiplies it natively; elsewhere it would be slower than float32.
 * XLA is left off on cards as on processors: it compiles anew for every tile size, and whole sections have any.
 */
export function choosePrecision(wanted: UnetOptions['precision'], engine: Engine): Precision {
  if (wanted === 'float32' || wanted === 'bfloat16') return wanted;
  const native =
    engine.device === 'gpu'
      ? (engine.cards[0]?.computeCapability ?? 0) >= BFLOAT16_CAPABILITY
      : multipliesBfloat16(processorFlags());
  return native ? 'bfloat16' : 'float32';
}

/** `flags`: the processor's, as Linux writes them, separated by spaces. */
export function multipliesBfloat16(flags: string): boolean {
  return /(^|\s)(avx512_bf16|amx_bf16)(\s|$)/.test(flags);
}

function processorFlags(): string {
  if (process.platform !== 'linux') return '';
  return /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
}
