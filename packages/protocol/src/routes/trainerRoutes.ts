/** Routes of the trainers: claim a job, fetch, report, upload. The header `x-cotrace-lease` fences them. */
import { z } from 'zod';
import { claimedJob, claimRequest, mapsReport, modelReport } from '../jobs.ts';
import { id, progress } from '../model.ts';
import { route } from './route.ts';

const lease = z.object({ cancelled: z.boolean().describe('a person cancelled the job: stop') });

export const trainerRoutes = {
  claimJob: route({
    method: 'POST',
    path: '/api/trainer/claim',
    access: 'trainer',
    summary: 'Wait for a job and claim it under a lease; `job` is null when none came in time',
    body: claimRequest,
    response: z.object({ job: claimedJob.nullable() }),
  }),

  trainerSectionImage: route({
    method: 'GET',
    path: '/api/trainer/jobs/:jobId/sections/:sectionId/image.png',
    access: 'trainer',
    summary: 'Image of a section of a claimed job, in its original depth',
    response: 'image/png',
  }),

  trainerSectionLabels: route({
    method: 'GET',
    path: '/api/trainer/jobs/:jobId/sections/:sectionId/labels.png',
    access: 'trainer',
    summary: 'Committed label values of a section of a claimed job as they are now, 0 = unknown',
    response: 'image/png',
  }),

  trainerEarlierLabels: route({
    method: 'GET',
    path: '/api/trainer/jobs/:jobId/sections/:sectionId/labels/:modelId/labels.png',
    access: 'trainer',
    summary: 'The same as they were when an earlier model of the task was trained on them',
    response: 'image/png',
  }),

  reportProgress: route({
    method: 'POST',
    path: '/api/trainer/jobs/:jobId/progress',
    access: 'trainer',
    summary: 'Renew the lease and say how far it is',
    body: progress,
    response: lease,
  }),

  uploadModel: route({
    method: 'PUT',
    path: '/api/trainer/jobs/:jobId/model',
    access: 'trainer',
    summary: 'Bytes of the model',
    body: 'application/octet-stream',
    response: lease,
  }),

  downloadModel: route({
    method: 'GET',
    path: '/api/trainer/models/:modelId',
    access: 'trainer',
    summary: 'Bytes of a model',
    response: 'application/octet-stream',
  }),

  reportModel: route({
    method: 'POST',
    path: '/api/trainer/jobs/:jobId/report',
    access: 'trainer',
    summary: 'What the uploaded model is worth; answers whether it goes live, and so whether maps are wanted',
    body: modelReport,
    response: z.object({ modelId: id, live: z.boolean() }),
  }),

  uploadProbability: route({
    method: 'PUT',
    path: '/api/trainer/jobs/:jobId/sections/:sectionId/probability',
    access: 'trainer',
    summary: 'Probability map',
    body: 'image/png',
    response: lease,
  }),

  uploadUncertainty: route({
    method: 'PUT',
    path: '/api/trainer/jobs/:jobId/sections/:sectionId/uncertainty',
    access: 'trainer',
    summary: 'Uncertainty map',
    body: 'image/png',
    response: lease,
  }),

  reportMaps: route({
    method: 'POST',
    path: '/api/trainer/jobs/:jobId/sections/:sectionId',
    access: 'trainer',
    summary: 'Publish the two maps of one section with its uncertain regions',
    body: mapsReport,
    response: lease,
  }),

  finishJob: route({
    method: 'POST',
    path: '/api/trainer/jobs/:jobId/done',
    access: 'trainer',
    summary: 'The job is done',
  }),

  failJob: route({
    method: 'POST',
    path: '/api/trainer/jobs/:jobId/failed',
    access: 'trainer',
    summary: 'The job cannot be done; `retry` puts it back into the queue',
    body: z.object({ code: z.string(), message: z.string(), retry: z.boolean() }),
  }),
} as const;
