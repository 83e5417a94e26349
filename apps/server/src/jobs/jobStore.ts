/** What the queue keeps: jobs under leases, models, maps, regions. Implemented in store/. All times are the caller's. */
import type { Job, JobState, LabelClass, MapsReport, ModelReport, Policy, Progress } from '@cotrace/protocol';

export interface TaskRow {
  taskId: string;
  projectId: string;
  name: string;
  labels: LabelClass[];
  policy: Policy;
  newPixels: number;
  lastNightly: Date | null;
  liveModelId: string | null;
}

export interface SectionRow {
  sectionId: string;
  index: number;
  width: number;
  height: number;
  heldOut: boolean;
  /** Blob of the image in its original depth. */
  original: string;
  maskId: string | null;
  labelledPixels: number;
}

export interface JobRow {
  jobId: string;
  taskId: string;
  projectId: string;
  state: JobState;
  reason: Job['reason'];
  attempts: number;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  trainerId: string | null;
  trainer: string | null;
  progress: Progress | null;
  error: string | null;
  /** Uploaded and not reported yet. */
  modelBlob: string | null;
  /** Set once the model was reported. */
  modelId: string | null;
  /** Null: the policy's. */
  budgetSeconds: number | null;
}

export interface Lease {
  jobId: string;
  leaseToken: string;
}

export interface JobStore {
  task(taskId: string): Promise<TaskRow | undefined>;
  /** In stack order, with the task's masks. */
  sections(taskId: string): Promise<SectionRow[]>;
  projectIds(): Promise<string[]>;

  /** Tasks whose policy names a nightly time, or did. */
  nightlyTasks(): Promise<TaskRow[]>;
  /** Writes `at` unless that night or a later one is there already; true for the one caller who wrote it. */
  markNightly(taskId: string, at: Date): Promise<boolean>;

  disarmNightly(taskId: string): Promise<void>;

  /** Adds `pixels` to what is new in a task, unless the section is held out: its labels never train. Answers the sum. */
  countNewPixels(taskId: string, sectionId: string, pixels: number): Promise<number>;
  /** The job of a task that is queued, claimed or running; there is never more than one. */
  openJob(taskId: string): Promise<JobRow | undefined>;
  /** Queues a job unless the task has an open one (queued, claimed or running), which is answered instead. New pixels start at 0. */
  enqueue(taskId: string, reason: Job['reason'], now: Date): Promise<{ job: JobRow; isNew: boolean }>;
  /**
   * Queues a run with what a job left of its budget: once a job, while its model is live, and only if the task has no open
   * job; a run for newer labels leaves nothing to go on with. Undefined: none was queued.
   */
  enqueueRest(jobId: string, now: Date): Promise<JobRow | undefined>;
  job(jobId: string): Promise<JobRow | undefined>;
  newestJobs(taskId: string, count: number): Promise<JobRow[]>;

  /**
   * Gives the oldest queued job to a trainer; never the same to two. New pixels of the task start at 0: the trainer reads the labels after this.
   */
  claim(claim: {
    trainerId: string;
    trainer: string;
    leaseToken: string;
    leaseUntil: Date;
    now: Date;
  }): Promise<JobRow | undefined>;
  /**
   * Renews a lease, and keeps the progress if there is one.
   * Answers the job, whose state may be `cancelled`; undefined when the lease is another's.
   */
  renew(lease: Lease, leaseUntil: Date, progress?: Progress): Promise<JobRow | undefined>;
  /** Jobs whose holder is gone: queued again, or failed after `maxAttempts`. Answers the jobs that changed. */
  releaseLost(
    lost: { leaseBefore: Date } | { trainerId: string },
    now: Date,
    maxAttempts: number,
  ): Promise<JobRow[]>;
  /** Ends a claim: `queued` gives the job back (`countsAsAttempt`: this attempt is held against it). Undefined: lease lost. */
  release(
    lease: Lease,
    end:
      | { state: 'done'; now: Date }
      | { state: 'failed'; error: string; now: Date }
      | { state: 'queued'; countsAsAttempt: boolean },
  ): Promise<JobRow | undefined>;
  /** Undefined when it had ended before. */
  cancel(jobId: string, now: Date): Promise<JobRow | undefined>;

  /** Forgets the uploaded bytes of a job that has failed or was cancelled; answers their blob, once. */
  takeModelBlob(jobId: string): Promise<string | null>;

  /** Notes the uploaded bytes; answers the blob that they replace. Undefined: lease lost. */
  setModelBlob(lease: Lease, blob: string): Promise<{ replaced: string | null } | undefined>;
}

export interface ModelRow {
  modelId: string;
  taskId: string;
  projectId: string;
  jobId: string;
  createdAt: Date;
  blob: string;
  /** Labels of this moment, and those of the seconds after it, were learnt from; null: not known. */
  labelsAt: Date | null;
  report: ModelReport;
  live: boolean;
}

export interface MapRow {
  modelId: string;
  sectionId: string;
  /** Blobs; null until uploaded. */
  probability: string | null;
  uncertainty: string | null;
  meanUncertainty: number | null;
  published: boolean;
}

export interface ModelStore {
  /**
   * Turns the uploaded bytes into a model, live if it beats the live one. Asked again, it answers what it answered.
   * Undefined: lease lost, or nothing was uploaded.
   */
  report(lease: Lease, report: ModelReport, now: Date): Promise<ModelRow | undefined>;
  model(modelId: string): Promise<ModelRow | undefined>;
  /** Newest first. */
  models(taskId: string): Promise<ModelRow[]>;
  /**
   * Makes a model live. Sections without its maps: its job is queued again, which resumes at them.
   * Answers `busy` when that is needed and another run of the task is open: nothing is changed then.
   */
  promote(modelId: string): Promise<{ state: 'live'; queued: JobRow | undefined } | { state: 'busy' }>;

  map(modelId: string, sectionId: string): Promise<MapRow | undefined>;
  maps(modelId: string): Promise<MapRow[]>;
  /** Keeps one of the two maps; answers the blob that it replaces. */
  setMap(
    modelId: string,
    sectionId: string,
    kind: 'probability' | 'uncertainty',
    blob: string,
  ): Promise<string | null>;
  publishMaps(modelId: string, sectionId: string, report: MapsReport): Promise<void>;
}

export interface RegionCandidate {
  sectionId: string;
  x: number;
  y: number;
  width: number;
  height: number;
  score: number;
}

export interface RegionVisitRow {
  sectionId: string;
  x: number;
  y: number;
  userId: string;
  sessionId: string;
  leasedUntil: Date;
  visitedAt: Date | null;
}

export interface RegionStore {
  /**
   * Lets `choose` pick one of the published regions of the task's live model (held-out sections left out) and leases it,
   * while no other asker of that model may choose. What the session held before counts as visited.
   */
  lease(ask: {
    taskId: string;
    userId: string;
    sessionId: string;
    now: Date;
    leasedUntil: Date;
    choose(
      candidates: RegionCandidate[],
      visits: RegionVisitRow[],
    ): { region: RegionCandidate | undefined; remaining: number };
  }): Promise<{ modelId: string | null; region: RegionCandidate | undefined; remaining: number }>;
}

export interface JobsStore {
  jobs: JobStore;
  models: ModelStore;
  regions: RegionStore;
}
