/** Which uploaded file is what: images and labels by their folders and numbers, pages of stacks. Reads headers only. */
import { type ImageErrorCode, type ImageHeader, imageError } from '@cotrace/image-io';

export interface UploadedFile {
  /** As it was sent: `image/3.png`, `3.png`. */
  name: string;
  header: ImageHeader;
}

export interface PlannedSection<F extends UploadedFile> {
  /** Name that the section will have. */
  name: string;
  image: { file: F; page: number };
  label: { file: F; page: number } | undefined;
}

/** A file that cannot be taken, by the codes of the image package. */
export class ImportProblem extends Error {
  override readonly name = 'ImportProblem';
  constructor(
    readonly file: string,
    readonly code: ImageErrorCode | 'NAME_TAKEN' | 'SECTION_TOO_LARGE' | 'LABEL_TASK_MISSING',
    message: string,
  ) {
    super(message);
  }
}

type Page<F> = { file: F; page: number; number: number };

/**
 * Images in stack order, each with its label where labels came. In the course layout (`image/`, `label/`) files are
 * numbered, or each folder holds one stack whose pages are; images alone may have any names.
 * @throws ImageError NAME_NOT_NUMBERED, NUMBER_TWICE, LABEL_MISSING, LABEL_EXTRA, FOLDER_EMPTY
 */
export function planImport<F extends UploadedFile>(files: F[]): PlannedSection<F>[] {
  const labels = files.filter(({ name }) => folderOf(name) === 'label');
  const images = files.filter(({ name }) => folderOf(name) !== 'label');
  if (images.length === 0) throw imageError('FOLDER_EMPTY', { folder: 'the upload' });
  if (labels.length === 0 && !images.some(({ name }) => folderOf(name) === 'image'))
    return plainImages(images);

  const [imagePages, labelPages] = [numbered(images), numbered(labels)];
  if (labels.length > 0) {
    const missing = imagePages.filter(({ number }) => !labelPages.some((label) => label.number === number));
    if (missing.length > 0)
      throw imageError('LABEL_MISSING', { numbers: missing.map(({ number }) => number) });
    const extra = labelPages.filter(({ number }) => !imagePages.some((image) => image.number === number));
    if (extra.length > 0) throw imageError('LABEL_EXTRA', { numbers: extra.map(({ number }) => number) });
  }
  return imagePages.map(({ file, page, number }) => ({
    name: pageName(file, page),
    image: { file, page },
    label: labelPages.find((label) => label.number === number),
  }));
}

function plainImages<F extends UploadedFile>(files: F[]): PlannedSection<F>[] {
  // "section 10" comes after "section 9".
  const order = new Intl.Collator('en', { numeric: true });
  return files
    .slice()
    .sort((a, b) => order.compare(a.name, b.name))
    .flatMap((file) =>
      Array.from({ length: file.header.pages }, (_, page) => ({
        name: pageName(file, page),
        image: { file, page },
        label: undefined,
      })),
    );
}

function numbered<F extends UploadedFile>(files: F[]): Page<F>[] {
  if (files.length === 1 && files[0]!.header.pages > 1) {
    const file = files[0]!;
    return Array.from({ length: file.header.pages }, (_, page) => ({ file, page, number: page }));
  }
  const pages = files.map((file): Page<F> => {
    const stem = baseName(file.name).replace(/\.[^.]+$/, '');
    if (!/^\d{1,9}$/.test(stem) || file.header.pages > 1)
      throw imageError('NAME_NOT_NUMBERED', { name: file.name });
    return { file, page: 0, number: Number(stem) };
  });
  for (const { number } of pages) {
    const same = pages.filter((other) => other.number === number);
    if (same.length > 1)
      throw imageError('NUMBER_TWICE', { number, names: same.map(({ file }) => file.name) });
  }
  return pages.sort((a, b) => a.number - b.number);
}

function pageName(file: UploadedFile, page: number): string {
  const name = baseName(file.name);
  if (file.header.pages === 1) return name;
  const digits = String(file.header.pages - 1).length;
  return `${name.replace(/\.[^.]+$/, '')}-${String(page).padStart(digits, '0')}.png`;
}

const parts = (name: string): string[] => name.split(/[/\\]+/).filter(Boolean);
const baseName = (name: string): string => parts(name).at(-1) ?? name;

/** The innermost folder that says what a file is: `data/train/Image/3.png` is an image. */
function folderOf(name: string): 'image' | 'label' | undefined {
  const folder = parts(name).at(-2)?.toLowerCase();
  if (folder === 'image' || folder === 'images') return 'image';
  if (folder === 'label' || folder === 'labels') return 'label';
  return undefined;
}
