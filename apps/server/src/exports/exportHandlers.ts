/** Routes of exports: asked for, written in the background, fetched. */
import { type ExportJob, ProtocolError, routeUrl } from '@cotrace/protocol';
import type { BlobStore } from '../blobs/blobStore.ts';
import { failureOf } from '../http/failures.ts';
import { Bytes, type Handlers } from '../http/handlers.ts';
import type { LiveEvents } from '../live/liveEvents.ts';
import type { Log } from '../log.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { ExportRow, ExportStore } from '../store/exportStore.ts';
import { writeCourseLayout } from './courseLayout.ts';
import { writeSubmission } from './submission.ts';

export interface Exports {
  handlers: Handlers<'listExports' | 'createExport' | 'getExport' | 'downloadExport'>;
  /** Waits for what is being written. */
  close(): Promise<void>;
}

export async function createExports(deps: {
  store: ExportStore;
  blobs: BlobStore;
  rooms: Pick<Rooms, 'labels'>;
  live: LiveEvents;
  log: Log;
}): Promise<Exports> {
  const { store, blobs, rooms, live, log } = deps;
  await store.failLeftovers('The server was stopped while it wrote this file. Export again.');
  const writing = new Set<Promise<void>>();

  const write = async ({ id, taskId, kind }: ExportRow, projectId: string): Promise<void> => {
    try {
      const material = await store.material(taskId);
      const file =
        kind === 'submission'
          ? await writeSubmission(material, blobs)
          : await writeCourseLayout(material, blobs, rooms);
      if (!(await store.finish(id, file))) await blobs.delete(file.blob);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.ours) log.error('an export failed', { id, error });
      await store.fail(id, failure.body.message).catch((again: unknown) => {
        // It stays "running" until the next start, which fails it.
        log.error('an export could not be marked as failed', { id, error: again });
      });
    }
    live.emit(projectId, 'changed', { kind: 'exports' });
  };

  const get = async (id: string): Promise<ExportRow> => {
    const row = await store.get(id);
    if (!row) throw new ProtocolError('NOT_FOUND');
    return row;
  };

  return {
    handlers: {
      listExports: async ({ params }) => (await store.list(params.taskId)).map(shown),

      async createExport({ params, body, projectId }) {
        const material = await store.material(params.taskId);
        if (body.kind === 'submission' && !material.liveModelId) throw new ProtocolError('NO_MODEL');
        const row = await store.create(params.taskId, body.kind);
        live.emit(projectId, 'changed', { kind: 'exports' });
        const work = write(row, projectId).finally(() => writing.delete(work));
        writing.add(work);
        return shown(row);
      },

      getExport: async ({ params }) => shown(await get(params.exportId)),

      async downloadExport({ params }) {
        const row = await get(params.exportId);
        if (!row.blob || !row.fileName) throw new ProtocolError('NOT_FOUND', 'The file is not written yet.');
        const { stream } = await blobs.stream(row.blob);
        return new Bytes(stream, {
          type: row.kind === 'submission' ? 'image/tiff' : 'application/zip',
          fileName: row.fileName,
          immutable: true,
          etag: row.blob,
        });
      },
    },
    async close() {
      await Promise.all(writing);
    },
  };
}

function shown(row: ExportRow): ExportJob {
  return {
    id: row.id,
    kind: row.kind,
    taskId: row.taskId,
    createdAt: row.createdAt.toISOString(),
    state: row.state,
    fileName: row.fileName,
    downloadUrl: row.state === 'done' ? routeUrl('downloadExport', { exportId: row.id }) : null,
    error: row.error,
    verdict: row.verdict,
  };
}
