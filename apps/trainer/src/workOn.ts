/** One job from its claim to its last map: fetch → train → judge → report → predict. Knows no retry and no lease. */
import type { Engine } from '@cotrace/engine';
import { dividingReplicas } from '@cotrace/mirror';
import type { ClaimedJob, ModelReport, Progress } from '@cotrace/protocol';
import {
  canStartFrom,
  createPredictor,
  decodeModel,
  encodeModel,
  judge,
  type Model,
  type Recipe,
  type Section,
  scoreModel,
  TrainingError,
  type TrainOptions,
  trainTogether,
} from '@cotrace/training';
import { UnetError } from '@cotrace/unet';
import type { Checkpoints } from './checkpoints.ts';
import type { Connection } from './connection.ts';
import { fetchLabelled } from './fetchSections.ts';
import { progressOf } from './phases.ts';
import { predictSections } from './predictSections.ts';

export interface Work {
  job: ClaimedJob;
  engine: Engine;
  /** Undefined: all that the machine has. */
  replicas: number | undefined;
  /** Under the job's lease. */
  server: Connection;
  checkpoints: Checkpoints;
  signal: AbortSignal;
  report: (progress: Progress) => void;
  say: (line: string) => void;
}

/** @throws TrainingError, EngineError, UnetError, ImageError, RemoteError; whatever the signal was aborted with. */
export async function workOn(work: Work): Promise<void> {
  const { job, server, signal } = work;
  if (job.reported) {
    if (!job.reported.live) return;
    const { modelId, mapped } = job.reported;
    const bytes = await server.call('downloadModel', { params: { modelId } }, signal);
    await predictSections(decodeModel(bytes), new Set(mapped), work);
    return;
  }
  const model = await trainAndJudge(work);
  if (model) await predictSections(model, new Set(), work);
}

/** As many as divide the batch: a project's recipe does not know the machines. */
const sharing = (replicas: number | undefined, batch: number) =>
  replicas === undefined ? undefined : dividingReplicas(batch, replicas);

/** The model if it went live. */
async function trainAndJudge(work: Work): Promise<Model | undefined> {
  const { job, engine, server, checkpoints, signal, report, say } = work;
  const { jobId, labels, seed } = job;
  const recipe: Recipe = { ...job.recipe, steps: null };
  const live = await fetchLiveModel(work);
  const painted = job.sections.filter(({ labelsUrl }) => labelsUrl !== null);
  const fetched = await fetchLabelled(painted, { jobId, server, signal }, (done) =>
    report(progressOf('fetching', done / painted.length, { step: done, steps: painted.length })),
  );
  const [heldOut, sections] = [true, false].map((wanted) =>
    fetched.filter((_, index) => painted[index]!.heldOut === wanted),
  ) as [Section[], Section[]];

  const checkpoint = await checkpoints.load(jobId);
  const run: TrainOptions = {
    engine,
    labels,
    sections,
    heldOut,
    recipe,
    seed,
    startFrom: live && canStartFrom(live, { labels, recipe }) ? live : undefined,
    resumeFrom: checkpoint,
    onCheckpoint: (saved) => checkpoints.save(jobId, saved),
    onHalved: say,
    onRefused: say,
    onProgress: ({ fraction, step, steps, loss, secondsLeft }) =>
      report(progressOf('training', fraction, { step, steps, loss, secondsLeft })),
    signal,
  };
  const replicas = sharing(work.replicas, recipe.batch);
  const trained = await trainTogether(run, { strategy: 'mirrored', replicas, onNotice: say });
  const { model, steps, seconds, finalLoss, labelledPixels } = trained;
  await server.call('uploadModel', { params: { jobId }, body: encodeModel(model) }, signal);

  const scoreOf = async (judged: Model, from: number) => {
    const predictor = createPredictor(engine, judged);
    try {
      return await scoreModel(predictor, labels, heldOut, {
        signal,
        onProgress: (fraction) => report(progressOf('judging', from + fraction / 2)),
      });
    } finally {
      predictor.dispose();
    }
  };
  const score = await scoreOf(model, 0);
  const liveScore = live && score ? await scoreOf(live, 0.5) : null;
  const { beatsLive, verdict } = judge(score, liveScore);
  say(verdict);
  const body: ModelReport = {
    temperature: model.temperature,
    score,
    liveScore,
    beatsLive,
    verdict,
    labelledPixels,
    steps,
    seconds,
    engine: engine.sentence,
    finalLoss,
  };
  const answer = await server.call('reportModel', { params: { jobId }, body }, signal);
  return answer.live ? model : undefined;
}

/** What is live, to start from and to be compared with. One that cannot be read any more is as good as none. */
async function fetchLiveModel({ job, server, signal, say }: Work): Promise<Model | undefined> {
  if (job.liveModelId === null) return undefined;
  const params = { modelId: job.liveModelId };
  const bytes = await server.call('downloadModel', { params }, signal);
  try {
    const model = decodeModel(bytes);
    const values = (table: Model['labels']) =>
      JSON.stringify(table.map(({ value, gray }) => [value, gray]).sort());
    return values(model.labels) === values(job.labels) ? model : undefined;
  } catch (error) {
    if (!(error instanceof TrainingError || error instanceof UnetError)) throw error;
    say(`The live model is left aside: ${error.message}`);
    return undefined;
  }
}
