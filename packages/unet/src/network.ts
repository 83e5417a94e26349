/**
 * The U-Net, described once over `Ops`: which parameters it has, how they start, how they are put together.
 * Knows neither tensors nor engines.
 *
 *   image → level 0 ─────────────────────────► concat → out
 *             └ pool → level 1 ────► concat ──► up ┘
 *                        └ pool → level 2 → up ┘
 */
import { channelsAt, groupsOf, outputChannels, type UnetConfig } from './config.ts';
import type { Ops } from './ops.ts';
import { mixSeed, truncatedNormal, uniformWithin } from './seededRandom.ts';

export interface ParameterSpec {
  name: string;
  shape: number[];
  start: Start;
}

/** How a parameter begins: normal with a deviation (cut at two of them), uniform between ±limit, or all alike. */
type Start = { deviation: number } | { limit: number } | { value: number };

/** A network as a chain of calls on parameters by name; `parameter` hands out one by name and shape. */
type ParameterOf<T> = (spec: ParameterSpec) => T;

function filterSpec(name: string, size: number, from: number, to: number, start: Start): ParameterSpec {
  return { name: `${name}/filter`, shape: [size, size, from, to], start };
}

/** he_normal, for filters before a ReLU. */
function heNormal(size: number, from: number): Start {
  return { deviation: Math.sqrt(2 / (size * size * from)) };
}

/** Where nothing cuts the negative half away: half of that variance, or Keras's own start in the course's network. */
function linearStart({ preset }: UnetConfig, from: number, to: number): Start {
  return preset === 'course' ? { limit: Math.sqrt(6 / (from + to)) } : { deviation: Math.sqrt(1 / from) };
}

function constantSpec(name: string, channels: number, value: number): ParameterSpec {
  return { name, shape: [channels], start: { value } };
}

interface Builder<T> {
  ops: Ops<T>;
  config: UnetConfig;
  parameter: ParameterOf<T>;
}

/** Convolution, normalisation or bias, ReLU. */
function convBlock<T>(builder: Builder<T>, name: string, x: T, size: number, from: number, to: number): T {
  const { ops, config, parameter } = builder;
  const filter = parameter(filterSpec(name, size, from, to, heNormal(size, from)));
  if (config.normalization !== 'group') {
    const standard = config.normalization === 'weights';
    const y = ops.conv(
      x,
      standard ? ops.standardise(filter, parameter(constantSpec(`${name}/gain`, to, 1))) : filter,
    );
    return ops.relu(ops.bias(y, parameter(constantSpec(`${name}/bias`, to, 0))));
  }
  const y = ops.conv(x, filter);
  const scale = parameter(constantSpec(`${name}/scale`, to, 1));
  const shift = parameter(constantSpec(`${name}/shift`, to, 0));
  return ops.relu(ops.groupNorm(y, scale, shift, groupsOf(to)));
}

function linear<T>(builder: Builder<T>, name: string, x: T, from: number, to: number): T {
  const { ops, config, parameter } = builder;
  const y = ops.conv(x, parameter(filterSpec(name, 1, from, to, linearStart(config, from, to))));
  return ops.bias(y, parameter(constantSpec(`${name}/bias`, to, 0)));
}

function up<T>(builder: Builder<T>, name: string, x: T, from: number, to: number): T {
  // A 1 × 1 convolution and nearest up-sampling commute; before it there are four times fewer pixels.
  return builder.config.preset === 'course'
    ? convBlock(builder, name, builder.ops.upsample(x), 2, from, to)
    : builder.ops.upsample(linear(builder, name, x, from, to));
}

/** image [n, h, w, 1] → logits [n, h, w, c], c as `outputChannels` says; h and w multiples of 2^depth. */
export function unetLogits<T>(ops: Ops<T>, config: UnetConfig, parameter: ParameterOf<T>, image: T): T {
  const builder = { ops, config, parameter };
  const { depth } = config;
  const pair = (name: string, x: T, from: number, to: number) =>
    convBlock(builder, `${name}/conv2`, convBlock(builder, `${name}/conv1`, x, 3, from, to), 3, to, to);

  const skips: T[] = [];
  let x = image;
  for (let level = 0; level <= depth; level++) {
    const from = level === 0 ? 1 : channelsAt(config, level - 1);
    x = pair(`down${level}`, level === 0 ? x : ops.maxPool(x), from, channelsAt(config, level));
    const place = dropoutPlaces(config).indexOf(level);
    if (place >= 0) x = ops.dropout(x, place);
    skips.push(x);
  }
  for (let level = depth - 1; level >= 0; level--) {
    const channels = channelsAt(config, level);
    const raised = up(builder, `up${level}/raise`, x, 2 * channels, channels);
    x = pair(`up${level}`, ops.concat(skips[level]!, raised), 2 * channels, channels);
  }
  let channels = channelsAt(config, 0);
  if (config.preset === 'course') {
    const few = Math.max(2, outputChannels(config));
    x = convBlock(builder, 'few', x, 3, channels, few);
    channels = few;
  }
  return linear(builder, 'out', x, channels, outputChannels(config));
}

/** Levels whose output is dropped out, by place: the two deepest (4 and 5 of the course notes, counted from 1). */
export function dropoutPlaces(config: UnetConfig): number[] {
  if (config.dropout === 0) return [];
  return [config.depth - 1, config.depth];
}

/** Shapes of the dropout factors of a batch, by place. */
export function dropoutShapes(config: UnetConfig, n: number, height: number, width: number): number[][] {
  return dropoutPlaces(config).map((level) => [
    n,
    height / 2 ** level,
    width / 2 ** level,
    channelsAt(config, level),
  ]);
}

/** All parameters in the order in which the network uses them. */
export function parameterSpecs(config: UnetConfig): ParameterSpec[] {
  const specs: ParameterSpec[] = [];
  const nothing = () => null;
  const ops: Ops<null> = {
    conv: nothing,
    standardise: nothing,
    bias: nothing,
    relu: nothing,
    groupNorm: nothing,
    maxPool: nothing,
    upsample: nothing,
    concat: nothing,
    dropout: nothing,
  };
  const collect = (spec: ParameterSpec) => {
    specs.push(spec);
    return null;
  };
  unetLogits(ops, config, collect, null);
  return specs;
}

/** Trainable numbers of a network that need not exist yet. */
export function parameterCountOf(config: UnetConfig): number {
  return parameterSpecs(config).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** The values a parameter starts with; `index` is its place in `parameterSpecs`. */
export function startValues(spec: ParameterSpec, seed: number, index: number): Float32Array {
  const count = sizeOf(spec.shape);
  const own = mixSeed(seed, index);
  if ('deviation' in spec.start) return truncatedNormal(count, spec.start.deviation, own);
  if ('limit' in spec.start) return uniformWithin(count, spec.start.limit, own);
  return new Float32Array(count).fill(spec.start.value);
}
