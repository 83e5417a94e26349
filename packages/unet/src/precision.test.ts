import { expect, it } from 'vitest';
import { choosePrecision, multipliesBfloat16 } from './precision.ts';
import { plainEngine } from './testing/batches.ts';

it('sees bfloat16 in the flags of processors that have it, and in no others', () => {
  expect(multipliesBfloat16('fpu avx512_bf16 clzero')).toBe(true);
  expect(multipliesBfloat16('fpu amx_bf16')).toBe(true);
  expect(multipliesBfloat16('fpu avx512f avx512_vnni avx512_bf16x')).toBe(false);
  expect(multipliesBfloat16('')).toBe(false);
});

it('does as it is told, and leaves other devices at float32', async () => {
  const engine = await plainEngine();
  expect(choosePrecision('bfloat16', engine)).toBe('bfloat16');
  expect(choosePrecision('float32', engine)).toBe('float32');
  expect(choosePrecision('auto', { ...engine, device: 'gpu' })).toBe('float32');
});
