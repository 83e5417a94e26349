/** Takes images and label planes into a project: blobs, rows, paint; what fails is taken back. Knows no upload. */
import { randomBytes } from 'node:crypto';
import type { Image } from '@cotrace/image-io';
import type { BlobStore } from '../blobs/blobStore.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { NewSection, SectionRow, SectionStore } from '../store/sectionStore.ts';
import { encodeGrey, encodeOriginal, encodeThumbnail, forDisplay } from './pixels.ts';

export interface IncomingSection {
  name: string;
  heldOut?: boolean;
  /** Called once; a stack need not lie in memory as a whole. */
  image(): Promise<Image>;
  /** Label values, 0 = unknown, by task. */
  labels: { taskId: string; values(): Promise<Uint8Array> }[];
}

export interface SectionIntake {
  /** All or nothing, put behind the sections that are there. */
  add(projectId: string, incoming: IncomingSection[]): Promise<SectionRow[]>;
}

export function createSectionIntake(deps: {
  store: SectionStore;
  blobs: BlobStore;
  rooms: Pick<Rooms, 'paintPlane'>;
}): SectionIntake {
  const { store, blobs, rooms } = deps;

  const keep = async (section: IncomingSection, kept: string[]): Promise<NewSection> => {
    const image = await section.image();
    const shown = forDisplay(image);
    const put = async (bytes: Uint8Array): Promise<string> => {
      const key = await blobs.put('sections', '.png', bytes);
      kept.push(key);
      return key;
    };
    const original = await put(await encodeOriginal(image));
    return {
      name: section.name,
      width: image.width,
      height: image.height,
      bitDepth: image.bitDepth,
      heldOut: section.heldOut ?? false,
      original,
      display: image.bitDepth === 8 ? original : await put(await encodeGrey(shown)),
      thumbnail: await put(await encodeThumbnail(shown)),
    };
  };

  return {
    async add(projectId, incoming) {
      const kept: string[] = [];
      let rows: SectionRow[] = [];
      try {
        const sections: NewSection[] = [];
        for (const section of incoming) sections.push(await keep(section, kept));
        rows = await store.append(projectId, sections);
        for (const [index, section] of incoming.entries()) {
          for (const { taskId, values } of section.labels) {
            const mask = rows[index]!.masks.find((one) => one.taskId === taskId)!;
            const session = `import-${randomBytes(12).toString('hex')}`;
            // Brought along, not newly painted: whoever imports decides when to train on it.
            await rooms.paintPlane(mask.id, session, await values(), { countsAsNew: false });
          }
        }
        return rows.length > 0 ? await store.byIds(rows.map(({ id }) => id)) : rows;
      } catch (error) {
        await store.remove(rows.map(({ id }) => id));
        for (const key of kept) await blobs.delete(key);
        throw error;
      }
    },
  };
}
