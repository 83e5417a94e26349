/** Shapes of what the server keeps, as REST shows them. Times are ISO 8601, sizes pixels, colours `#rrggbb`. */
import { z } from 'zod';
import { LEAST_BUDGET_SECONDS, MAX_SECTION_SIDE } from './limits.ts';
import { ROLES } from './permissions.ts';

export const id = z.string().min(1).max(64);
export const time = z.string().describe('ISO 8601, UTC');
export const role = z.enum(ROLES);
export const color = z.string().regex(/^#[0-9a-f]{6}$/);

export const labelClass = z.object({
  value: z
    .number()
    .int()
    .min(1)
    .max(255)
    .describe('what a record paints; 0 is unknown and never in the table'),
  name: z.string().min(1).max(80),
  color,
  gray: z.number().int().min(0).max(255).describe('grey value in `label/` images and exports'),
});
export type LabelClass = z.infer<typeof labelClass>;

/** Two labels: a model gives the probability of the one with the greater grey. More: one probability each. */
export const labelTable = z.array(labelClass).min(2).max(255);

export const policy = z.object({
  retrainAfterPixels: z.number().int().min(0).describe('newly labelled pixels that start a run; 0 = never'),
  nightlyAt: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .nullable()
    .describe('hh:mm in `timeZone`; null = never'),
  timeZone: z.string().min(1).max(64),
  recipe: z.object({
    preset: z.enum(['default', 'course']),
    base: z.number().int().min(2).max(128),
    depth: z.number().int().min(1).max(5),
    tile: z.number().int().min(32).max(1024),
    batch: z.number().int().min(1).max(64),
    budgetSeconds: z.number().min(LEAST_BUDGET_SECONDS).max(86_400).describe('training time of one run'),
  }),
});
export type Policy = z.infer<typeof policy>;

export const task = z.object({
  id,
  name: z.string().min(1).max(80),
  labels: labelTable,
  policy,
  liveModelId: id.nullable(),
  newPixels: z.number().int().describe('labelled pixels that came since the last run'),
});
export type Task = z.infer<typeof task>;

export const project = z.object({
  id,
  name: z.string().min(1).max(120),
  createdAt: time,
  myRole: role,
  sectionCount: z.number().int(),
  tasks: z.array(task),
});
export type Project = z.infer<typeof project>;

export const maskInfo = z.object({
  id,
  taskId: id,
  epoch: z.number().int(),
  labelledPixels: z.number().int(),
  meanUncertainty: z.number().nullable().describe('nats, of the live model'),
});

/** A moment of a mask's history with a name. */
export const restorePoint = z.object({
  id,
  maskId: id,
  name: z.string().min(1).max(120),
  at: time.describe('the moment: everything committed before it belongs to it'),
  by: z.string().nullable().describe('name of who made it; null: somebody who has left'),
});
export type RestorePoint = z.infer<typeof restorePoint>;

/** One stroke over a pixel. */
export const pixelStroke = z.object({
  label: z.number().int().min(0).max(255).describe('what it painted; 0 = the eraser'),
  userId: id.nullable().describe('null: the server itself (an import), or somebody who has left'),
  name: z.string(),
  sessionId: z.string(),
  strokeId: z.number().int(),
  paintedAt: time.describe('when it was committed'),
  undoneAt: time.nullable().describe('null: it was never taken back'),
  shows: z.boolean().describe('this is what the pixel shows now'),
});
export type PixelStroke = z.infer<typeof pixelStroke>;

export const section = z.object({
  id,
  index: z.number().int().describe('place in the stack, from 0'),
  name: z.string().describe('file name it came with, kept for exports'),
  width: z.number().int().min(1).max(MAX_SECTION_SIDE),
  height: z.number().int().min(1).max(MAX_SECTION_SIDE),
  bitDepth: z.union([z.literal(8), z.literal(16)]),
  heldOut: z.boolean().describe('its labels never train; they judge models'),
  imageUrl: z.string().describe('8-bit PNG for display, immutable'),
  originalUrl: z.string().describe('PNG in the original depth, immutable'),
  thumbnailUrl: z.string(),
  tileUrl: z
    .string()
    .describe('template with {z}, {x}, {y}; 256² PNG tiles, z = 0 is full size, each z halves'),
  masks: z.array(maskInfo),
});
export type Section = z.infer<typeof section>;

export const person = z.object({
  userId: id,
  name: z.string(),
  email: z.string(),
  role,
  color,
  joinedAt: time,
});
export type Person = z.infer<typeof person>;

export const invitation = z.object({
  id,
  role,
  createdAt: time,
  expiresAt: time,
  usedBy: z.string().nullable(),
  url: z.string().nullable().describe('only in the answer that made it'),
});

/** Progress of a running job. `fraction` 0…1 over the whole job, `secondsLeft` an estimate. */
export const progress = z.object({
  phase: z.enum(['fetching', 'training', 'judging', 'predicting', 'uploading']),
  step: z.number().int().min(0),
  steps: z.number().int().min(0),
  loss: z.number().nullable(),
  fraction: z.number().min(0).max(1),
  secondsLeft: z.number().min(0).nullable(),
});
export type Progress = z.infer<typeof progress>;

export const score = z.object({
  sections: z.number().int(),
  vRand: z.number().nullable(),
  vInfo: z.number().nullable(),
  pixelError: z.number().nullable(),
  dice: z.number().nullable(),
  ece: z.number().nullable(),
});
export type Score = z.infer<typeof score>;

export const trainedModel = z.object({
  id,
  taskId: id,
  jobId: id,
  createdAt: time,
  live: z.boolean(),
  verdict: z.string().describe('one sentence: why it went live or not'),
  score: score.nullable(),
  liveScore: score.nullable().describe('the model that was live, on the same held-out labels'),
  temperature: z.number(),
  labelledPixels: z.number().int(),
  steps: z.number().int(),
  seconds: z.number(),
  engine: z.string(),
  finalLoss: z.number().nullable(),
});
export type TrainedModel = z.infer<typeof trainedModel>;

/** Where a model is unsure: a square region of a section, in pixels. `score` orders regions within one model. */
export const region = z.object({
  sectionId: id,
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
  score: z.number(),
});
export type Region = z.infer<typeof region>;

export const sectionMaps = z.object({
  modelId: id,
  sectionId: id,
  probabilityUrl: z
    .string()
    .describe(
      '8-bit PNG, value/255 = probability of the label with the greater grey (two labels) or the winning label value (more)',
    ),
  uncertaintyUrl: z.string().describe('8-bit PNG, value/255 × ln(classes) nats'),
  meanUncertainty: z.number(),
});
export type SectionMaps = z.infer<typeof sectionMaps>;

export const exportKind = z.enum(['submission', 'course-layout']);

export const exportJob = z.object({
  id,
  kind: exportKind,
  taskId: id,
  createdAt: time,
  state: z.enum(['running', 'done', 'failed']),
  fileName: z.string().nullable(),
  downloadUrl: z.string().nullable(),
  error: z.string().nullable(),
  verdict: z
    .array(z.object({ rule: z.string(), passed: z.boolean().nullable(), sentence: z.string() }))
    .nullable()
    .describe("the validator's rules; null passed = not checked"),
});
export type ExportJob = z.infer<typeof exportJob>;

export const health = z.object({
  status: z.enum(['ok', 'degraded']),
  version: z.string(),
  database: z.enum(['up', 'down']),
  engine: z.string().nullable().describe('of the trainers that are connected'),
  trainers: z.number().int(),
});
export type Health = z.infer<typeof health>;
