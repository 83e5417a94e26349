/** The course layout as a ZIP: `image/` and `label/` of the same names, grey values of the label table. */
import { Readable } from 'node:stream';
import { Zip, ZipPassThrough } from 'fflate';
import type { BlobStore } from '../blobs/blobStore.ts';
import type { Rooms } from '../rooms/rooms.ts';
import { encodeGrey } from '../sections/pixels.ts';
import type { ExportMaterial, Verdict } from '../store/exportStore.ts';
import { fileName } from './fileName.ts';

/** Labels only of sections with paint. What was never painted has the grey value 0, as in the published data. */
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
  const grayOf = new Uint8Array(256);
  for (const { value, gray } of material.labels) grayOf[value] = gray;
  for (const section of material.sections) {
    const name = `${section.name.replace(/\.[^.]+$/, '')}.png`;
    yield { path: `image/${name}`, bytes: await blobs.get(section.original) };
    if (section.labelledPixels === 0 || !section.maskId) continue;
    const { width, height, values } = await rooms.labels(section.maskId);
    const bytes = await encodeGrey({ width, height, data: values.map((value) => grayOf[value]!) });
    yield { path: `label/${name}`, bytes };
  }
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
