/** The course layout as a ZIP: `image/` and `label/` of the same names, grey values of the label table. */
import { Readable } from 'node:stream';
import { grayFromLabels, type LabelGray } from '@cotrace/image-io';
import { Zip, ZipPassThrough } from 'fflate';
import type { BlobStore } from '../blobs/blobStore.ts';
import type { Rooms } from '../rooms/rooms.ts';
import { encodeOriginal } from '../sections/pixels.ts';
import type { ExportMaterial, Verdict } from '../store/exportStore.ts';
import { fileName } from './fileName.ts';

/** Labels only of sections with paint. */
export async function writeCourseLayout(
  material: ExportMaterial,
  blobs: BlobStore,
  rooms: Pick<Rooms, 'labels'>,
): Promise<{ fileName: string; blob: string; verdict: Verdict | null }> {
  const blob = await blobs.put('exports', '.zip', Readable.from(zipped(entries(material, blobs, rooms))));
  return { fileName: fileName([material.projectName, material.taskName], 'zip'), blob, verdict: null };
}

async function* entries(
  material: ExportMaterial,
  blobs: BlobStore,
  rooms: Pick<Rooms, 'labels'>,
): AsyncGenerator<{ path: string; bytes: Uint8Array }> {
  const unknown = unknownGray(material.labels);
  for (const section of material.sections) {
    const name = `${section.name.replace(/\.[^.]+$/, '')}.png`;
    yield { path: `image/${name}`, bytes: await blobs.get(section.original) };
    if (section.labelledPixels === 0 || !section.maskId) continue;
    const { width, height, values } = await rooms.labels(section.maskId);
    const label = grayFromLabels({ width, height, labels: values }, material.labels, unknown);
    yield { path: `label/${name}`, bytes: await encodeOriginal(label) };
  }
}

/**
 * Grey of pixels that nobody painted: none of the table's, so that no reader takes them for a label. Middle grey where
 * it is free; black where no label is black.
 */
function unknownGray(labels: LabelGray[]): number {
  const free = (gray: number) => labels.every((label) => label.gray !== gray);
  return [0, 128, ...Array(256).keys()].find(free) ?? 0;
}

/** PNGs are compressed already, so they are stored as they are; one entry in memory at a time. */
async function* zipped(
  files: AsyncIterable<{ path: string; bytes: Uint8Array }>,
): AsyncGenerator<Uint8Array> {
  let chunks: Uint8Array[] = [];
  let failure: Error | null = null;
  const zip = new Zip((error, chunk) => {
    failure ??= error;
    chunks.push(chunk);
  });
  const taken = (): Uint8Array[] => {
    if (failure) throw failure;
    const ready = chunks;
    chunks = [];
    return ready;
  };
  for await (const { path, bytes } of files) {
    const entry = new ZipPassThrough(path);
    zip.add(entry);
    entry.push(bytes, true);
    yield* taken();
  }
  zip.end();
  yield* taken();
}
