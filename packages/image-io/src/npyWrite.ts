/** Arrays to NumPy's .npy (format version 1.0, NEP 1): little-endian, C order. Reads none. */
import { imageError } from './errors.ts';

export type NpyData = Uint8Array | Uint16Array | Float32Array;

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];

/** `shape` slowest axis first, as NumPy prints it. Throws ARRAY_DOES_NOT_FIT where it and `data` disagree. */
export function encodeNpy({ shape, data }: { shape: readonly number[]; data: NpyData }): Uint8Array {
  const expected = shape.reduce((product, side) => product * side, 1);
  if (expected !== data.length) throw imageError('ARRAY_DOES_NOT_FIT', { shape, came: data.length });
  const type = data instanceof Float32Array ? '<f4' : data instanceof Uint16Array ? '<u2' : '|u1';
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sides}), }`;
  // The array begins on a multiple of 64 bytes, so that it can be mapped into memory.
  const headerBytes = Math.ceil((MAGIC.length + 2 + text.length + 1) / 64) * 64;
  const out = new Uint8Array(headerBytes + data.byteLength);
  const view = new DataView(out.buffer);
  out.set(MAGIC);
  view.setUint16(MAGIC.length, headerBytes - MAGIC.length - 2, true);
  const header = `${text.padEnd(headerBytes - MAGIC.length - 3)}\n`;
  for (let i = 0; i < header.length; i++) out[MAGIC.length + 2 + i] = header.charCodeAt(i);
  if (data instanceof Uint8Array) out.set(data, headerBytes);
  else if (data instanceof Uint16Array) {
    for (let i = 0; i < data.length; i++) view.setUint16(headerBytes + 2 * i, data[i]!, true);
  } else for (let i = 0; i < data.length; i++) view.setFloat32(headerBytes + 4 * i, data[i]!, true);
  return out;
}
