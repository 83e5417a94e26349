/** Values of options, read once: numbers, ranges, paths. Each refusal names the option, what it takes and what came. */
import { stat } from 'node:fs/promises';
import { parseSectionRange } from '@cotrace/training';
import { cliError } from './errors.ts';

/** A parser of whole numbers from `from` to `to`. */
export function wholeNumber(option: string, from: number, to: number) {
  return (came: string): number => {
    const value = Number(came);
    if (!/^\d+$/.test(came) || value < from || value > to) {
      throw cliError('OPTION_INVALID', { option, expected: `a whole number from ${from} to ${to}`, came });
    }
    return value;
  };
}

export function positiveNumber(option: string, unit: string) {
  return (came: string): number => {
    const value = Number(came);
    if (came.trim() === '' || !(value > 0) || !Number.isFinite(value)) {
      throw cliError('OPTION_INVALID', { option, expected: `a number of ${unit} above 0`, came });
    }
    return value;
  };
}

export function oneOf<T extends string>(option: string, choices: readonly T[]) {
  return (came: string): T => {
    const found = choices.find((choice) => choice === came);
    if (found === undefined) throw cliError('OPTION_INVALID', { option, expected: choices.join(', '), came });
    return found;
  };
}

/** `a,b` as two names; none may be empty. */
export function listOf(option: string) {
  return (came: string): string[] => {
    const names = came.split(',').map((name) => name.trim());
    if (names.includes('')) {
      throw cliError('OPTION_INVALID', { option, expected: 'names with commas between them', came });
    }
    return names;
  };
}

/** Keeps the text: `0-14,17`. */
export function sectionRange(came: string): string {
  try {
    parseSectionRange(came);
  } catch {
    // The only thing that can be wrong with a range is the range; the option's own sentence says so.
    throw cliError('OPTION_INVALID', {
      option: '--sections',
      expected: 'numbers such as 0-14 or 0-14,17',
      came,
    });
  }
  return came;
}

/** Throws PATH_NOT_FOUND unless there is a folder. */
export async function needFolder(option: string, path: string): Promise<void> {
  if (!(await isFolder(path))) throw cliError('PATH_NOT_FOUND', { option, expected: 'a folder', came: path });
}

export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(absent))?.isDirectory() ?? false;
}

/** Throws PATH_NOT_FOUND unless there is a file. */
export async function needFile(option: string, path: string): Promise<void> {
  if ((await stat(path).catch(absent))?.isFile() !== true) {
    throw cliError('PATH_NOT_FOUND', { option, expected: 'a file', came: path });
  }
}

/** Throws PATH_NOT_FOUND unless there is a file or a folder; answers which. */
export async function needPath(option: string, path: string): Promise<'file' | 'folder'> {
  const found = await stat(path).catch(absent);
  if (!found) throw cliError('PATH_NOT_FOUND', { option, expected: 'a file or a folder', came: path });
  return found.isDirectory() ? 'folder' : 'file';
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
