/** What the peers of the training bench are asked and what they answer; the Python ones hold to the same (peers/lines.py). */

export type NetworkName = 'course' | 'default';
export type PrecisionName = 'float32' | 'bfloat16';

/** Builds the network, its optimiser and the batch that it trains on from then on. */
export interface Description {
  readonly network: NetworkName;
  readonly base: number;
  readonly depth: number;
  readonly side: number;
  readonly batch: number;
  readonly precision: PrecisionName;
  /** File of float32: images [n, side, side], then targets [n, side, side], 0 or 1. */
  readonly data: string;
  /** File of float32: all parameters in the order in which the network uses them. Cotrace writes it, the others read it. */
  readonly weights: string;
}

export interface Told {
  readonly parameters: number;
  readonly versions: Readonly<Record<string, string>>;
  /** How it runs, in words. */
  readonly compiled: string;
}

/** Of the work asked for, in the process itself. */
export interface Timed {
  readonly wallMs: number;
  /** User and system time of all its threads. */
  readonly cpuMs: number;
  /** The loss, or the mean probability: what shows that the work was done. */
  readonly value: number;
}

export type Question =
  | { readonly make: Description }
  | { readonly step: number }
  | { readonly predict: number; readonly image: string; readonly turns: 1 | 8 }
  | { readonly check: true }
  | { readonly peakMemory: true };
