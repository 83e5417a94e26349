/** One temperature for a model, fitted on held-out labels after averaging over the turns. */
import { fitTemperature } from '@cotrace/metrics';
import type { Unet } from '@cotrace/unet';
import { averagedProbability, channelsOf } from './prediction.ts';
import type { Preset } from './presets.ts';
import { logit } from './probability.ts';
import { classIndices, type LabelClass, type Section, UNKNOWN_CLASS } from './section.ts';

/** One number is fitted: more sections than this change it in the third digit. */
const MAX_SECTIONS = 4;

/** 1 where no held-out pixel is painted. Throws CANCELLED. */
export async function fitModelTemperature(
  unet: Unet,
  options: {
    heldOut: readonly Section[];
    labels: readonly LabelClass[];
    input?: Preset['input'] | undefined;
    signal?: AbortSignal | undefined;
  },
): Promise<number> {
  const { labels, input, signal } = options;
  const channels = channelsOf(unet);
  const painted = options.heldOut
    .map((section) => ({ section, classes: classIndices(section, labels) }))
    .filter(({ classes }) => classes.some((index) => index !== UNKNOWN_CLASS))
    .slice(0, MAX_SECTIONS);
  const known = painted.reduce(
    (sum, { classes }) => sum + classes.reduce((n, index) => n + (index === UNKNOWN_CLASS ? 0 : 1), 0),
    0,
  );
  const logits = new Float32Array(known * channels);
  const truth = new Uint8Array(known);
  let at = 0;
  for (const { section, classes } of painted) {
    const probability = await averagedProbability(unet, section, { turns: 8, input, signal });
    for (let i = 0; i < classes.length; i++) {
      if (classes[i] === UNKNOWN_CLASS) continue;
      truth[at] = classes[i]!;
      if (channels === 1) logits[at] = logit(probability[i]!);
      else {
        // Softmax does not see a constant: logarithms of probabilities are logits.
        for (let c = 0; c < channels; c++) {
          logits[at * channels + c] = Math.log(Math.max(1e-7, probability[i * channels + c]!));
        }
      }
      at++;
    }
  }
  return fitTemperature(logits, truth, { channels });
}
