/** Routes of people about a task's jobs, models, maps and uncertain regions. Everything was authorised before. */
import { ProtocolError, REGION_LEASE_MS, routeUrl, type TrainedModel } from '@cotrace/protocol';
import type { BlobStore } from '../blobs/blobStore.ts';
import { Bytes, type Handlers } from '../http/handlers.ts';
import type { LiveEvents } from '../live/liveEvents.ts';
import type { JobsStore, ModelRow } from './jobStore.ts';
import { type Queue, toJob } from './queue.ts';
import { chooseRegion } from './regions.ts';

export type ModelRoute =
  | 'listJobs'
  | 'requestJob'
  | 'cancelJob'
  | 'listModels'
  | 'modelFile'
  | 'promoteModel'
  | 'listMaps'
  | 'mapProbability'
  | 'mapUncertainty'
  | 'nextRegion';

export interface ModelParts {
  store: JobsStore;
  queue: Queue;
  blobs: BlobStore;
  live: LiveEvents;
  now(): Date;
}

function toModel({ modelId, taskId, jobId, createdAt, live, report }: ModelRow): TrainedModel {
  const { beatsLive: _, secondsLeft: __, ...worth } = report;
  return { id: modelId, taskId, jobId, createdAt: createdAt.toISOString(), live, ...worth };
}

export function createModelHandlers({ store, queue, blobs, live, now }: ModelParts): Handlers<ModelRoute> {
  async function mapBytes(
    { modelId, sectionId }: { modelId: string; sectionId: string },
    kind: 'probability' | 'uncertainty',
  ): Promise<Bytes> {
    const map = await store.models.map(modelId, sectionId);
    const blob = map?.published ? map[kind] : null;
    if (!blob) throw new ProtocolError('NOT_FOUND');
    const { stream } = await blobs.stream(blob);
    return new Bytes(stream, { type: 'image/png', immutable: true, etag: blob });
  }

  return {
    async listJobs({ params }) {
      return (await store.jobs.newestJobs(params.taskId, 50)).map(toJob);
    },

    async requestJob({ params }) {
      return toJob(await queue.request(params.taskId, 'requested'));
    },

    async cancelJob({ params }) {
      return toJob(await queue.cancel(params.jobId));
    },

    async listModels({ params }) {
      return (await store.models.models(params.taskId)).map(toModel);
    },

    async modelFile({ params }) {
      const model = await store.models.model(params.modelId);
      if (!model) throw new ProtocolError('NOT_FOUND');
      const { stream } = await blobs.stream(model.blob);
      return new Bytes(stream, { type: 'application/octet-stream', immutable: true, etag: model.blob });
    },

    async promoteModel({ params, projectId }) {
      const promoted = await store.models.promote(params.modelId);
      if (promoted.state === 'busy') {
        throw new ProtocolError(
          'CONFLICT',
          'That model has not drawn all its maps, and another run is under way: wait for it, or cancel it.',
        );
      }
      const model = (await store.models.model(params.modelId))!;
      const { modelId, taskId } = model;
      live.emit(projectId, 'model', { id: modelId, taskId, live: true, verdict: model.report.verdict });
      live.emit(projectId, 'maps', { taskId, modelId, sectionId: null });
      live.emit(projectId, 'changed', { kind: 'models' });
      if (promoted.queued) queue.queued(promoted.queued);
      return toModel(model);
    },

    async listMaps({ params }) {
      const task = await store.jobs.task(params.taskId);
      if (!task?.liveModelId) return [];
      const maps = await store.models.maps(task.liveModelId);
      return maps
        .filter(({ published }) => published)
        .map(({ modelId, sectionId, meanUncertainty }) => ({
          modelId,
          sectionId,
          probabilityUrl: routeUrl('mapProbability', { modelId, sectionId }),
          uncertaintyUrl: routeUrl('mapUncertainty', { modelId, sectionId }),
          meanUncertainty: meanUncertainty ?? 0,
        }));
    },

    mapProbability: ({ params }) => mapBytes(params, 'probability'),
    mapUncertainty: ({ params }) => mapBytes(params, 'uncertainty'),

    async nextRegion({ params, body, actor }) {
      const at = now();
      const { modelId, region, remaining } = await store.regions.lease({
        taskId: params.taskId,
        userId: actor.userId,
        sessionId: body.sessionId,
        now: at,
        leasedUntil: new Date(at.getTime() + REGION_LEASE_MS),
        choose: (candidates, visits) => chooseRegion(candidates, visits, actor.userId, at),
      });
      return { modelId, region: region ?? null, remaining };
    },
  };
}
