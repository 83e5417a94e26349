import { expect, it } from 'vitest';
import { encodeNpy } from './npyWrite.ts';

/** np.save of NumPy 2.4. */
const NUMPY: [string, Parameters<typeof encodeNpy>[0], string][] = [
  [
    '32-bit floats of four axes',
    { shape: [1, 2, 3, 1], data: Float32Array.from([0, 0.25, 0.5, 0.75, 1, 1.25]) },
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDIsIDMsIDEpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAACAPgAAAD8AAEA/AACAPwAAoD8=',
  ],
  [
    'bytes of one axis',
    { shape: [3], data: Uint8Array.of(1, 2, 255) },
    'k05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAv8=',
  ],
  [
    '16-bit numbers',
    { shape: [1, 2], data: Uint16Array.of(1, 65535) },
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPHUyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAP//',
  ],
];

it.each(NUMPY)('%s are written as NumPy writes them, byte by byte', (_, array, bytes) => {
  expect(Buffer.from(encodeNpy(array)).toString('base64')).toBe(bytes);
});

it('[ARRAY_DOES_NOT_FIT] refuses a shape of other values', () => {
  expect(() => encodeNpy({ shape: [2, 2], data: new Uint8Array(3) })).toThrow(
    /^ARRAY_DOES_NOT_FIT: Expected 4 values for an array of \(2, 2\), but 3 came/,
  );
});
