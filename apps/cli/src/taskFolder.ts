/** A task's folder: one with image/ in it, or a task by its name in a folder of several (Fixed, Membrane, Mitochondrion). */
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { cliError } from './errors.ts';
import { type ColoredLabel, labelList, labelsOfTask } from './labelTable.ts';
import { isFolder, needFolder, sectionRange } from './options.ts';

export interface TaskFolderOptions {
  data: string;
  task?: string;
  labels?: ColoredLabel[];
  sections?: string;
}

export interface TaskFolder {
  path: string;
  labels: ColoredLabel[];
}

export function withTaskFolderOptions(command: Command): Command {
  return command
    .requiredOption('--data <DIR>', 'folder with image/ and label/, numbered files in both')
    .option('--task <NAME>', 'a folder in --data, where that holds several, such as Membrane')
    .option(
      '--labels <LIST>',
      'greys of the label images: 0=membrane,127=mitochondrion,255=cell (default: those of the task)',
      labelList,
    )
    .option('--sections <RANGE>', 'section numbers, such as 0-14,17 (default: all)', sectionRange);
}

/** Throws PATH_NOT_FOUND, TASK_FOLDER. */
export async function findTaskFolder({ data, task, labels }: TaskFolderOptions): Promise<TaskFolder> {
  await needFolder('--data', data);
  if (task === undefined && !(await isFolder(join(data, 'image')))) {
    const there = await tasksIn(data);
    if (there.length > 0) throw cliError('TASK_FOLDER', { folder: data, came: task, there });
  }
  const path = task === undefined ? data : join(data, task);
  if (task !== undefined && !(await isFolder(join(path, 'image')))) {
    throw cliError('TASK_FOLDER', { folder: data, came: task, there: await tasksIn(data) });
  }
  return { path, labels: labels ?? labelsOfTask(basename(resolve(path))) };
}

async function tasksIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const tasks: string[] = [];
  for (const name of folders.sort()) if (await isFolder(join(folder, name, 'image'))) tasks.push(name);
  return tasks;
}
