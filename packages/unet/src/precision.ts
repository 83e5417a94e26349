/** Which precision a training step computes in. Weights, loss and Adam are float32 in any case. */
import { readFileSync } from 'node:fs';
import type { Engine } from '@cotrace/engine';
import type { UnetOptions } from './unet.ts';

export type Precision = 'float32' | 'bfloat16';

/** `auto` takes bfloat16 where the processor multiplies it natively; elsewhere it would be slower than float32. */
export function choosePrecision(wanted: UnetOptions['precision'], engine: Engine): Precision {
  if (wanted === 'float32' || wanted === 'bfloat16') return wanted;
  return engine.device === 'cpu' && multipliesBfloat16(processorFlags()) ? 'bfloat16' : 'float32';
}

/** `flags`: the processor's, as Linux writes them, separated by spaces. */
export function multipliesBfloat16(flags: string): boolean {
  return /(^|\s)(avx512_bf16|amx_bf16)(\s|$)/.test(flags);
}

function processorFlags(): string {
  if (process.platform !== 'linux') return '';
  return /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
}
