/** `cotrace import`: a folder in the course layout into a project, all or nothing. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { matchCourseLayout } from '@cotrace/image-io';
import type { Command } from 'commander';
import { cliError } from '../errors.ts';
import { isFolder, needFolder } from '../options.ts';
import { clientOf, findProject, findTask, type ServerOptions, withServerOptions } from '../server.ts';
import type { Shell } from '../shell.ts';

interface ImportOptions extends ServerOptions {
  project: string;
  task: string;
  data: string;
}

export function addImport(program: Command, shell: Shell): void {
  withServerOptions(program.command('import'))
    .description('Bring sections and their labels into a project')
    .requiredOption('--project <NAME>', 'name or id of the project')
    .requiredOption('--task <NAME>', 'task that the labels belong to, such as Membrane')
    .requiredOption('--data <DIR>', 'folder with image/ and, if there are labels, label/')
    .addHelpText(
      'after',
      '\nExample:\n  cotrace import --project "My stack" --task Membrane --data data/Membrane --token T',
    )
    .action(async (options: ImportOptions) => {
      await needFolder('--data', options.data);
      const paths = await layoutPaths(options.data);
      checkNames(paths); // what is wrong with the names is told before anything is sent
      if (paths.length === 0) throw cliError('NOTHING_TO_IMPORT', { folder: options.data });
      const client = clientOf(options, shell);
      const project = await findProject(client, options.project);
      const task = findTask(project, options.task);
      const form = new FormData();
      for (const path of paths) {
        form.append('files', new Blob([await readFile(join(options.data, path))]), path);
      }
      shell.note(`Sending ${paths.length} files to ${project.name} …`);
      const done = await client.call('importSections', {
        params: { projectId: project.id },
        query: { taskId: task.id },
        body: form,
      });
      if (options.json) {
        shell.print(
          JSON.stringify({
            sections: done.sections.map(({ id, name }) => ({ id, name })),
            labelled: done.labelled,
          }),
        );
      } else shell.print(`${done.sections.length} sections imported, ${done.labelled} with labels.`);
    });
}

const IMAGE_FILE = /^[^.].*\.(png|jpe?g|tiff?)$/i;

/** `image/…` and `label/…`; a folder without `image/` holds images alone, under any names. */
async function layoutPaths(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (const kind of ['image', 'label']) {
    if (!(await isFolder(join(folder, kind)))) continue;
    for (const name of await imageFiles(join(folder, kind))) paths.push(`${kind}/${name}`);
  }
  return paths.length > 0 ? paths : imageFiles(folder);
}

async function imageFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => IMAGE_FILE.test(name));
}

/** One file may be a stack whose pages are the sections: only the server, which opens it, can pair those. */
function checkNames(paths: readonly string[]): void {
  const images = paths.filter((path) => path.startsWith('image/'));
  if (images.length !== 1 && paths.some((path) => path.includes('/'))) matchCourseLayout(paths);
}
