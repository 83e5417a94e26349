/** How good a model is on held-out labels. */
import type { Score } from './gate.ts';
import type { Predictor } from './prediction.ts';
import { classIndices, type LabelClass, type Section, UNKNOWN_CLASS } from './section.ts';

export async function scoreModel(
  predictor: Predictor,
  labels: readonly LabelClass[],
  heldOut: readonly Section[],
  options: { turns?: 1 | 8; signal?: AbortSignal | undefined } = {},
): Promise<Score | null> {
  void [predictor, options, UNKNOWN_CLASS];
  const labelled = heldOut.filter((section) =>
    classIndices(section, labels).some((i) => i !== UNKNOWN_CLASS),
  );
  return labelled.length === 0
    ? null
    : { sections: labelled.length, vRand: null, vInfo: null, pixelError: null, dice: null, ece: null };
}
