/** What a run of the training bench has found, part by part. */
import type { AccuracyResult } from './accuracy.ts';
import type { MapResult } from './labelToMap.ts';
import type { PredictionResult } from './predictions.ts';
import type { Disturbance } from './quiet.ts';
import type { ReplicaResult } from './replicas.ts';
import type { StepResult } from './steps.ts';

export const PARTS = ['steps', 'prediction', 'map', 'accuracy'] as const;
export type Part = (typeof PARTS)[number];

export interface Measured {
  /** Which precision the trainer chooses by itself on this processor. */
  readonly defaultPrecision: 'float32' | 'bfloat16';
  readonly engine: string;
  readonly disturbances: Readonly<Partial<Record<Part, Disturbance>>>;
  readonly steps: readonly StepResult[];
  readonly predictions: readonly PredictionResult[];
  readonly replicas: readonly ReplicaResult[];
  readonly map: MapResult | undefined;
  readonly accuracy: readonly AccuracyResult[];
}
