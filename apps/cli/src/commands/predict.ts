/** `cotrace predict`: a model's probabilities for a folder or stack of sections, as a submission TIFF, an array or images. */
import { type Engine, loadEngine } from '@cotrace/engine';
import { createPredictor, isKerasFile, type LabelClass, type Model, unitRange } from '@cotrace/training';
import type { Command } from 'commander';
import { cliError } from '../errors.ts';
import { createFloatStack } from '../floatStack.ts';
import { findImages, type ImageSource } from '../imageFiles.ts';
import { loadModel } from '../models.ts';
import { needFile, needFolder } from '../options.ts';
import { createPredictionFile, createResultImages } from '../predictionFiles.ts';
import { createProgress } from '../progress.ts';
import type { Shell } from '../shell.ts';

interface PredictOptions {
  model: string;
  images: string;
  out?: string;
  results?: string;
  tta?: true;
  uncertainty?: string;
  json?: true;
}

export function addPredict(program: Command, shell: Shell): void {
  program
    .command('predict')
    .description('Predict sections: one page each, 0 = certainly membrane, 1 = certainly not')
    .requiredOption('--model <MODELDIR|FILE.hdf5>', "folder that train wrote, or Keras's weights")
    .requiredOption(
      '--images <DIR|FILE.tif>',
      'folder of numbered images, or with image/ in it, or a TIFF of many pages',
    )
    .option('--out <FILE.tif|FILE.npy>', '32-bit float TIFF to write, or a NumPy array')
    .option('--results <DIR>', 'write <number>_predict.png there: grey for two labels, in colours for more')
    .option('--tta', 'average over all eight turns and flips: better, and eight times slower')
    .option('--uncertainty <FILE.tif>', 'also write where the model is unsure: entropy in nats')
    .option('--json', 'the result as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  cotrace predict --model model --images data/Membrane/test --out submission.tif --tta' +
        '\n  cotrace predict --model unet_membrane.hdf5 --images data/Membrane/test --results results',
    )
    .action(async (options: PredictOptions) => {
      if (options.out === undefined && options.results === undefined) {
        throw cliError('BAD_USE', { sentence: 'At least one of --out and --results was expected.' });
      }
      await (isKerasFile(options.model) ? needFile : needFolder)('--model', options.model);
      const sources = await findImages('--images', options.images);
      const model = await loadModel(options.model);
      const engine = await loadEngine('auto');
      shell.note(`${engine.sentence}.`);
      const { labels } = model;
      const sections = await predictAll(options, { sources, engine, model, labels, shell });
      const { out = null, results = null, uncertainty = null } = options;
      if (options.json) shell.print(JSON.stringify({ out, results, uncertainty, sections }));
      else shell.print(`${out ?? results}: ${sections} sections.`);
    });
}

interface Parts {
  sources: ImageSource[];
  engine: Engine;
  model: Model;
  labels: readonly LabelClass[];
  shell: Shell;
}

/** Page by page: a stack need not lie in memory. Files appear under their names when they are whole. */
async function predictAll(options: PredictOptions, parts: Parts): Promise<number> {
  const { sources, engine, model, labels, shell } = parts;
  const { out, results, uncertainty } = options;
  const progress = createProgress(shell, 'predicting');
  await using file = out === undefined ? undefined : await createPredictionFile(out, labels);
  await using images = results === undefined ? undefined : await createResultImages(results, labels);
  await using entropies = uncertainty === undefined ? undefined : await createFloatStack(uncertainty);
  const predictor = createPredictor(engine, model);
  let sections = 0;
  try {
    for (const [index, source] of sources.entries()) {
      let pages = 0;
      for await (const page of source.pages()) {
        const { width, height } = page;
        const predicted = await predictor.predict(
          { width, height, image: unitRange(page) },
          {
            turns: options.tta ? 8 : 1,
            uncertainty: entropies !== undefined,
            onProgress: (fraction) => progress.show((index + fraction) / sources.length, source.name),
          },
        );
        const section = { ...predicted, width, height, number: numberOf(source, sections, pages) };
        await file?.add(section);
        await images?.add(section);
        if (entropies && predicted.uncertainty) {
          await entropies.add({ width, height, data: predicted.uncertainty });
        }
        sections++;
        pages++;
      }
    }
  } finally {
    predictor.dispose();
  }
  await file?.finish();
  await images?.finish();
  await entropies?.finish();
  return sections;
}

/** `7`, and `7_1` for the second page of a file of that number; of a stack the place in it. */
function numberOf({ number }: ImageSource, section: number, page: number): string {
  if (number === null) return String(section);
  return page === 0 ? String(number) : `${number}_${page}`;
}
