/** What is timed: networks, widths, tiles, precisions, and who takes part. */
import type { NetworkName, PrecisionName } from './question.ts';

export interface Setting {
  readonly network: NetworkName;
  readonly base: number;
  readonly side: number;
}

/** All networks halve the picture this often. */
export const DEPTH = 4;
export const BATCH = 2;
export const BASES: readonly number[] = [16, 32, 64];
export const SIDES: readonly number[] = [128, 256];
export const PRECISIONS: readonly PrecisionName[] = ['float32', 'bfloat16'];

/** The course's network at every width, and our default one at its own. */
export const SETTINGS: readonly Setting[] = [
  ...BASES.flatMap((base) => SIDES.map((side) => ({ network: 'course' as const, base, side }))),
  ...SIDES.map((side) => ({ network: 'default' as const, base: 16, side })),
];

export type Who = 'cotrace' | 'keras' | 'torch';
export const NAMES: Readonly<Record<Who, string>> = { cotrace: 'Cotrace', keras: 'Keras', torch: 'PyTorch' };

export interface Contestant {
  readonly who: Who;
  readonly precision: PrecisionName;
}

export const nameOf = ({ who, precision }: Contestant): string => `${NAMES[who]}, ${precision}`;

export const titleOf = ({ network, base, side }: Setting): string =>
  `${network} network, base ${base}, ${side} × ${side}, batch ${BATCH}`;
