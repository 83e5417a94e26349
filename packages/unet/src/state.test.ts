import { expect, it } from 'vitest';
import { parameterSpecs, sizeOf } from './network.ts';
import { truncatedNormal } from './seededRandom.ts';
import { checkArchitecture, decodeState, encodeState, type UnetState } from './state.ts';
import { TINY } from './testing/batches.ts';

function sample(): UnetState {
  return {
    config: { ...TINY },
    step: 12,
    parameters: parameterSpecs(TINY).map(({ name, shape }, index) => ({
      name,
      shape,
      values: truncatedNormal(sizeOf(shape), 1, index),
      mean: truncatedNormal(sizeOf(shape), 0.1, index + 100),
      variance: truncatedNormal(sizeOf(shape), 0.01, index + 200),
    })),
  };
}

it('comes back from bytes as it went, wherever the bytes lie', () => {
  const bytes = encodeState(sample());
  expect(decodeState(bytes)).toEqual(sample());
  const shifted = new Uint8Array(bytes.length + 1);
  shifted.set(bytes, 1);
  expect(decodeState(shifted.subarray(1))).toEqual(sample());
  // A file's bytes are a Buffer, whose slice() is no copy.
  expect(decodeState(Buffer.from(bytes))).toEqual(sample());
});

it('[MODEL_CORRUPT] notices every damaged or missing part', () => {
  const bytes = encodeState(sample());
  for (const at of [0, 8, 12, 20, 200, bytes.length - 1]) {
    const damaged = bytes.slice();
    damaged[at]! ^= 0x10;
    expect(() => decodeState(damaged), `byte ${at}`).toThrow(/MODEL_CORRUPT/);
  }
  for (const length of [0, 15, 64, bytes.length - 4, bytes.length - 1]) {
    expect(() => decodeState(bytes.subarray(0, length)), `${length} bytes`).toThrow(/MODEL_CORRUPT/);
  }
});

it('[MODEL_VERSION] tells an older or newer format from a damaged one', () => {
  const bytes = encodeState(sample());
  new DataView(bytes.buffer).setUint32(4, 2, true);
  expect(() => decodeState(bytes)).toThrow(/MODEL_VERSION: Expected a model of format 1.*format 2. Update/);
});

it('[MODEL_ARCHITECTURE] [CONFIG_INVALID] refuses weights of another network', () => {
  const state = sample();
  expect(() => checkArchitecture({ ...TINY, base: 4 }, state)).toThrow(/MODEL_ARCHITECTURE.*base 4.*base 2/);
  expect(() => decodeState(encodeState({ ...state, config: { ...TINY, depth: 3 } }))).toThrow(
    /MODEL_ARCHITECTURE/,
  );
  expect(() => decodeState(encodeState({ ...state, config: { ...TINY, depth: 0 } }))).toThrow(
    /CONFIG_INVALID/,
  );
});
