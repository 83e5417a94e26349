/** Mirrored replicas beside one process: what sharing the cores out gains. */
import type { PrecisionName } from './question.ts';
import type { Setting } from './settings.ts';

export interface ReplicaResult {
  readonly setting: Setting;
  readonly precision: PrecisionName;
  readonly replicas: number;
  /** A step of one replica with its share of the batch on its share of the cores, nobody beside it. */
  readonly aloneMs: number;
  /** A step of all together. */
  readonly mirroredMs: number;
  readonly imagesPerSecond: number;
  /** Images a second together ÷ (replicas × images a second of the one alone). */
  readonly efficiency: number;
}
