/**
 * The course layout: `image/<n>.<ext>` with `label/<n>.<ext>`, one number a section. Pairs names; reads no files and
 * no pixels.
 */
import { imageError } from './errors.ts';

/** One section of the layout; `label` is null where the folder holds images alone. */
export interface CoursePair {
  number: number;
  image: string;
  label: string | null;
}

// What file managers leave behind is nobody's section.
const IGNORED = /^(\.|thumbs\.db$|desktop\.ini$)/i;

/**
 * Pairs in ascending order of their numbers. `fileNames` are paths with `/`, of which the last folder and the name
 * count, so a common prefix does no harm; files in other folders are left out. Labels are either there for every image
 * or for none. Throws FOLDER_EMPTY, NAME_NOT_NUMBERED, NUMBER_TWICE, LABEL_MISSING, LABEL_EXTRA.
 */
export function matchCourseLayout(fileNames: readonly string[]): CoursePair[] {
  const images = numbered(fileNames, 'image');
  const labels = numbered(fileNames, 'label');
  if (images.size === 0) throw imageError('FOLDER_EMPTY', { folder: 'image/' });
  const extra = [...labels.keys()].filter((number) => !images.has(number));
  if (extra.length > 0) throw imageError('LABEL_EXTRA', { numbers: extra.sort((a, b) => a - b) });
  const missing = [...images.keys()].filter((number) => !labels.has(number));
  if (labels.size > 0 && missing.length > 0) {
    throw imageError('LABEL_MISSING', { numbers: missing.sort((a, b) => a - b) });
  }
  return [...images]
    .sort(([a], [b]) => a - b)
    .map(([number, image]) => ({ number, image, label: labels.get(number) ?? null }));
}

function numbered(fileNames: readonly string[], folder: 'image' | 'label'): Map<number, string> {
  const found = new Map<number, string>();
  for (const path of fileNames) {
    const [name = '', parent] = path.split('/').reverse();
    if (parent !== folder || IGNORED.test(name)) continue;
    const match = /^(\d{1,9})\.(png|jpe?g|tiff?)$/i.exec(name);
    if (match === null) throw imageError('NAME_NOT_NUMBERED', { name: path });
    const number = Number(match[1]);
    const twin = found.get(number);
    if (twin !== undefined) throw imageError('NUMBER_TWICE', { number, names: [twin, path] });
    found.set(number, path);
  }
  return found;
}
