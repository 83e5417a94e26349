/**
 * `cotrace export`: a submission or the course layout of a project, written by the server, fetched here; or its live model
 * as a folder, a TensorFlow SavedModel.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Client, ExportJob, Task } from '@cotrace/protocol';
import { decodeModel, saveModelFolder } from '@cotrace/training';
import type { Command } from 'commander';
import { cliError } from '../errors.ts';
import { isFolder, oneOf } from '../options.ts';
import { clientOf, findProject, findTask, type ServerOptions, withServerOptions } from '../server.ts';
import type { Shell } from '../shell.ts';

interface ExportOptions extends ServerOptions {
  project: string;
  task?: string;
  kind: ExportJob['kind'] | 'model';
  out: string;
}

const ASK_EVERY_MS = 500;

export function addExport(program: Command, shell: Shell): void {
  withServerOptions(program.command('export'))
    .description(
      'Fetch a submission (32-bit float TIFF), the course layout (ZIP) or the live model of a project',
    )
    .requiredOption('--project <NAME>', 'name or id of the project')
    .requiredOption(
      '--kind <KIND>',
      'submission, course-layout or model',
      oneOf('--kind', ['submission', 'course-layout', 'model']),
    )
    .requiredOption('--out <PATH>', 'file to write, or a folder to put it into; for a model its own folder')
    .option('--task <NAME>', 'task of the project (default: the only one, else Membrane)')
    .addHelpText(
      'after',
      '\nExample:\n  cotrace export --project "Demo: neuropil" --kind submission --out submission.tif --token T',
    )
    .action(async (options: ExportOptions) => {
      const client = clientOf(options, shell);
      const project = await findProject(client, options.project);
      const task = findTask(project, options.task);
      if (options.kind === 'model') return exportModel(client, task, options, shell);
      const started = await client.call('createExport', {
        params: { taskId: task.id },
        body: { kind: options.kind },
      });
      shell.note(`The server writes the ${options.kind} of ${project.name}, ${task.name} …`);
      const written = await finished(client, started);
      const bytes = await client.call('downloadExport', { params: { exportId: written.id } });
      const fileName = written.fileName ?? options.kind;
      const path = (await isFolder(options.out)) ? join(options.out, fileName) : options.out;
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.partial`, bytes);
      await rename(`${path}.partial`, path);
      if (options.json) shell.print(JSON.stringify({ path, bytes: bytes.length, verdict: written.verdict }));
      else shell.print(`${path}: ${bytes.length} bytes.`);
      for (const { rule, passed, sentence } of written.verdict ?? []) {
        if (passed === false) shell.note(`✗ ${rule}  ${sentence}`);
      }
    });
}

/** The folder that `train` would have written: for `predict`, to train on, and for any TensorFlow. */
async function exportModel(
  client: Client,
  task: Pick<Task, 'id' | 'name'>,
  { out, json }: ExportOptions,
  shell: Shell,
): Promise<void> {
  const models = await client.call('listModels', { params: { taskId: task.id } });
  const live = models.find((model) => model.live);
  if (!live) throw cliError('NO_LIVE_MODEL', { task: task.name });
  const model = decodeModel(await client.call('modelFile', { params: { modelId: live.id } }));
  await saveModelFolder(out, model);
  if (json) shell.print(JSON.stringify({ path: out, modelId: live.id, network: model.network }));
  else shell.print(`${out}: the live model of ${task.name}, a TensorFlow SavedModel.`);
}

async function finished(client: Client, started: ExportJob): Promise<ExportJob> {
  let job = started;
  while (job.state === 'running') {
    await setTimeout(ASK_EVERY_MS);
    job = await client.call('getExport', { params: { exportId: job.id } });
  }
  if (job.state === 'failed') throw cliError('EXPORT_FAILED', { reason: job.error ?? 'it gave no reason' });
  return job;
}
