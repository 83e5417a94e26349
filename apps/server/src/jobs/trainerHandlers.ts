/** Routes of the trainers: each renews the lease before it does anything. Knows no query. */
import { createHash } from 'node:crypto';
import { encodePng, peekImage } from '@cotrace/image-io';
import {
  CLAIM_WAIT_MS,
  type ClaimedJob,
  JOB_GIVEN_BACK,
  LEASE_HEADER,
  MAX_JOB_ATTEMPTS,
  MAX_UPLOAD_BYTES,
  PROTOCOL_VERSION,
  type Progress,
  ProtocolError,
  routeUrl,
} from '@cotrace/protocol';
import type { Request } from 'express';
import type { BlobStore } from '../blobs/blobStore.ts';
import { Bytes, type Handlers } from '../http/handlers.ts';
import type { LiveEvents } from '../live/liveEvents.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { JobRow, JobsStore, Lease, SectionRow } from './jobStore.ts';
import type { Claimed, Queue } from './queue.ts';
import type { TrainerRoll } from './trainerRoll.ts';

export type TrainerRoute =
  | 'claimJob'
  | 'trainerSectionImage'
  | 'trainerSectionLabels'
  | 'trainerEarlierLabels'
  | 'reportProgress'
  | 'uploadModel'
  | 'downloadModel'
  | 'reportModel'
  | 'uploadProbability'
  | 'uploadUncertainty'
  | 'reportMaps'
  | 'finishJob'
  | 'failJob';

export interface TrainerParts {
  store: JobsStore;
  queue: Queue;
  roll: TrainerRoll;
  rooms: Pick<Rooms, 'labels'>;
  history: PastLabels;
  blobs: BlobStore;
  live: LiveEvents;
  now(): Date;
}

/** Masks as they were. */
export interface PastLabels {
  /** Label values row-major, 0 = unknown; undefined: nothing was committed since, they are what they are now. */
  labelsAsOf(
    maskId: string,
    at: Date,
  ): Promise<{ width: number; height: number; values: Uint8Array } | undefined>;
}

export function createTrainerHandlers(parts: TrainerParts): Handlers<TrainerRoute> {
  const { store, queue, roll, rooms, history, blobs, live } = parts;

  /** The lease that a call carries, renewed. @throws ProtocolError BAD_REQUEST, LEASE_LOST */
  async function held(request: Request, jobId: string, progress?: Progress) {
    const leaseToken = request.headers[LEASE_HEADER];
    if (typeof leaseToken !== 'string')
      throw new ProtocolError('BAD_REQUEST', `The header ${LEASE_HEADER} is missing.`);
    const lease: Lease = { jobId, leaseToken };
    const renewed = await queue.renew(lease, progress);
    if (renewed.job.trainerId) roll.working(renewed.job.trainerId, renewed.job.trainer ?? '');
    return { lease, ...renewed };
  }

  async function sectionOf(job: JobRow, sectionId: string): Promise<SectionRow> {
    const section = (await store.jobs.sections(job.taskId)).find((one) => one.sectionId === sectionId);
    if (!section) throw new ProtocolError('NOT_FOUND');
    return section;
  }

  async function claimedJob(job: Claimed): Promise<ClaimedJob> {
    const task = (await store.jobs.task(job.taskId))!;
    const sections = await store.jobs.sections(job.taskId);
    const { jobId } = job;
    const { liveModelId } = task;
    const seen = liveModelId ? (await store.models.model(liveModelId))?.labelsAt : undefined;
    const { recipe } = task.policy;
    const budgetSeconds = Math.min(job.budgetSeconds ?? recipe.budgetSeconds, recipe.budgetSeconds);
    const mapped = job.modelId
      ? (await store.models.maps(job.modelId)).filter(({ published }) => published)
      : [];
    return {
      jobId,
      leaseToken: job.leaseToken,
      projectId: task.projectId,
      taskId: task.taskId,
      taskName: task.name,
      reason: job.reason,
      labels: task.labels,
      recipe: { ...recipe, budgetSeconds },
      seed: createHash('sha256').update(jobId).digest().readUInt32BE() >>> 1,
      sections: sections.map(({ sectionId, index, width, height, heldOut, labelledPixels }) => ({
        sectionId,
        index,
        width,
        height,
        heldOut,
        imageUrl: routeUrl('trainerSectionImage', { jobId, sectionId }),
        labelsUrl: labelledPixels > 0 ? routeUrl('trainerSectionLabels', { jobId, sectionId }) : null,
        earlierLabelsUrl:
          liveModelId && seen && labelledPixels > 0
            ? routeUrl('trainerEarlierLabels', { jobId, sectionId, modelId: liveModelId })
            : null,
        labelledPixels,
      })),
      liveModelUrl: liveModelId ? routeUrl('downloadModel', { modelId: liveModelId }) : null,
      liveModelId,
      reported: job.modelId
        ? {
            modelId: job.modelId,
            live: job.modelId === liveModelId,
            mapped: mapped.map(({ sectionId }) => sectionId),
          }
        : null,
    };
  }

  async function takeMap(
    kind: 'probability' | 'uncertainty',
    request: Request,
    { jobId, sectionId }: { jobId: string; sectionId: string },
  ): Promise<{ cancelled: boolean }> {
    const { job, cancelled } = await held(request, jobId);
    if (cancelled) return { cancelled };
    const modelId = reportedModel(job);
    const { width, height } = await sectionOf(job, sectionId);
    const bytes = await readBody(request, 65_536 + 2 * width * height);
    const header = peekImage(bytes, `the ${kind} map`);
    if (header.format !== 'png' || header.width !== width || header.height !== height) {
      throw new ProtocolError(
        'BAD_REQUEST',
        `A PNG of ${width} × ${height} expected, got ${header.format} of ${header.width} × ${header.height}.`,
      );
    }
    const blob = await blobs.put('maps', '.png', bytes);
    const replaced = await store.models.setMap(modelId, sectionId, kind, blob);
    if (replaced) await blobs.delete(replaced);
    return { cancelled };
  }

  return {
    async claimJob({ body, response }) {
      if (body.protocolVersion !== PROTOCOL_VERSION) {
        throw new ProtocolError(
          'TRAINER_VERSION',
          `The server speaks version ${PROTOCOL_VERSION}, the trainer ${body.protocolVersion}.`,
        );
      }
      const seen = { id: body.trainerId, name: body.name, engine: body.engine };
      roll.heard({ ...seen, busy: false });
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const job = await queue.claim(body, CLAIM_WAIT_MS, gone.signal);
      roll.heard({ ...seen, busy: job !== undefined });
      return { job: job ? await claimedJob(job) : null };
    },

    async trainerSectionImage({ params, request }) {
      const { job } = await held(request, params.jobId);
      const { original } = await sectionOf(job, params.sectionId);
      return new Bytes((await blobs.stream(original)).stream, { type: 'image/png' });
    },

    async trainerSectionLabels({ params, request }) {
      const { job } = await held(request, params.jobId);
      const { maskId } = await sectionOf(job, params.sectionId);
      if (!maskId) throw new ProtocolError('NOT_FOUND');
      return picture(await rooms.labels(maskId));
    },

    async trainerEarlierLabels({ params, request }) {
      const { job } = await held(request, params.jobId);
      const { maskId } = await sectionOf(job, params.sectionId);
      const model = await store.models.model(params.modelId);
      if (!maskId || model?.taskId !== job.taskId || !model.labelsAt) throw new ProtocolError('NOT_FOUND');
      return picture((await history.labelsAsOf(maskId, model.labelsAt)) ?? (await rooms.labels(maskId)));
    },

    async reportProgress({ params, body, request }) {
      return { cancelled: (await held(request, params.jobId, body)).cancelled };
    },

    async uploadModel({ params, request }) {
      const { lease, cancelled } = await held(request, params.jobId);
      if (cancelled) return { cancelled };
      if (Number(request.headers['content-length'] ?? 0) > MAX_UPLOAD_BYTES)
        throw new ProtocolError('UPLOAD_TOO_LARGE', `At most ${MAX_UPLOAD_BYTES} bytes.`);
      const blob = await blobs.put('models', '.model', request);
      const kept = await store.jobs.setModelBlob(lease, blob);
      if (!kept) {
        await blobs.delete(blob);
        throw new ProtocolError('LEASE_LOST');
      }
      if (kept.replaced) await blobs.delete(kept.replaced);
      return { cancelled };
    },

    async downloadModel({ params }) {
      const model = await store.models.model(params.modelId);
      if (!model) throw new ProtocolError('NOT_FOUND');
      const { stream } = await blobs.stream(model.blob);
      return new Bytes(stream, { type: 'application/octet-stream', immutable: true });
    },

    async reportModel({ params, body, request }) {
      const { lease, job, cancelled } = await held(request, params.jobId);
      if (cancelled) throw new ProtocolError('LEASE_LOST', 'A person cancelled the job.');
      if (!job.modelBlob && !job.modelId)
        throw new ProtocolError('BAD_REQUEST', "Send the model's bytes first.");
      const model = await store.models.report(lease, body, parts.now());
      if (!model) throw new ProtocolError('LEASE_LOST');
      const { modelId, taskId, projectId } = model;
      live.emit(projectId, 'model', {
        id: modelId,
        taskId,
        live: model.live,
        verdict: model.report.verdict,
      });
      live.emit(projectId, 'changed', { kind: 'models' });
      return { modelId, live: model.live };
    },

    uploadProbability: ({ params, request }) => takeMap('probability', request, params),
    uploadUncertainty: ({ params, request }) => takeMap('uncertainty', request, params),

    async reportMaps({ params, body, request }) {
      const { job, cancelled } = await held(request, params.jobId);
      if (cancelled) return { cancelled };
      const modelId = reportedModel(job);
      const { sectionId } = await sectionOf(job, params.sectionId);
      const map = await store.models.map(modelId, sectionId);
      if (!map?.probability || !map.uncertainty)
        throw new ProtocolError('BAD_REQUEST', 'Send both maps of the section first.');
      await store.models.publishMaps(modelId, sectionId, body);
      live.emit(job.projectId, 'maps', { taskId: job.taskId, modelId, sectionId });
      return { cancelled };
    },

    async finishJob({ params, request }) {
      const { lease, cancelled } = await held(request, params.jobId);
      if (!cancelled) await queue.finish(lease);
      return undefined;
    },

    async failJob({ params, body, request }) {
      const { lease, job, cancelled } = await held(request, params.jobId);
      if (cancelled) return undefined;
      const givenBack = body.code === JOB_GIVEN_BACK;
      if (body.retry && (givenBack || job.attempts < MAX_JOB_ATTEMPTS))
        await queue.giveBack(lease, !givenBack);
      else await queue.fail(lease, body.message);
      return undefined;
    },
  };
}

const picture = ({ width, height, values }: { width: number; height: number; values: Uint8Array }) =>
  new Bytes(encodePng({ width, height, bitDepth: 8, data: values }), { type: 'image/png' });

function reportedModel(job: JobRow): string {
  if (!job.modelId) throw new ProtocolError('BAD_REQUEST', 'Report the model before its maps.');
  return job.modelId;
}

/** @throws ProtocolError UPLOAD_TOO_LARGE before more than `limit` bytes are kept. */
async function readBody(request: Request, limit: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > limit) throw new ProtocolError('UPLOAD_TOO_LARGE', `At most ${limit} bytes.`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
