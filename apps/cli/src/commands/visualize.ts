/** `cotrace visualize`: label images in the colours of their table, as the notes' labelVisualize shows them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { colorsFromLabels, encodePng } from '@cotrace/image-io';
import { readCourseFolder } from '@cotrace/training';
import type { Command } from 'commander';
import { cliError } from '../errors.ts';
import type { Shell } from '../shell.ts';
import { findTaskFolder, type TaskFolderOptions, withTaskFolderOptions } from '../taskFolder.ts';

interface VisualizeOptions extends TaskFolderOptions {
  out: string;
  json?: true;
}

export function addVisualize(program: Command, shell: Shell): void {
  withTaskFolderOptions(program.command('visualize'))
    .description('Write the label images of a folder in colour')
    .requiredOption('--out <DIR>', 'folder to write <number>.png into')
    .option('--json', 'the result as JSON')
    .addHelpText('after', '\nExample:\n  cotrace visualize --data data/Membrane --out colours')
    .action(async (options: VisualizeOptions) => {
      const { path, labels: table } = await findTaskFolder(options);
      const sections = await readCourseFolder(path, { sections: options.sections, labels: table });
      await mkdir(options.out, { recursive: true });
      for (const { name, width, height, labels } of sections) {
        if (labels === null) throw cliError('NO_LABEL_IMAGES', { folder: path });
        const colors = colorsFromLabels({ width, height, labels }, table);
        await writeFile(join(options.out, `${parse(name).name}.png`), encodePng(colors));
      }
      const { out } = options;
      if (options.json) shell.print(JSON.stringify({ out, sections: sections.length, labels: table }));
      else {
        shell.print(`${out}: ${sections.length} sections.`);
        for (const { gray, name, color } of table) shell.note(`${gray} ${name} ${color}`);
      }
    });
}
