/**
 * A network at rest: weights, Adam's moments and step, and their binary form, version 1:
 *
 *   'CTUN' · version u32 · check u32 · length of header u32 · header (JSON, padded to 4 bytes) · float32 values
 *
 * all little-endian. Values are weights, first and second moments, each in the order of the header's parameters.
 * The check is FNV-1a over the words that follow it.
 */
import { checkConfig, describeConfig, type UnetConfig } from './config.ts';
import { type UnetError, unetError } from './errors.ts';
import { parameterSpecs, sizeOf } from './network.ts';

export interface ParameterState {
  name: string;
  shape: number[];
  values: Float32Array;
  /** Adam's first moment. */
  mean: Float32Array;
  /** Adam's second moment. */
  variance: Float32Array;
}

export interface UnetState {
  config: UnetConfig;
  /** Steps of Adam taken so far. */
  step: number;
  parameters: ParameterState[];
}

export const STATE_VERSION = 1;

const MAGIC = 0x4e555443; // 'CTUN'
const PRELUDE_BYTES = 16;

/** @throws UnetError MODEL_ARCHITECTURE unless the state's parameters are those of `config` */
export function checkArchitecture(config: UnetConfig, state: UnetState): void {
  const mismatch = (came: string) =>
    unetError('MODEL_ARCHITECTURE', { expected: describeConfig(config), came });
  const expected = parameterSpecs(config);
  if (expected.length !== state.parameters.length) throw mismatch(describeConfig(state.config));
  expected.forEach((spec, index) => {
    const { name, shape, values, mean, variance } = state.parameters[index]!;
    if (name !== spec.name || shape.join() !== spec.shape.join()) {
      throw mismatch(`${describeConfig(state.config)} (${name} [${shape.join(', ')}])`);
    }
    const count = sizeOf(shape);
    if ([values, mean, variance].some(({ length }) => length !== count)) {
      throw mismatch(`a state whose ${name} does not hold ${count} values`);
    }
  });
}

export function encodeState(state: UnetState): Uint8Array {
  const { config, step } = state;
  const parameters = state.parameters.map(({ name, shape }) => ({ name, shape }));
  const text = JSON.stringify({ config, step, parameters });
  const header = new TextEncoder().encode(text.padEnd(text.length + ((4 - (text.length % 4)) % 4)));
  const count = state.parameters.reduce((sum, { values }) => sum + values.length, 0);
  const bytes = new Uint8Array(PRELUDE_BYTES + header.length + count * 3 * 4);
  const view = new DataView(bytes.buffer);
  bytes.set(header, PRELUDE_BYTES);
  let offset = PRELUDE_BYTES + header.length;
  for (const part of ['values', 'mean', 'variance'] as const) {
    for (const parameter of state.parameters) {
      bytes.set(littleEndian(parameter[part]), offset);
      offset += parameter[part].length * 4;
    }
  }
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, STATE_VERSION, true);
  view.setUint32(12, header.length, true);
  view.setUint32(8, checkOf(bytes), true);
  return bytes;
}

/** @throws UnetError MODEL_VERSION, MODEL_CORRUPT, MODEL_ARCHITECTURE, CONFIG_INVALID */
export function decodeState(bytes: Uint8Array): UnetState {
  const corrupt = (found: string) => unetError('MODEL_CORRUPT', { found });
  if (bytes.length < PRELUDE_BYTES) throw corrupt(`it holds ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw corrupt('it does not begin as one');
  const version = view.getUint32(4, true);
  if (version !== STATE_VERSION) throw unetError('MODEL_VERSION', { expected: STATE_VERSION, came: version });
  if (bytes.length % 4 !== 0 || checkOf(bytes) !== view.getUint32(8, true)) {
    throw corrupt('its checksum does not fit its content');
  }
  const headerBytes = view.getUint32(12, true);
  const header = parseHeader(bytes.subarray(PRELUDE_BYTES, PRELUDE_BYTES + headerBytes));
  const count = header.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const start = PRELUDE_BYTES + headerBytes;
  if (bytes.length !== start + count * 3 * 4) {
    throw corrupt(`it holds ${bytes.length} bytes where its header asks for ${start + count * 12}`);
  }
  let offset = start;
  const take = (length: number) => {
    const values = floatsOf(bytes.subarray(offset, offset + length * 4));
    offset += length * 4;
    return values;
  };
  const parts = [0, 1, 2].map(() => header.parameters.map(({ shape }) => take(sizeOf(shape))));
  const state: UnetState = {
    config: header.config,
    step: header.step,
    parameters: header.parameters.map(({ name, shape }, index) => ({
      name,
      shape,
      values: parts[0]![index]!,
      mean: parts[1]![index]!,
      variance: parts[2]![index]!,
    })),
  };
  checkConfig(state.config);
  checkArchitecture(state.config, state);
  return state;
}

interface Header {
  config: UnetConfig;
  step: number;
  parameters: { name: string; shape: number[] }[];
}

function parseHeader(bytes: Uint8Array): Header {
  let header: Partial<Header> | null;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    const error: UnetError = unetError('MODEL_CORRUPT', { found: 'its header is not JSON' });
    error.cause = cause;
    throw error;
  }
  const whole = (value: unknown) => Number.isInteger(value) && (value as number) >= 0;
  const sound =
    typeof header?.config === 'object' &&
    header.config !== null &&
    whole(header.step) &&
    Array.isArray(header.parameters) &&
    header.parameters.every(
      (parameter) =>
        typeof parameter?.name === 'string' &&
        Array.isArray(parameter.shape) &&
        parameter.shape.every((side) => whole(side)),
    );
  if (!sound) throw unetError('MODEL_CORRUPT', { found: 'its header lacks the configuration or parameters' });
  return header as Header;
}

function checkOf(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let hash = 0x811c9dc5;
  for (let at = 12; at + 4 <= bytes.length; at += 4) {
    hash = Math.imul(hash ^ view.getUint32(at, true), 0x01000193);
    hash ^= hash >>> 15; // whole words: carries high bits down, which byte-wise FNV does by itself
  }
  return hash >>> 0;
}

const HOST_IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

function littleEndian(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
  return HOST_IS_LITTLE_ENDIAN ? bytes : swapWords(bytes);
}

function floatsOf(bytes: Uint8Array): Float32Array {
  const copy = new Uint8Array(bytes); // slice() of a Buffer would be a view of the file, not a copy
  return new Float32Array((HOST_IS_LITTLE_ENDIAN ? copy : swapWords(copy)).buffer);
}

function swapWords(bytes: Uint8Array): Uint8Array {
  for (let at = 0; at < bytes.length; at += 4) bytes.subarray(at, at + 4).reverse();
  return bytes;
}
