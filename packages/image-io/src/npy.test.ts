import { expect, it } from 'vitest';
import { decodeNpy } from './npyRead.ts';
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

const bytesOf = (base64: string) => Uint8Array.from(Buffer.from(base64, 'base64'));

it.each(NUMPY)('%s come back', (_, { shape, data }, bytes) => {
  expect(decodeNpy(bytesOf(bytes))).toMatchObject({ shape, data });
});

it.each([
  [
    '64-bit floats',
    [1, 2],
    [0.5, -2],
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAADgPwAAAAAAAADA',
  ],
  [
    'booleans',
    [2],
    [1, 0],
    'k05VTVBZAQB2AHsnZGVzY3InOiAnfGIxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAA==',
  ],
  [
    'big-endian integers',
    [2, 1],
    [3, -4],
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPmk0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDEpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAD/////A==',
  ],
])('%s of NumPy are read', (_, shape, values, bytes) => {
  const array = decodeNpy(bytesOf(bytes));
  expect([array.shape, [...array.data]]).toEqual([shape, values]);
});

const FORTRAN =
  'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMiksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAAAAAAAAAAAAAAAAAAA8D8AAAAAAADwPw==';
const TEXT =
  'k05VTVBZAQB2AHsnZGVzY3InOiAnPFUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAphAAAA';

it.each([
  ['columns first', FORTRAN, /Fortran order/],
  ['text', TEXT, /no plain type|type U1/],
  ['a cut file', NUMPY[0]![2].slice(0, -8), /bytes where its header asks for 24/],
  ['something else', 'iVBORw0KGgoAAAANSUhEUg==', /does not begin as one/],
])('[ARRAY_UNREADABLE] refuses %s', (_, bytes, sentence) => {
  expect(() => decodeNpy(bytesOf(bytes), 'x.npy')).toThrow(/^ARRAY_UNREADABLE: .* x\.npy/);
  expect(() => decodeNpy(bytesOf(bytes), 'x.npy')).toThrow(sentence);
});
