/** NumPy's .npy (versions 1 to 3, NEP 1) to numbers: booleans, integers and floats in C order. Refuses what pickles. */
import { imageError } from './errors.ts';

export interface NpyArray {
  /** Slowest axis first. */
  shape: number[];
  /** As NumPy names it without the byte order: u1, f4 … */
  type: string;
  data: Float64Array | Float32Array | Uint8Array | Uint16Array;
}

/** Throws ARRAY_UNREADABLE. */
export function decodeNpy(bytes: Uint8Array, name = 'the array'): NpyArray {
  const refuse = (found: string) => imageError('ARRAY_UNREADABLE', { name, found });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || view.getUint32(0) !== 0x934e554d || view.getUint16(4) !== 0x5059) {
    throw refuse('it does not begin as one');
  }
  const long = bytes[6]! > 1;
  const start = long ? 12 + view.getUint32(8, true) : 10 + view.getUint16(8, true);
  if (start > bytes.length) throw refuse('it ends within its header');
  const header = String.fromCharCode(...bytes.subarray(long ? 12 : 10, start));
  const descr = /'descr':\s*'([<>|=])([a-z]\d+)'/.exec(header);
  const shapeText = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  if (descr === null || shapeText === undefined) throw refuse('its header names no plain type and shape');
  if (/'fortran_order':\s*True/.test(header)) throw refuse('its columns come first (Fortran order)');
  const type = descr[2]!;
  const littleEndian = descr[1] !== '>';
  const read = READERS[type];
  if (read === undefined) throw refuse(`it holds values of type ${type}`);
  const shape = shapeText
    .split(',')
    .filter((side) => side.trim() !== '')
    .map(Number);
  const count = shape.reduce((product, side) => product * side, 1);
  const size = Number(type.slice(1));
  if (bytes.length !== start + count * size) {
    throw refuse(`it holds ${bytes.length - start} bytes where its header asks for ${count * size}`);
  }
  const data = arrayOf(type, count);
  for (let i = 0; i < count; i++) data[i] = read(view, start + i * size, littleEndian);
  return { shape, type, data };
}

type Read = (view: DataView, at: number, littleEndian: boolean) => number;

const READERS: Readonly<Record<string, Read>> = {
  b1: (view, at) => view.getUint8(at),
  u1: (view, at) => view.getUint8(at),
  i1: (view, at) => view.getInt8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  i2: (view, at, little) => view.getInt16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
};

function arrayOf(type: string, count: number): NpyArray['data'] {
  if (type === 'u1' || type === 'b1') return new Uint8Array(count);
  if (type === 'u2') return new Uint16Array(count);
  return type === 'f4' ? new Float32Array(count) : new Float64Array(count);
}
