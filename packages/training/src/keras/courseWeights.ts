/**
 * Keras's arrays of the course's U-Net as weights of ours. Both name their convolutions in the order in which an image
 * passes them, kernel before bias, and both store kernels as [k, k, in, out]; nothing is transposed.
 */
import { describeConfig, parameterSpecs, presetConfig, type UnetConfig, type UnetState } from '@cotrace/unet';
import { TrainingError } from '../errors.ts';
import type { KerasArray, KerasLayer } from './weightFile.ts';

/** Convolutions: two a level down and at the bottom, three a level up, the two filters, the last. */
const convolutionsOf = (depth: number) => 5 * depth + 4;

/**
 * Base, depth and classes are read off the arrays. Throws KERAS_ARCHITECTURE, which says what was expected and what
 * the file holds.
 */
export function stateOfKeras(layers: readonly KerasLayer[], file: string): UnetState {
  const config = configOf(layers, file);
  const arrays = widened(
    layers.map(({ arrays }) => arrays),
    config,
  ).flat();
  const specs = parameterSpecs(config);
  const wrong = specs.findIndex(({ shape }, at) => arrays[at]!.shape.join() !== shape.join());
  if (wrong >= 0) {
    const layer = layers[wrong >> 1]!.name;
    const shown = (shape: readonly number[]) => `[${shape.join(', ')}]`;
    throw new TrainingError(
      'KERAS_ARCHITECTURE',
      `${shown(arrays[wrong]!.shape)} in ${layer} of ${file}, where the U-Net (${describeConfig(config)}) has ${shown(specs[wrong]!.shape)} for ${specs[wrong]!.name}`,
    );
  }
  return {
    config,
    step: 0,
    parameters: specs.map(({ name, shape }, at) => ({
      name,
      shape,
      values: arrays[at]!.values,
      mean: new Float32Array(arrays[at]!.values.length),
      variance: new Float32Array(arrays[at]!.values.length),
    })),
  };
}

function configOf(layers: readonly KerasLayer[], file: string): UnetConfig {
  const refuse = (came: string) =>
    new TrainingError(
      'KERAS_ARCHITECTURE',
      `${came} in ${file}, where the U-Net of the course with 64…1024 filters has ${convolutionsOf(4)} convolutions with bias`,
    );
  const other = layers.find(
    ({ arrays }) => arrays.length !== 2 || arrays[0]!.shape.length !== 4 || arrays[1]!.shape.length !== 1,
  );
  if (other) {
    const shapes = other.arrays.map(({ shape }) => `[${shape.join(', ')}]`).join(' and ');
    throw refuse(`a layer ${other.name} with arrays ${shapes}`);
  }
  const depth = (layers.length - convolutionsOf(0)) / 5;
  if (!Number.isInteger(depth) || depth < 1 || depth > 6) throw refuse(`${layers.length} convolutions`);
  const channels = layers.at(-1)!.arrays[0]!.shape[3]!;
  const base = layers[0]!.arrays[0]!.shape[3]!;
  if (base > 256 || channels > 255) throw refuse(`${base} filters at first and ${channels} at last`);
  return { ...presetConfig('course', channels === 1 ? 2 : channels), base, depth };
}

/**
 * The notes' two filters before the last convolution stay two when there are more classes; ours are as many as classes.
 * Filters of zeros in place of those that are missing give the same answers and the same gradients: a ReLU of 0 is 0,
 * and so are the weights behind it.
 */
function widened(layers: readonly KerasArray[][], config: UnetConfig): readonly KerasArray[][] {
  const { classes, base } = config;
  const [few, last] = layers.slice(-2);
  const [kernel, bias] = few!;
  const filters = kernel!.shape[3]!;
  if (classes === 2 || filters >= classes || last![0]!.shape[2] !== filters) return layers;
  const wide = new Float32Array(9 * base * classes);
  if (kernel!.shape.join() !== [3, 3, base, filters].join()) return layers;
  kernel!.values.forEach((value, at) => {
    wide[Math.floor(at / filters) * classes + (at % filters)] = value;
  });
  const padded = (values: Float32Array, length: number) => {
    const longer = new Float32Array(length);
    longer.set(values);
    return longer;
  };
  return [
    ...layers.slice(0, -2),
    [
      { shape: [3, 3, base, classes], values: wide },
      { shape: [classes], values: padded(bias!.values, classes) },
    ],
    [{ shape: [1, 1, classes, classes], values: padded(last![0]!.values, classes * classes) }, last![1]!],
  ];
}
