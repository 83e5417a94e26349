/**
 * One run of the trainer that a replica's speed is read from: `replicaRun.ts '{"replicas": k, …}'` prints images a second.
 * In a process of its own, since the threads that TensorFlow may take are settled when it is loaded.
 */
import { loadEngine } from '@cotrace/engine';
import { drawTissue } from '@cotrace/tissue';
import { COURSE_RECIPE, MEMBRANE_LABELS, type Section, train, trainReplicated } from '@cotrace/training';
import type { ReplicaQuestion } from './replicas.ts';
import { DEPTH } from './settings.ts';

const SECTION_SIDE = 512;
/** Buffers grow and kernels are chosen in these. */
const LEFT_OUT = 20;

const { base, side, precision, replicas, batch, steps } = JSON.parse(process.argv[2]!) as ReplicaQuestion;
const drawn = drawTissue({ seed: 1, width: SECTION_SIDE, height: SECTION_SIDE, sections: 4 });
const sections = drawn.map(
  ({ image, membrane }, index): Section => ({
    name: `${index}.png`,
    width: SECTION_SIDE,
    height: SECTION_SIDE,
    image: Float32Array.from(image, (grey) => grey / 255),
    labels: Uint8Array.from(membrane, (grey) => (grey === 0 ? 1 : 2)),
  }),
);
/** Step and moment of each news of the run. */
const news: [step: number, moment: number][] = [];
const options = {
  engine: await loadEngine(),
  labels: MEMBRANE_LABELS,
  sections,
  heldOut: [],
  recipe: {
    ...COURSE_RECIPE,
    base,
    depth: DEPTH,
    tile: side,
    batch,
    steps: LEFT_OUT + steps,
    stepsPerEpoch: 10_000,
  },
  seed: 1,
  precision,
  onProgress: ({ step }: { step: number }) => news.push([step, performance.now()]),
};

const perSecond = replicas === 1 ? await alone() : await together();
process.stdout.write(`${JSON.stringify({ imagesPerSecond: perSecond })}\n`);
process.exit(0);

async function together(): Promise<number> {
  const { imagesPerSecond } = await trainReplicated(options, { strategy: 'mirrored', replicas });
  return imagesPerSecond!;
}

/** Without MPI beside it, which would wait for nobody. */
async function alone(): Promise<number> {
  await train(options);
  const counted = news.filter(([step]) => step >= LEFT_OUT && step < LEFT_OUT + steps);
  const [from, to] = [counted[0]!, counted.at(-1)!];
  return (1000 * batch * (to[0] - from[0])) / (to[1] - from[1]);
}
