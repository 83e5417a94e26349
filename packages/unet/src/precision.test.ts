import { expect, it } from 'vitest';
import { choosePrecision, multipliesBfloat16 } from './precision.ts';
import { plainEngine } from './testing/batches.ts';

it('sees bfloat16 in the flags of processors that have it, and in no others', () => {
  expect(multipliesBfloat16('fpu avx512_bf16 clzero')).toBe(true);
  expect(multipliesBfloat16('fpu amx_bf16')).toBe(true);
  expect(multipliesBfloat16('fpu avx512f avx512_vnni avx512_bf16x')).toBe(false);
  expect(multipliesBfloat16('')).toBe(false);
});

it('does as it is told, and leaves unknown cards at float32', async () => {
  const engine = await plainEngine();
  expect(choosePrecision('bfloat16', engine)).toBe('bfloat16');
  expect(choosePrecision('float32', engine)).toBe('float32');
  expect(choosePrecision('auto', { ...engine, device: 'gpu' })).toBe('float32');
});

it.each([
  ['Turing', 7.5, 'float32'],
  ['Ampere', 8.0, 'bfloat16'],
  ['Hopper', 9.0, 'bfloat16'],
])('takes for %s cards (%f) %s', async (_, computeCapability, precision) => {
  const card = {
    index: 0,
    uuid: 'GPU-1',
    name: 'A card',
    memoryBytes: 16e9,
    computeCapability,
    driver: '570.1',
  };
  const engine = { ...(await plainEngine()), device: 'gpu' as const, cards: [card] };
  expect(choosePrecision('auto', engine)).toBe(precision);
});
