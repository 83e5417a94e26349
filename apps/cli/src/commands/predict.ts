/** `cotrace predict`: a model's probabilities for a folder or stack of sections, as a submission TIFF. */
import { loadEngine } from '@cotrace/engine';
import { createPredictor, loadModelFolder, unitRange } from '@cotrace/training';
import type { Command } from 'commander';
import { cliError } from '../errors.ts';
import { createFloatStack } from '../floatStack.ts';
import { findImages } from '../imageFiles.ts';
import { needFolder } from '../options.ts';
import { createProgress } from '../progress.ts';
import type { Shell } from '../shell.ts';

interface PredictOptions {
  model: string;
  images: string;
  out: string;
  tta?: true;
  uncertainty?: string;
  json?: true;
}

export function addPredict(program: Command, shell: Shell): void {
  program
    .command('predict')
    .description('Predict sections: one page each, 0 = certainly membrane, 1 = certainly not')
    .requiredOption('--model <MODELDIR>', 'folder that train wrote')
    .requiredOption(
      '--images <DIR|FILE.tif>',
      'folder of numbered images, or with image/ in it, or a TIFF of many pages',
    )
    .requiredOption('--out <FILE.tif>', '32-bit float TIFF to write')
    .option('--tta', 'average over all eight turns and flips: better, and eight times slower')
    .option('--uncertainty <FILE.tif>', 'also write where the model is unsure: entropy in nats')
    .option('--json', 'the result as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  cotrace predict --model model --images data/Membrane/test --out submission.tif --tta',
    )
    .action(async (options: PredictOptions) => {
      await needFolder('--model', options.model);
      const sources = await findImages('--images', options.images);
      const model = await loadModelFolder(options.model);
      if (model.labels.length !== 2) throw cliError('MODEL_HAS_MANY_LABELS', { labels: model.labels.length });
      const engine = await loadEngine('auto');
      shell.note(`${engine.sentence}.`);
      const sections = await predictAll(options, {
        sources,
        predictor: createPredictor(engine, model),
        shell,
      });
      const { out, uncertainty = null } = options;
      if (options.json) shell.print(JSON.stringify({ out, uncertainty, sections }));
      else shell.print(`${out}: ${sections} sections.`);
    });
}

interface Parts {
  sources: Awaited<ReturnType<typeof findImages>>;
  predictor: ReturnType<typeof createPredictor>;
  shell: Shell;
}

/** Page by page: a stack need not lie in memory. Files appear under their names when they are whole. */
async function predictAll(options: PredictOptions, { sources, predictor, shell }: Parts): Promise<number> {
  const progress = createProgress(shell, 'predicting');
  await using probabilities = await createFloatStack(options.out);
  await using entropies =
    options.uncertainty === undefined ? undefined : await createFloatStack(options.uncertainty);
  let sections = 0;
  try {
    for (const [index, source] of sources.entries()) {
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
        await probabilities.add({ width, height, data: predicted.probability });
        if (entropies && predicted.uncertainty) {
          await entropies.add({ width, height, data: predicted.uncertainty });
        }
        sections++;
      }
    }
  } finally {
    predictor.dispose();
  }
  await probabilities.finish();
  await entropies?.finish();
  return sections;
}
