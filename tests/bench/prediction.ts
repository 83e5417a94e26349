/** One section of 512 × 512 through the default network, seen once and from eight sides. */
import { loadEngine } from '@cotrace/engine';
import { drawTissue } from '@cotrace/tissue';
import { createPredictor, DEFAULT_RECIPE, MEMBRANE_LABELS, type Model } from '@cotrace/training';
import { createUnet, type UnetConfig } from '@cotrace/unet';
import { type Bench, measurement, repeated } from './measure.ts';

const SIDE = 512;

export const prediction: Bench = {
  about: 'a section of 512 × 512, one turn and eight',
  async run() {
    const engine = await loadEngine();
    const { base, depth } = DEFAULT_RECIPE;
    const network: UnetConfig = {
      preset: 'default',
      base,
      depth,
      classes: 2,
      normalization: 'weights',
      dropout: 0,
    };
    // Time does not depend on what the weights are.
    const unet = createUnet(engine, network, { seed: 1 });
    const model: Model = {
      labels: [...MEMBRANE_LABELS],
      recipe: DEFAULT_RECIPE,
      network,
      temperature: 1,
      training: {
        seed: 1,
        steps: 0,
        seconds: 0,
        finalLoss: null,
        labelledPixels: 0,
        engine: engine.sentence,
      },
      state: await unet.exportState(),
    };
    unet.dispose();
    const predictor = createPredictor(engine, model);
    const [drawn] = drawTissue({ seed: 1, width: SIDE, height: SIDE, sections: 1 });
    const section = {
      width: SIDE,
      height: SIDE,
      image: Float32Array.from(drawn!.image, (grey) => grey / 255),
    };
    const predict = (turns: 1 | 8) => () => predictor.predict(section, { turns, uncertainty: true });
    const measurements = [
      measurement(`base ${base}, depth ${depth}, 512²: one turn`, 'ms', await repeated(7, 2, predict(1))),
      measurement(`base ${base}, depth ${depth}, 512²: eight turns`, 'ms', await repeated(3, 1, predict(8))),
    ];
    predictor.dispose();
    return { engine: engine.sentence, measurements };
  },
};
