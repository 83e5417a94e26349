/** A model from a job's labels: trained in one stint or several, judged after each, reported once. Draws no maps. */
import { dividingReplicas } from '@cotrace/mirror';
import type { ModelReport } from '@cotrace/protocol';
import {
  canStartFrom,
  createPredictor,
  decodeModel,
  encodeModel,
  judge,
  type Model,
  type Section,
  scoreModel,
  TrainingError,
  type TrainResult,
  trainTogether,
} from '@cotrace/training';
import { UnetError } from '@cotrace/unet';
import { fetchLabelled } from './fetchSections.ts';
import { progressOf } from './phases.ts';
import { type Spent, stintsOf } from './stints.ts';
import type { Work } from './workOn.ts';

type Score = ModelReport['score'];

/** The model if it went live. */
export async function trainAndJudge(work: Work): Promise<Model | undefined> {
  const { job, server, checkpoints, signal, report, say } = work;
  const { jobId, labels } = job;
  const { budgetSeconds } = job.recipe;
  const live = await fetchLiveModel(work);
  const startFrom = live && canStartFrom(live, { labels, recipe: recipeOf(work, null) }) ? live : undefined;
  const painted = job.sections.filter(({ labelsUrl }) => labelsUrl !== null);
  const fetched = await fetchLabelled(
    painted,
    { jobId, server, signal },
    {
      goesOnFrom: startFrom ? job.liveModelId : null,
      onFetched: (done) =>
        report(progressOf('fetching', done / painted.length, { step: done, steps: painted.length })),
    },
  );
  const [heldOut, sections] = [true, false].map((wanted) =>
    fetched.filter((_, index) => painted[index]!.heldOut === wanted),
  ) as [Section[], Section[]];

  const stints = stintsOf(job, {
    isRetrain: startFrom !== undefined,
    isJudged: heldOut.length > 0,
    shortest: work.shortestStint,
  });
  const found = await checkpoints.load(jobId);
  const saved = found && found.stint < stints.length ? found : undefined;
  let before: Spent = saved?.before ?? { steps: 0, seconds: 0 };
  let from = startFrom;
  let liveScore: Score | undefined;
  for (let stint = saved?.stint ?? 0; ; stint += 1) {
    const isLast = stint === stints.length - 1;
    const trained = await trainStint(work, {
      ...{ stints, stint, before, sections, heldOut },
      startFrom: from,
      resumeFrom: stint === saved?.stint ? saved.checkpoint : undefined,
    });
    const spent = { steps: before.steps + trained.steps, seconds: before.seconds + trained.seconds };
    const model: Model = { ...trained.model, training: { ...trained.model.training, ...spent } };

    const done = stints.slice(0, stint + 1).reduce((sum, seconds) => sum + seconds, 0) / budgetSeconds;
    const tell = (fraction: number) =>
      // A look between two stints takes no room on the bar.
      report(
        isLast ? progressOf('judging', fraction) : { ...progressOf('training', done), phase: 'judging' },
      );
    const score = await scoreOf(model, heldOut, work, (fraction) => tell(fraction / 2));
    liveScore ??=
      live && score ? await scoreOf(live, heldOut, work, (fraction) => tell(0.5 + fraction / 2)) : null;
    const { beatsLive, compared, verdict } = judge(score, liveScore);
    const isBroken = trained.stoppedBy !== null;
    const isEarly = !isLast && !isBroken && compared && beatsLive;
    if (!isLast && !isBroken && !isEarly) {
      const after = `after ${spent.seconds.toFixed(0)} of ${budgetSeconds} seconds`;
      say(`Not better than the live model ${after}: training goes on.`);
      before = spent;
      from = model;
      continue;
    }
    const sentences = [
      verdict,
      ...(isEarly ? ['Training goes on in another run.'] : []),
      ...(isBroken ? [`The loss did not stay finite ${trained.stoppedBy}.`] : []),
    ];
    say(sentences.join(' '));
    await server.call('uploadModel', { params: { jobId }, body: encodeModel(model) }, signal);
    const body: ModelReport = {
      temperature: model.temperature,
      score,
      liveScore,
      beatsLive,
      verdict: sentences.join(' '),
      labelledPixels: trained.labelledPixels,
      ...spent,
      secondsLeft: isEarly ? Math.max(0, budgetSeconds - spent.seconds) : 0,
      engine: work.engine.sentence,
      finalLoss: trained.finalLoss,
    };
    const answer = await server.call('reportModel', { params: { jobId }, body }, signal);
    return answer.live ? model : undefined;
  }
}

const recipeOf = ({ job }: Work, budgetSeconds: number | null) => ({
  ...job.recipe,
  budgetSeconds: budgetSeconds ?? job.recipe.budgetSeconds,
  steps: null,
});

/** As many as divide the batch: a project's recipe does not know the machines. */
const sharing = (replicas: number | undefined, batch: number) =>
  replicas === undefined ? undefined : dividingReplicas(batch, replicas);

function trainStint(
  work: Work,
  run: {
    stints: readonly number[];
    stint: number;
    before: Spent;
    sections: Section[];
    heldOut: Section[];
    startFrom: Model | undefined;
    resumeFrom: NonNullable<Awaited<ReturnType<Work['checkpoints']['load']>>>['checkpoint'] | undefined;
  },
): Promise<TrainResult> {
  const { job, engine, checkpoints, signal, report, say } = work;
  const { stints, stint, before, ...rest } = run;
  const whole = job.recipe.budgetSeconds;
  const seconds = stints[stint]!;
  const gone = stints.slice(0, stint).reduce((sum, each) => sum + each, 0);
  const recipe = recipeOf(work, seconds);
  return trainTogether(
    {
      ...rest,
      ...{ engine, labels: job.labels, recipe, signal },
      // Another one each time: the same would show the same crops again.
      seed: job.seed + stint,
      onCheckpoint: (saved) => checkpoints.save(job.jobId, { stint, before }, saved),
      onHalved: say,
      onRefused: say,
      onProgress: ({ fraction, step, steps, loss, secondsLeft }) =>
        report(
          progressOf('training', (gone + fraction * seconds) / whole, {
            step: before.steps + step,
            steps: before.steps + Math.round((steps * (whole - gone)) / seconds),
            loss,
            secondsLeft: secondsLeft === null ? null : secondsLeft + whole - gone - seconds,
          }),
        ),
    },
    { strategy: 'mirrored', replicas: sharing(work.replicas, recipe.batch), onNotice: say },
  );
}

async function scoreOf(
  judged: Model,
  heldOut: readonly Section[],
  { job, engine, signal }: Work,
  onProgress: (fraction: number) => void,
): Promise<Score> {
  const predictor = createPredictor(engine, judged);
  try {
    return await scoreModel(predictor, job.labels, heldOut, { signal, onProgress });
  } finally {
    predictor.dispose();
  }
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
