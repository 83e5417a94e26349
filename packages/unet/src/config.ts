/** What a U-Net looks like: presets, widths, limits. Knows no tensors. */
import { unetError } from './errors.ts';

export interface UnetConfig {
  /** `course`: the network of the course notes. `default`: the lighter one that learns faster on few cores. */
  preset: 'default' | 'course';
  /** Channels of the first level; they double at each level below. */
  base: number;
  /** How often the image is halved. */
  depth: number;
  /** Two classes share one sigmoid channel; more have one softmax channel each. */
  classes: number;
  /**
   * `weights`: filters are standardised, not pixels, so tiles agree with the whole, and learning is nearly as quick as with
   * `group`, whose statistics are those of the whole tile (S. Qiao et al., arXiv 1903.10520).
   */
  normalization: 'weights' | 'group' | 'none';
  /** Share of channels' values set to 0 at the two deepest levels while training. */
  dropout: number;
}

/** The preset as it is meant: `default` base 16, depth 4; `course` 64…1024 with dropout 0.5 at levels 4 and 5. */
export function presetConfig(preset: UnetConfig['preset'], classes: number): UnetConfig {
  return preset === 'course'
    ? { preset, base: 64, depth: 4, classes, normalization: 'none', dropout: 0.5 }
    : { preset, base: 16, depth: 4, classes, normalization: 'none', dropout: 0 };
}

/** Channels of the network's answer: one probability for two classes, else one logit a class. */
export function outputChannels(config: UnetConfig): number {
  return config.classes === 2 ? 1 : config.classes;
}

/** Channels at `level`, 0 being the image's own size. */
export function channelsAt(config: UnetConfig, level: number): number {
  return config.base * 2 ** level;
}

/** Height and width must be multiples of this many pixels. */
export function sizeStep(config: UnetConfig): number {
  return 2 ** config.depth;
}

/** Groups of `channels` that are normalised together: eight, fewer where there are fewer channels. */
export function groupsOf(channels: number): number {
  return Math.min(8, channels);
}

/** One line for messages: `default, base 16, depth 4, 2 classes, no normalisation`. */
export function describeConfig(config: UnetConfig): string {
  const normalization = {
    weights: 'standardised weights',
    group: 'group normalisation',
    none: 'no normalisation',
  }[config.normalization];
  return `${config.preset}, base ${config.base}, depth ${config.depth}, ${config.classes} classes, ${normalization}`;
}

/** Throws CONFIG_INVALID unless a network of this configuration can be built. */
export function checkConfig(config: UnetConfig): void {
  const refuse = (what: string, expected: string, came: unknown) => {
    throw unetError('CONFIG_INVALID', { what, expected, came: String(came) });
  };
  const whole = (value: number, from: number, to: number) =>
    Number.isInteger(value) && value >= from && value <= to;
  if (config.preset !== 'default' && config.preset !== 'course') {
    refuse('the preset', 'default or course', config.preset);
  }
  if (!whole(config.base, 1, 256)) refuse('the base width', 'a whole number from 1 to 256', config.base);
  if (!whole(config.depth, 1, 6)) refuse('the depth', 'a whole number from 1 to 6', config.depth);
  if (!whole(config.classes, 2, 255)) {
    refuse('the number of classes', 'a whole number from 2 to 255', config.classes);
  }
  if (!['weights', 'group', 'none'].includes(config.normalization)) {
    refuse('the normalisation', 'weights, group or none', config.normalization);
  }
  if (config.normalization === 'group' && config.base % groupsOf(config.base) !== 0) {
    refuse('the base width', 'a multiple of 8 with group normalisation', config.base);
  }
  if (!(config.dropout >= 0 && config.dropout < 1))
    refuse('the dropout', 'from 0 to below 1', config.dropout);
}
