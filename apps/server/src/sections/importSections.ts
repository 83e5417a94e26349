/** An upload becomes sections: everything is looked at first, then all is kept or nothing. Knows no HTTP. */
import { readFile } from 'node:fs/promises';
import {
  decodePages,
  ImageError,
  type ImageHeader,
  imageError,
  labelsFromGray,
  peekImage,
} from '@cotrace/image-io';
import { type LabelClass, MAX_SECTION_SIDE, ProtocolError } from '@cotrace/protocol';
import type { SectionRow, SectionStore } from '../store/sectionStore.ts';
import { ImportProblem, type PlannedSection, planImport } from './importPlan.ts';
import { createPageReader, type PageReader } from './pageReader.ts';
import type { SectionIntake } from './sectionIntake.ts';

/** Problems that one refusal lists: enough to see what is wrong, not a page of the same. */
const MAX_PROBLEMS = 20;

interface File {
  name: string;
  path: string;
  header: ImageHeader;
}

export interface ImportTask {
  id: string;
  labels: LabelClass[];
}

/**
 * `task`: where labels go; undefined when none was named.
 * @throws ProtocolError IMPORT_REFUSED with `details: [{file, code, message}]`; nothing was kept
 */
export async function importSections(
  deps: { store: SectionStore; intake: SectionIntake },
  asked: { projectId: string; task: ImportTask | undefined; files: { name: string; path: string }[] },
): Promise<{ sections: SectionRow[]; labelled: number }> {
  const problems: ImportProblem[] = [];
  const attempt = async <T>(file: string, work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      problems.push(problemOf(file, error));
      return undefined;
    }
  };

  // Each file as a whole first, one page in memory at a time; it is decoded again when it is kept.
  const files: File[] = [];
  for (const { name, path } of asked.files) {
    const header = await attempt(name, async () => checkFile(name, await readFile(path)));
    if (header) files.push({ name, path, header });
  }
  refuse(problems);
  const plan = (await attempt('', () => planImport(files))) ?? [];
  refuse(problems);

  const taken = await deps.store.names(asked.projectId);
  for (const { name, image } of plan) {
    if (taken.has(name)) problems.push(nameTaken(image.file.name, name));
    taken.add(name);
  }
  const labelled = plan.filter(({ label }) => label !== undefined);
  if (labelled.length > 0 && !asked.task) {
    problems.push(
      new ImportProblem(
        labelled[0]!.label!.file.name,
        'LABEL_TASK_MISSING',
        'LABEL_TASK_MISSING: a task was expected for the labels, none was named. Add ?taskId=… to the address.',
      ),
    );
  }
  refuse(problems);

  const pages = createPageReader();
  for (const section of labelled) {
    const label = section.label!;
    await attempt(label.file.name, () => readLabels(pages, section, label, asked.task!));
    if (problems.length >= MAX_PROBLEMS) break;
  }
  refuse(problems);

  const sections = await deps.intake.add(
    asked.projectId,
    plan.map((section) => ({
      name: section.name,
      image: () => pages.read(section.image),
      labels: section.label
        ? [{ taskId: asked.task!.id, values: () => readLabels(pages, section, section.label!, asked.task!) }]
        : [],
    })),
  );
  return { sections, labelled: labelled.length };
}

/** The size by the header, before anything is read in; then every page. */
function checkFile(name: string, bytes: Uint8Array): ImageHeader {
  const header = peekImage(bytes, name);
  const { width, height } = header;
  if (Math.max(width, height) > MAX_SECTION_SIDE) {
    throw new ImportProblem(
      name,
      'SECTION_TOO_LARGE',
      `SECTION_TOO_LARGE: at most ${MAX_SECTION_SIDE} × ${MAX_SECTION_SIDE} pixels were expected, ${name} declares ${width} × ${height}; it was not read in. Cut it into smaller sections.`,
    );
  }
  const pages = decodePages(bytes, name);
  while (!pages.next().done);
  return header;
}

/** Grey values of a label image to the values of the table. */
async function readLabels(
  pages: PageReader,
  section: PlannedSection<File>,
  label: { file: File; page: number },
  task: ImportTask,
): Promise<Uint8Array> {
  const { name } = label.file;
  const [image, expected] = [label.file.header, section.image.file.header];
  if (image.width !== expected.width || image.height !== expected.height) {
    throw imageError('LABEL_SIZE_DIFFERS', { name, image: expected, label: image });
  }
  return labelsFromGray(await pages.read(label), task.labels, name);
}

function nameTaken(file: string, name: string): ImportProblem {
  return new ImportProblem(
    file,
    'NAME_TAKEN',
    `NAME_TAKEN: a name of its own was expected for every section, but there is a "${name}" already. Rename the file.`,
  );
}

function problemOf(file: string, error: unknown): ImportProblem {
  if (error instanceof ImportProblem) return error;
  if (error instanceof ImageError) return new ImportProblem(file, error.code, error.message);
  throw error;
}

function refuse(problems: ImportProblem[]): void {
  if (problems.length === 0) return;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  throw new ProtocolError(
    'IMPORT_REFUSED',
    `${problems[0]!.message}${more}`,
    problems.slice(0, MAX_PROBLEMS).map(({ file, code, message }) => ({ file, code, message })),
  );
}
