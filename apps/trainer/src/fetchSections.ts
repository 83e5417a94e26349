/** Sections of a job as training takes them. */
import { decodeImage } from '@cotrace/image-io';
import type { JobSection } from '@cotrace/protocol';
import type { Section } from '@cotrace/training';
import type { Connection } from './connection.ts';

export interface Fetching {
  jobId: string;
  /** Under the job's lease. */
  server: Connection;
  signal: AbortSignal;
}

/** @throws ImageError, RemoteError */
export async function fetchImage(section: JobSection, { jobId, server, signal }: Fetching): Promise<Section> {
  const { sectionId, width, height } = section;
  const name = `section ${section.index}`;
  const bytes = await server.call('trainerSectionImage', { params: { jobId, sectionId } }, signal);
  const { data, bitDepth } = decodeImage(bytes, name)[0]!;
  const greatest = 2 ** bitDepth - 1;
  return { name, width, height, image: Float32Array.from(data, (value) => value / greatest), labels: null };
}

/** Label values as they are now; null where nothing is painted. */
export async function fetchLabels(
  section: JobSection,
  { jobId, server, signal }: Fetching,
): Promise<Uint8Array | null> {
  if (section.labelsUrl === null) return null;
  const { sectionId } = section;
  const bytes = await server.call('trainerSectionLabels', { params: { jobId, sectionId } }, signal);
  return Uint8Array.from(decodeImage(bytes, `labels of section ${section.index}`)[0]!.data);
}

/** Label values as they were when a model was trained on them; undefined where that is not known, or nobody asks. */
async function fetchEarlierLabels(
  section: JobSection,
  { jobId, server, signal }: Fetching,
  modelId: string | null,
): Promise<Uint8Array | undefined> {
  const { sectionId, earlierLabelsUrl, heldOut } = section;
  if (modelId === null || earlierLabelsUrl === null || heldOut) return undefined;
  const params = { jobId, sectionId, modelId };
  const bytes = await server.call('trainerEarlierLabels', { params }, signal);
  return Uint8Array.from(decodeImage(bytes, `earlier labels of section ${section.index}`)[0]!.data);
}

/** Sections with paint, image and labels; those that train with what the model saw of them that they go on from. */
export async function fetchLabelled(
  sections: readonly JobSection[],
  fetching: Fetching,
  { goesOnFrom, onFetched }: { goesOnFrom: string | null; onFetched: (done: number) => void },
): Promise<Section[]> {
  const fetched: Section[] = [];
  for (const section of sections) {
    const [image, labels, earlierLabels] = await Promise.all([
      fetchImage(section, fetching),
      fetchLabels(section, fetching),
      fetchEarlierLabels(section, fetching, goesOnFrom),
    ]);
    fetched.push({ ...image, labels, earlierLabels });
    onFetched(fetched.length);
  }
  return fetched;
}
