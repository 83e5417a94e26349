/** What is known of one pixel, in words: its label, what the model sees there and how sure it is. Pure; asks nobody. */
import type { LabelClass, Task } from '@cotrace/protocol';
import { predictionMeaningOf } from '../view/palette.ts';

export interface PixelNumbers {
  /** Undefined: unknown, or a label that is no longer in the table. */
  readonly label: LabelClass | undefined;
  readonly labelName: string;
  /** What the model takes it for; null without a map. */
  readonly predicted: { readonly name: string; readonly color: string } | null;
  /** Of that label, 0…1; null where the map keeps the winner only (more than two labels). */
  readonly probability: number | null;
  /** Nats; null without a map. */
  readonly uncertainty: number | null;
}

export const WORDS = {
  unknown: 'Unknown',
  gone: (value: number) => `Label ${value}, no longer in the table`,
} as const;

/** `prediction`, `uncertainty`: bytes of the maps, as `sectionMaps` of the protocol describes them. */
export function pixelNumbers(
  labels: Task['labels'],
  at: { value: number; prediction: number | undefined; uncertainty: number | undefined },
): PixelNumbers {
  const find = (value: number) => labels.find((one) => one.value === value);
  const label = find(at.value);
  const meaning = predictionMeaningOf(labels);
  let predicted: LabelClass | undefined;
  let probability: number | null = null;
  if (at.prediction !== undefined) {
    if (meaning.kind === 'labels') predicted = find(at.prediction);
    else {
      const greater = at.prediction / 255;
      predicted = find(greater >= 0.5 ? meaning.greater : meaning.lesser);
      probability = Math.max(greater, 1 - greater);
    }
  }
  return {
    label,
    labelName: label?.name ?? (at.value === 0 ? WORDS.unknown : WORDS.gone(at.value)),
    predicted: predicted === undefined ? null : { name: predicted.name, color: predicted.color },
    probability: predicted === undefined ? null : probability,
    uncertainty: at.uncertainty === undefined ? null : (at.uncertainty / 255) * Math.log(labels.length),
  };
}
