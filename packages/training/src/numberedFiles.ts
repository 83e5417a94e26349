/** The numbered image files of one folder. Opens none of them. */
import { join } from 'node:path';
import { TrainingError } from './errors.ts';
import { listFolder } from './listFolder.ts';

const IMAGE_FILE = /\.(png|jpe?g|tiff?)$/i;

/** Image files of a folder by the number in their names, ascending. Throws FOLDER_NOT_FOUND, FOLDER_EMPTY, FILE_NAME_WITHOUT_NUMBER, NUMBER_TWICE. */
export async function numberedFiles(folder: string): Promise<Map<number, string>> {
  const names = (await listFolder(folder)).filter((name) => IMAGE_FILE.test(name) && !name.startsWith('.'));
  if (names.length === 0) throw new TrainingError('FOLDER_EMPTY', folder);
  const numbered = new Map<number, string>();
  for (const name of names) {
    const digits = /(\d+)\D*$/.exec(name.replace(IMAGE_FILE, ''));
    if (!digits) throw new TrainingError('FILE_NAME_WITHOUT_NUMBER', join(folder, name));
    const number = Number(digits[1]);
    const other = numbered.get(number);
    if (other !== undefined) throw new TrainingError('NUMBER_TWICE', `${other} and ${name} in ${folder}`);
    numbered.set(number, name);
  }
  return new Map([...numbered].sort(([a], [b]) => a - b));
}
