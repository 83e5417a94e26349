/** The ISBI submission: the live model's probability maps of all sections in order, as one 32-bit float TIFF. */
import { Readable } from 'node:stream';
import { type TiffPagePixels, tiffChunksAsync, validateSubmission } from '@cotrace/image-io';
import { ProtocolError } from '@cotrace/protocol';
import type { BlobStore } from '../blobs/blobStore.ts';
import { decodeGrey } from '../sections/pixels.ts';
import type { ExportMaterial, Verdict } from '../store/exportStore.ts';
import { fileName } from './fileName.ts';

/** @throws ProtocolError NO_MODEL when there is no live model, or its maps are not all there yet */
export async function writeSubmission(
  material: ExportMaterial,
  blobs: BlobStore,
): Promise<{ fileName: string; blob: string; verdict: Verdict | null }> {
  const keys = material.sections.map(({ probability }) => probability);
  const missing = keys.filter((key) => key === undefined).length;
  if (!material.liveModelId) throw new ProtocolError('NO_MODEL');
  if (keys.length === 0 || missing > 0) {
    throw new ProtocolError(
      'NO_MODEL',
      `Maps of ${missing} of ${keys.length} sections are still to come: wait for the run to end, or train again.`,
    );
  }
  const pages = probabilities(keys as string[], blobs);
  const name = fileName([material.projectName, material.taskName, 'submission'], 'tif');
  const chunks = tiffChunksAsync(pages, { sampleFormat: 'float32' });
  const blob = await blobs.put('exports', '.tif', Readable.from(chunks));
  return { fileName: name, blob, verdict: await judge(name, blob, material, blobs) };
}

/** The written file, held against the rules of the challenge and against the images themselves. */
async function judge(
  name: string,
  blob: string,
  material: ExportMaterial,
  blobs: BlobStore,
): Promise<Verdict> {
  const images = [];
  for (const { original } of material.sections) images.push(await decodeGrey(await blobs.get(original)));
  return validateSubmission(await blobs.get(blob), { name, images });
}

async function* probabilities(keys: string[], blobs: BlobStore): AsyncGenerator<TiffPagePixels> {
  for (const key of keys) {
    const { width, height, data } = await decodeGrey(await blobs.get(key));
    yield { width, height, data: Float32Array.from(data, (value) => value / 255) };
  }
}
