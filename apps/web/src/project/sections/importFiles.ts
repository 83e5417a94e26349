/** What of a pile of files is imported, and under which names: `image/<n>.png`, `label/<n>.png`, or images alone. Pure. */
import { MAX_IMPORT_FILES, MAX_UPLOAD_BYTES } from '@cotrace/protocol';

export interface ImportFile {
  /** Path below what was dropped or chosen, with slashes. */
  path: string;
  file: File;
}

export interface ImportPlan {
  /** Sent, under these names, in natural order: 2 before 10. */
  sent: { name: string; file: File }[];
  images: number;
  labels: number;
  bytes: number;
  /** Left out because they are no images. */
  ignored: string[];
  /** Why it cannot be sent at all; null when it can. */
  problem: string | null;
}

const IMAGE = /\.(png|jpe?g|tiff?)$/i;
const natural = new Intl.Collator('en', { numeric: true });

/** The part of a path that the server reads: the last folder only if it says image or label. */
export function importName(path: string): string {
  const [name = '', folder = ''] = path.split('/').reverse();
  if (/^labels?$/i.test(folder)) return `label/${name}`;
  if (/^images?$/i.test(folder)) return `image/${name}`;
  return name;
}

export function planImport(files: readonly ImportFile[]): ImportPlan {
  const wanted = files.filter(({ path }) => IMAGE.test(path));
  const sent = wanted
    .map(({ path, file }) => ({ name: importName(path), file }))
    .sort((a, b) => natural.compare(a.name, b.name));
  const labels = sent.filter(({ name }) => name.startsWith('label/')).length;
  const images = sent.length - labels;
  return {
    sent,
    images,
    labels,
    bytes: sent.reduce((sum, { file }) => sum + file.size, 0),
    ignored: files.filter((file) => !wanted.includes(file)).map(({ path }) => path),
    problem: problemOf(files.length, sent),
  };
}

function problemOf(given: number, sent: ImportPlan['sent']): string | null {
  if (given === 0) return null;
  if (sent.length === 0) return 'None of these files is a PNG, JPEG or TIFF. Choose others.';
  if (sent.length > MAX_IMPORT_FILES)
    return `At most ${MAX_IMPORT_FILES} files at once, got ${sent.length}. Import them in parts, or as multi-page TIFF.`;
  const tooLarge = sent.find(({ file }) => file.size > MAX_UPLOAD_BYTES);
  if (tooLarge)
    return `${tooLarge.name} is larger than the server takes (${MAX_UPLOAD_BYTES / 2 ** 30} GiB). Split it.`;
  const twice = sent.find(({ name }, at) => sent[at - 1]?.name === name);
  if (twice) return `Two files are named ${twice.name}. Import one folder at a time.`;
  return null;
}
