/** Routes of a mask: its pixels now and at any past moment, and who painted them. */
import { z } from 'zod';
import { dispute, id, painter, pixelStroke, restorePoint } from '../model.ts';
import { route } from './route.ts';

/** One of both, or neither: now. */
const moment = {
  at: z.iso.datetime({ offset: true }).optional().describe('a past moment, ISO 8601'),
  point: id.optional().describe('a restore point'),
};

export const maskRoutes = {
  maskLabels: route({
    method: 'GET',
    path: '/api/masks/:maskId/labels.png',
    access: 'mask.read',
    summary: 'Committed label values, 0 = unknown: as they are now, or as they were at a moment',
    query: z.object(moment),
    response: 'image/png',
  }),

  pixelHistory: route({
    method: 'GET',
    path: '/api/masks/:maskId/pixels/:x/:y',
    access: 'mask.read',
    summary: 'Who painted this pixel, when: every stroke over it, the topmost first, undone ones too',
    response: z.object({ label: z.number().int(), strokes: z.array(pixelStroke) }),
  }),

  listPainters: route({
    method: 'GET',
    path: '/api/masks/:maskId/painters',
    access: 'mask.read',
    summary: 'Whose the editing sessions of this mask are: every pixel that a page shows has a session',
    response: z.array(painter),
  }),

  maskDisagreement: route({
    method: 'GET',
    path: '/api/masks/:maskId/disagreement.png',
    access: 'mask.read',
    summary:
      "Where people do not agree, of what is committed now: 0, or the label that was somebody's last there before somebody else painted another over it or erased it",
    response: 'image/png',
  }),

  listDisputes: route({
    method: 'GET',
    path: '/api/masks/:maskId/disputes',
    access: 'mask.read',
    summary: 'The same as an account: who painted what over whose what, the largest first, at most 50',
    response: z.object({ pixels: z.number().int(), disputes: z.array(dispute) }),
  }),

  listRestorePoints: route({
    method: 'GET',
    path: '/api/masks/:maskId/points',
    access: 'mask.read',
    summary: 'Named moments of a mask, the newest first',
    response: z.array(restorePoint),
  }),

  createRestorePoint: route({
    method: 'POST',
    path: '/api/masks/:maskId/points',
    access: 'mask.paint',
    summary: 'Give the mask as it is now a name',
    body: z.object({ name: z.string().trim().min(1).max(120) }),
    response: restorePoint,
  }),

  deleteRestorePoint: route({
    method: 'DELETE',
    path: '/api/masks/:maskId/points/:pointId',
    access: 'section.review',
    summary: 'Forget a name; what was painted stays',
  }),

  restoreMask: route({
    method: 'POST',
    path: '/api/masks/:maskId/restore',
    access: 'section.review',
    summary:
      'Paint the mask back to a moment: new strokes over what has changed since, nothing of the history is lost. `before` is a restore point of how it was',
    body: z.object(moment).refine((body) => (body.at === undefined) !== (body.point === undefined), {
      message: 'Expected either `at` or `point`.',
    }),
    response: z.object({ changedPixels: z.number().int(), before: restorePoint }),
  }),
} as const;
