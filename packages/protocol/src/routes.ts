/** Every REST route: method, path, who may, shapes. The server registers from this table, OpenAPI and clients read it. */
import { z } from 'zod';
import { claimedJob, claimRequest, job, mapsReport, modelReport } from './jobs.ts';
import {
  color,
  exportJob,
  exportKind,
  health,
  id,
  invitation,
  labelTable,
  person,
  policy,
  progress,
  project,
  region,
  role,
  section,
  sectionMaps,
  task,
  time,
  trainedModel,
} from './model.ts';
import type { Action } from './permissions.ts';

/** `public`: nobody need be signed in; `signedIn`: anybody; `trainer`: the trainers' token; else the role in the project. */
export type Access = 'public' | 'signedIn' | 'trainer' | Action;

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Express form: `/api/sections/:sectionId`. */
  readonly path: string;
  readonly access: Access;
  readonly summary: string;
  readonly query?: z.ZodObject;
  /** A schema (JSON), or the content type of raw bytes. */
  readonly body?: z.ZodType | 'multipart/form-data' | 'application/octet-stream' | 'image/png';
  /** A schema (JSON), the content type of raw bytes, or nothing (204). */
  readonly response?: z.ZodType | 'image/png' | 'application/octet-stream';
}

const route = <const R extends Route>(definition: R): R => definition;

export const apiToken = z.object({ id, name: z.string(), createdAt: time, lastUsedAt: time.nullable() });
const lease = z.object({ cancelled: z.boolean().describe('a person cancelled the job: stop') });

export const routes = {
  health: route({
    method: 'GET',
    path: '/healthz',
    access: 'public',
    summary: 'Is the server able to serve?',
    response: health,
  }),

  me: route({
    method: 'GET',
    path: '/api/me',
    access: 'signedIn',
    summary: 'Who is signed in',
    response: z.object({ userId: id, name: z.string(), email: z.string(), color }),
  }),
  listTokens: route({
    method: 'GET',
    path: '/api/tokens',
    access: 'signedIn',
    summary: 'My access tokens',
    response: z.array(apiToken),
  }),
  createToken: route({
    method: 'POST',
    path: '/api/tokens',
    access: 'signedIn',
    summary: 'Make an access token for the command line; shown once',
    body: z.object({ name: z.string().min(1).max(80) }),
    response: apiToken.extend({ token: z.string() }),
  }),
  deleteToken: route({
    method: 'DELETE',
    path: '/api/tokens/:tokenId',
    access: 'signedIn',
    summary: 'Withdraw a token of mine',
  }),

  listProjects: route({
    method: 'GET',
    path: '/api/projects',
    access: 'signedIn',
    summary: 'Projects that I belong to',
    response: z.array(project),
  }),
  createProject: route({
    method: 'POST',
    path: '/api/projects',
    access: 'signedIn',
    summary:
      'Start a project; I own it. `tasks` are names; Fixed, Membrane and Mitochondrion come with their label tables',
    body: z.object({
      name: z.string().min(1).max(120),
      tasks: z
        .array(z.object({ name: z.string().min(1).max(80), labels: labelTable.optional() }))
        .min(1)
        .max(20),
    }),
    response: project,
  }),
  getProject: route({
    method: 'GET',
    path: '/api/projects/:projectId',
    access: 'project.read',
    summary: 'One project',
    response: project,
  }),
  renameProject: route({
    method: 'PATCH',
    path: '/api/projects/:projectId',
    access: 'project.configure',
    summary: 'Rename a project',
    body: z.object({ name: z.string().min(1).max(120) }),
    response: project,
  }),
  deleteProject: route({
    method: 'DELETE',
    path: '/api/projects/:projectId',
    access: 'project.delete',
    summary: 'Delete a project with all it holds',
  }),
  createTask: route({
    method: 'POST',
    path: '/api/projects/:projectId/tasks',
    access: 'project.configure',
    summary: 'Add a task',
    body: z.object({ name: z.string().min(1).max(80), labels: labelTable.optional() }),
    response: task,
  }),
  updateTask: route({
    method: 'PATCH',
    path: '/api/tasks/:taskId',
    access: 'project.configure',
    summary: 'Change names, colours or the policy of a task; label values that are in use cannot be removed',
    body: z
      .object({ name: z.string().min(1).max(80), labels: labelTable, policy: policy.partial() })
      .partial(),
    response: task,
  }),

  listPeople: route({
    method: 'GET',
    path: '/api/projects/:projectId/people',
    access: 'people.read',
    summary: 'Members',
    response: z.array(person),
  }),
  changeRole: route({
    method: 'PATCH',
    path: '/api/projects/:projectId/people/:userId',
    access: 'people.manage',
    summary: 'Change the role of a member',
    body: z.object({ role }),
    response: person,
  }),
  removePerson: route({
    method: 'DELETE',
    path: '/api/projects/:projectId/people/:userId',
    access: 'people.manage',
    summary: 'Remove a member',
  }),
  listInvitations: route({
    method: 'GET',
    path: '/api/projects/:projectId/invitations',
    access: 'people.manage',
    summary: 'Invitations, open and used',
    response: z.array(invitation),
  }),
  createInvitation: route({
    method: 'POST',
    path: '/api/projects/:projectId/invitations',
    access: 'people.manage',
    summary: 'Make an invitation link for one person',
    body: z.object({
      role,
      expiresInHours: z
        .number()
        .min(0)
        .max(24 * 90)
        .default(24 * 7),
    }),
    response: invitation,
  }),
  deleteInvitation: route({
    method: 'DELETE',
    path: '/api/projects/:projectId/invitations/:invitationId',
    access: 'people.manage',
    summary: 'Withdraw an invitation',
  }),
  readInvitation: route({
    method: 'GET',
    path: '/api/invitations/:invitationToken',
    access: 'public',
    summary: 'What an invitation link is for',
    response: z.object({ projectName: z.string(), role, invitedBy: z.string(), expiresAt: time }),
  }),
  acceptInvitation: route({
    method: 'POST',
    path: '/api/invitations/:invitationToken/accept',
    access: 'signedIn',
    summary: 'Join the project of an invitation',
    response: z.object({ projectId: id }),
  }),

  listSections: route({
    method: 'GET',
    path: '/api/projects/:projectId/sections',
    access: 'project.read',
    summary: 'Sections in stack order, with their masks',
    response: z.array(section),
  }),
  updateSection: route({
    method: 'PATCH',
    path: '/api/sections/:sectionId',
    access: 'project.configure',
    summary: 'Hold a section out, or let it train',
    body: z.object({ heldOut: z.boolean() }),
    response: section,
  }),
  importSections: route({
    method: 'POST',
    path: '/api/projects/:projectId/imports',
    access: 'section.import',
    summary:
      'Import images and labels, all or nothing: files named `image/<n>.png` and `label/<n>.png`, or images alone. Labels go to the task of the query',
    query: z.object({ taskId: id.optional() }),
    body: 'multipart/form-data',
    response: z.object({ sections: z.array(section), labelled: z.number().int() }),
  }),
  sectionImage: route({
    method: 'GET',
    path: '/api/sections/:sectionId/image.png',
    access: 'project.read',
    summary: '8-bit image for display',
    query: z.object({ v: z.string().optional() }),
    response: 'image/png',
  }),
  sectionOriginal: route({
    method: 'GET',
    path: '/api/sections/:sectionId/original.png',
    access: 'project.read',
    summary: 'Image in its original depth',
    query: z.object({ v: z.string().optional() }),
    response: 'image/png',
  }),
  sectionThumbnail: route({
    method: 'GET',
    path: '/api/sections/:sectionId/thumbnail.png',
    access: 'project.read',
    summary: 'Image, 256 pixels at most',
    query: z.object({ v: z.string().optional() }),
    response: 'image/png',
  }),
  sectionTile: route({
    method: 'GET',
    path: '/api/sections/:sectionId/tiles/:z/:x/:y',
    access: 'project.read',
    summary: '256² tile; z = 0 is full size',
    query: z.object({ v: z.string().optional() }),
    response: 'image/png',
  }),
  maskLabels: route({
    method: 'GET',
    path: '/api/masks/:maskId/labels.png',
    access: 'mask.read',
    summary: 'Committed label values as they are now, 0 = unknown',
    response: 'image/png',
  }),

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
      'Lease the most uncertain region that nobody else holds and I have not been to; what I held before counts as visited',
    body: z.object({ sessionId: z.string().min(1).max(64) }),
    response: z.object({ region: region.nullable(), modelId: id.nullable(), remaining: z.number().int() }),
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

  claimJob: route({
    method: 'POST',
    path: '/api/trainer/claim',
    access: 'trainer',
    summary: 'Wait for a job and claim it under a lease; `job` is null when none came in time',
    body: claimRequest,
    response: z.object({ job: claimedJob.nullable() }),
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
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;

/** Header with the fencing token of a claimed job. */
export const LEASE_HEADER = 'x-cotrace-lease';
