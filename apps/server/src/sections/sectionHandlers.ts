/** Routes of sections: the stack, imports, images for eyes and for trainers. */
import { join } from 'node:path';
import { ProtocolError, routeUrl, type Section } from '@cotrace/protocol';
import type { BlobStore } from '../blobs/blobStore.ts';
import { Bytes, type Handlers } from '../http/handlers.ts';
import type { LiveEvents } from '../live/liveEvents.ts';
import type { ProjectStore } from '../store/projectStore.ts';
import type { SectionRow, SectionStore } from '../store/sectionStore.ts';
import { importSections } from './importSections.ts';
import { receiveUpload } from './importUpload.ts';
import type { SectionIntake } from './sectionIntake.ts';
import { createTiles } from './tiles.ts';

/** Halvings after which the largest section is one tile, and then some. */
const MAX_TILE_LEVEL = 8;

export const uploadFolder = (home: string): string => join(home, 'uploads');

export function createSectionHandlers(deps: {
  store: SectionStore;
  projects: ProjectStore;
  intake: SectionIntake;
  blobs: BlobStore;
  live: LiveEvents;
  home: string;
}): Handlers<
  | 'listSections'
  | 'updateSection'
  | 'importSections'
  | 'sectionImage'
  | 'sectionOriginal'
  | 'sectionThumbnail'
  | 'sectionTile'
> {
  const { store, projects, intake, blobs, live, home } = deps;
  const tiles = createTiles(blobs);

  const get = async (sectionId: string): Promise<SectionRow> => {
    const row = await store.get(sectionId);
    if (!row) throw new ProtocolError('NOT_FOUND');
    return row;
  };

  /** A section's images never change, so its addresses may be kept for ever. */
  const image = async (sectionId: string, which: 'original' | 'display' | 'thumbnail'): Promise<Bytes> => {
    const key = (await get(sectionId))[which];
    const { stream } = await blobs.stream(key);
    return new Bytes(stream, { type: 'image/png', immutable: true, etag: key });
  };

  const taskOf = async (projectId: string, taskId: string | undefined) => {
    if (taskId === undefined) return undefined;
    const task = await projects.getTask(taskId);
    if (task?.projectId !== projectId) throw new ProtocolError('NOT_FOUND', `Task ${taskId}.`);
    return task;
  };

  return {
    listSections: async ({ projectId }) => (await store.list(projectId)).map(shown),

    async updateSection({ params, body, projectId }) {
      await store.setHeldOut(params.sectionId, body.heldOut);
      live.emit(projectId, 'changed', { kind: 'sections' });
      return shown(await get(params.sectionId));
    },

    async importSections({ projectId, query, request, response }) {
      const task = await taskOf(projectId, query.taskId);
      await using upload = await receiveUpload(uploadFolder(home), request, response);
      const imported = await importSections({ store, intake }, { projectId, task, files: upload.files });
      live.emit(projectId, 'changed', { kind: 'sections' });
      return { sections: imported.sections.map(shown), labelled: imported.labelled };
    },

    sectionImage: ({ params }) => image(params.sectionId, 'display'),
    sectionOriginal: ({ params }) => image(params.sectionId, 'original'),
    sectionThumbnail: ({ params }) => image(params.sectionId, 'thumbnail'),

    async sectionTile({ params }) {
      const [z, x, y] = [params.z, params.x, params.y].map((text) =>
        /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN,
      ) as [number, number, number];
      const { display } = await get(params.sectionId);
      const valid = z <= MAX_TILE_LEVEL && x >= 0 && y >= 0;
      const png = valid ? await tiles.tile(display, z, x, y) : undefined;
      if (!png) throw new ProtocolError('NOT_FOUND', 'The tile lies outside of the section.');
      return new Bytes(png, { type: 'image/png', immutable: true, etag: `${display}/${z}/${x}/${y}` });
    },
  };
}

function shown(row: SectionRow): Section {
  const { original, display, thumbnail, projectId: _, ...section } = row;
  const params = { sectionId: row.id };
  const version = (key: string) => `?v=${key.slice(key.lastIndexOf('/') + 1, -'.png'.length).slice(0, 16)}`;
  return {
    ...section,
    imageUrl: routeUrl('sectionImage', params) + version(display),
    originalUrl: routeUrl('sectionOriginal', params) + version(original),
    thumbnailUrl: routeUrl('sectionThumbnail', params) + version(thumbnail),
    tileUrl: `/api/sections/${row.id}/tiles/{z}/{x}/{y}${version(display)}`,
  };
}
