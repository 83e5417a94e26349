/** Routes of a task's models: jobs, models, maps, the next uncertain region, exports. */
import { z } from 'zod';
import { job } from '../jobs.ts';
import { exportJob, exportKind, id, region, regionVisit, sectionMaps, time, trainedModel } from '../model.ts';
import { route } from './route.ts';

export const modelRoutes = {
  listJobs: route({
    method: 'GET',
    path: '/api/tasks/:taskId/jobs',
    access: 'model.read',
    summary: 'The newest 50 jobs',
    response: z.array(job),
  }),

  requestJob: route({
    method: 'POST',
    path: '/api/tasks/:taskId/jobs',
    access: 'model.train',
    summary: 'Train now; a queued or running job is answered instead of a second one',
    response: job,
  }),

  cancelJob: route({
    method: 'POST',
    path: '/api/jobs/:jobId/cancel',
    access: 'model.train',
    summary: 'Stop a job',
    response: job,
  }),

  listModels: route({
    method: 'GET',
    path: '/api/tasks/:taskId/models',
    access: 'model.read',
    summary: 'Models, newest first',
    response: z.array(trainedModel),
  }),

  modelFile: route({
    method: 'GET',
    path: '/api/models/:modelId/file',
    access: 'model.read',
    summary: "A model's weights and description, as `cotrace export --kind model` unpacks them",
    response: 'application/octet-stream',
  }),

  promoteModel: route({
    method: 'POST',
    path: '/api/models/:modelId/promote',
    access: 'model.promote',
    summary: 'Make a model live (also: roll back)',
    response: trainedModel,
  }),

  listMaps: route({
    method: 'GET',
    path: '/api/tasks/:taskId/maps',
    access: 'model.read',
    summary: 'Maps of the live model',
    response: z.array(sectionMaps),
  }),

  mapProbability: route({
    method: 'GET',
    path: '/api/models/:modelId/sections/:sectionId/probability.png',
    access: 'model.read',
    summary: 'Probability map',
    response: 'image/png',
  }),

  mapUncertainty: route({
    method: 'GET',
    path: '/api/models/:modelId/sections/:sectionId/uncertainty.png',
    access: 'model.read',
    summary: 'Uncertainty map',
    response: 'image/png',
  }),

  nextRegion: route({
    method: 'POST',
    path: '/api/tasks/:taskId/next',
    access: 'mask.paint',
    summary:
      'Lease the most uncertain region that nobody holds or has been to; what I held before counts as visited',
    body: z.object({ sessionId: z.string().min(1).max(64) }),
    response: z.object({
      region: region.nullable(),
      modelId: id.nullable(),
      remaining: z.number().int().describe('regions that are left after this one'),
      held: z.number().int().describe('regions that are left, but with others now'),
    }),
  }),

  keepRegion: route({
    method: 'POST',
    path: '/api/tasks/:taskId/next/keep',
    access: 'mask.paint',
    summary: 'I am still where I was led to: lease it anew, so that nobody else is led there',
    body: z.object({ sessionId: z.string().min(1).max(64) }),
    response: z.object({ leasedUntil: time.nullable().describe('null: the session holds nothing') }),
  }),

  listVisits: route({
    method: 'GET',
    path: '/api/tasks/:taskId/visits',
    access: 'model.read',
    summary: "Regions of the live model's maps that somebody was led to, the earliest first",
    response: z.array(regionVisit),
  }),

  listExports: route({
    method: 'GET',
    path: '/api/tasks/:taskId/exports',
    access: 'model.read',
    summary: 'Exports, newest first',
    response: z.array(exportJob),
  }),

  createExport: route({
    method: 'POST',
    path: '/api/tasks/:taskId/exports',
    access: 'export.create',
    summary: 'Write a file: `submission` (32-bit float TIFF) or `course-layout` (ZIP)',
    body: z.object({ kind: exportKind }),
    response: exportJob,
  }),

  getExport: route({
    method: 'GET',
    path: '/api/exports/:exportId',
    access: 'model.read',
    summary: 'One export',
    response: exportJob,
  }),

  downloadExport: route({
    method: 'GET',
    path: '/api/exports/:exportId/file',
    access: 'model.read',
    summary: 'The file',
    response: 'application/octet-stream',
  }),
} as const;
