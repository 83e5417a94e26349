/** `cotrace validate`: is a file a legal ISBI submission, rule by rule? */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Image, validateSubmission } from '@cotrace/image-io';
import type { Command } from 'commander';
import { cliError } from '../errors.ts';
import { findImages } from '../imageFiles.ts';
import { needFile } from '../options.ts';
import type { Shell } from '../shell.ts';

interface ValidateOptions {
  like?: string;
  json?: true;
}

const MARKS = new Map<boolean | null, string>([
  [true, '✓'],
  [false, '✗'],
  [null, '–'],
]);

export function addValidate(program: Command, shell: Shell): void {
  program
    .command('validate')
    .description('Check whether a file is a legal ISBI submission, every rule by name')
    .argument('<FILE.tif>', 'the submission')
    .option(
      '--like <DIR>',
      "the sections' images: their number, sizes and brightness (polarity) are compared",
    )
    .option('--json', 'the verdict as JSON')
    .addHelpText('after', '\nExample:\n  cotrace validate submission.tif --like data/Membrane/test')
    .action(async (file: string, options: ValidateOptions) => {
      await needFile('FILE.tif', file);
      const images = options.like === undefined ? undefined : await readImages(options.like);
      const name = basename(file);
      const rules = validateSubmission(await readFile(file), { name, ...(images && { images }) });
      const broken = rules.filter(({ passed }) => passed === false).map(({ rule }) => rule);
      if (broken.length > 0 && options.json) {
        throw cliError('SUBMISSION_ILLEGAL', { name, rules: broken }, { legal: false, rules });
      }
      if (options.json) {
        shell.print(JSON.stringify({ legal: true, rules }));
        return;
      }
      for (const { rule, passed, sentence } of rules) {
        shell.print(`${MARKS.get(passed)} ${rule.padEnd(14)} ${sentence}`);
      }
      if (broken.length > 0) throw cliError('SUBMISSION_ILLEGAL', { name, rules: broken });
      shell.print(`${name} is a legal ISBI submission.`);
    });
}

async function readImages(folder: string): Promise<Image[]> {
  const images: Image[] = [];
  for (const source of await findImages('--like', folder)) {
    for await (const page of source.pages()) images.push(page);
  }
  return images;
}
