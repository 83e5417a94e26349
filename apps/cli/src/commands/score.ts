/** `cotrace score`: the ISBI 2012 scores of a prediction against labels. */
import { scoreStack } from '@cotrace/metrics';
import type { Command } from 'commander';
import { sectionRange } from '../options.ts';
import { createProgress } from '../progress.ts';
import { readScoreInput } from '../scoreInput.ts';
import type { Shell } from '../shell.ts';

interface ScoreOptions {
  labels: string;
  prediction: string;
  sections?: string;
  json?: true;
}

export function addScore(program: Command, shell: Shell): void {
  program
    .command('score')
    .description('Score a prediction against labels: V_Rand, V_Info, Rand error, pixel error')
    .requiredOption(
      '--labels <DIR>',
      'folder of label images, or with label/ in it: 0 = membrane, 255 = cell',
    )
    .requiredOption(
      '--prediction <FILE.tif|DIR>',
      'TIFF with one page a section, or a folder of numbered PNGs: value/255 = probability of "not membrane"',
    )
    .option(
      '--sections <RANGE>',
      'section numbers, such as 20-29 (default: all that have labels)',
      sectionRange,
    )
    .option('--json', 'the result as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  cotrace score --labels data/Membrane --prediction out.tif --sections 15-19',
    )
    .action(async (options: ScoreOptions) => {
      const { numbers, labels, predictions } = await readScoreInput(options);
      const progress = createProgress(shell, 'scoring');
      const score = scoreStack(labels, predictions, {
        onProgress: (fraction) => progress.show(fraction, `${labels.length} sections`),
      });
      if (options.json) {
        shell.print(JSON.stringify(score));
        return;
      }
      const show = (value: number) => value.toFixed(6);
      shell.print(`sections     ${numbers.join(', ')}`);
      shell.print(`V_Rand       ${show(score.vRand)}  at threshold ${score.vRandThreshold.toFixed(1)}`);
      shell.print(`V_Info       ${show(score.vInfo)}  at threshold ${score.vInfoThreshold.toFixed(1)}`);
      shell.print(`Rand error   ${show(score.randError)}`);
      shell.print(`pixel error  ${show(score.pixelError)}`);
    });
}
