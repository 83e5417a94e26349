/** What a trainer and the server say to one another. The lease token fences: an old holder's calls are refused. */
import { z } from 'zod';
import { id, labelTable, policy, progress, region, score } from './model.ts';

/**
 * queued → claimed → running → done
 *   ↑         │         ├────→ failed     (says why; a person may start another)
 *   └─────────┴─ lost ←─┘                 (lease ran out: queued again, at most `MAX_JOB_ATTEMPTS` times)
 *  queued | claimed | running → cancelled
 */
export const JOB_STATES = ['queued', 'claimed', 'running', 'done', 'failed', 'cancelled'] as const;
export type JobState = (typeof JOB_STATES)[number];
export const MAX_JOB_ATTEMPTS = 5;

/** Code of a `failJob` that is no failure: the trainer was asked to stop. It costs the job no attempt. */
export const JOB_GIVEN_BACK = 'JOB_GIVEN_BACK';

/** `continued`: spends what a run left of its budget when it ended early with a better model. */
export const JOB_REASONS = ['threshold', 'requested', 'nightly', 'continued'] as const;

export const job = z.object({
  id,
  taskId: id,
  state: z.enum(JOB_STATES),
  reason: z.enum(JOB_REASONS),
  attempts: z.number().int(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  progress: progress.nullable(),
  error: z.string().nullable(),
  trainer: z.string().nullable(),
});
export type Job = z.infer<typeof job>;

export const claimRequest = z.object({
  protocolVersion: z.number().int(),
  trainerId: z.string().min(1).max(64).describe('stays the same over restarts of one daemon'),
  name: z.string().min(1).max(120),
  engine: z.string().describe('the sentence of the engine in use'),
});
export type ClaimRequest = z.infer<typeof claimRequest>;

/** One section as a trainer needs it. `labels` is a PNG of label values, 0 = unknown; null when nothing is painted. */
export const jobSection = z.object({
  sectionId: id,
  index: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
  heldOut: z.boolean(),
  imageUrl: z.string(),
  labelsUrl: z.string().nullable(),
  earlierLabelsUrl: z
    .string()
    .nullable()
    .describe('the same as the live model saw them; null where that is not known, or nothing is painted'),
  labelledPixels: z.number().int(),
});
export type JobSection = z.infer<typeof jobSection>;

export const claimedJob = z.object({
  jobId: id,
  leaseToken: z.string().describe('send as header `x-cotrace-lease` with every call about this job'),
  projectId: id,
  taskId: id,
  taskName: z.string(),
  reason: z.enum(JOB_REASONS),
  labels: labelTable,
  recipe: policy.shape.recipe,
  seed: z.number().int(),
  sections: z.array(jobSection),
  /** Weights to start from and to be compared with: the live model, if there is one. */
  liveModelUrl: z.string().nullable(),
  liveModelId: id.nullable(),
  /** Set when an earlier holder was lost after it had reported: no training, only the sections that are not in `mapped`. */
  reported: z
    .object({ modelId: id, live: z.boolean(), mapped: z.array(id).describe('sections published already') })
    .nullable(),
});
export type ClaimedJob = z.infer<typeof claimedJob>;

/** Sent with the model's bytes once it is judged. The server decides with `beatsLive` what goes live. */
export const modelReport = z.object({
  temperature: z.number(),
  score: score.nullable().describe('on held-out labels; null = none are painted'),
  liveScore: score.nullable(),
  beatsLive: z.boolean(),
  verdict: z.string(),
  labelledPixels: z.number().int(),
  steps: z.number().int(),
  seconds: z.number(),
  secondsLeft: z
    .number()
    .min(0)
    .default(0)
    .describe('of the budget, where the run ended early since it was better'),
  engine: z.string(),
  finalLoss: z.number().nullable(),
});
export type ModelReport = z.infer<typeof modelReport>;

/** Sent with the two PNGs of one section. `regions`: most uncertain first, at most 32, not overlapping. */
export const mapsReport = z.object({
  meanUncertainty: z.number(),
  regions: z.array(region.omit({ sectionId: true })).max(64),
});
export type MapsReport = z.infer<typeof mapsReport>;
