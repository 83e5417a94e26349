/** Cotrace as a peer: the same questions as those of Python's, in a process of its own. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { loadEngine } from '@cotrace/engine';
import {
  createPredictor,
  DEFAULT_RECIPE,
  MEMBRANE_LABELS,
  type Model,
  type Predictor,
} from '@cotrace/training';
import { createUnet, type TrainBatch, type Unet, type UnetConfig, type UnetState } from '@cotrace/unet';
import type { Description, Question, Timed, Told } from './question.ts';

/** What the questions of one `make` are answered with. */
interface Made {
  readonly unet: Unet;
  readonly batch: TrainBatch;
  readonly predictor: Predictor;
}

const LEARNING_RATE = 1e-4;
const engine = await loadEngine();
let made: Made | undefined;

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await answerTo(JSON.parse(line) as Question).catch((error: unknown) => ({
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);

async function answerTo(question: Question): Promise<object> {
  if ('make' in question) return make(question.make);
  if ('peakMemory' in question) return { bytes: peakBytes() };
  const { unet, batch, predictor } = made!;
  if ('step' in question) {
    return timed(async () => {
      let loss = 0;
      for (let i = 0; i < question.step; i++) loss = await unet.trainStep(batch, LEARNING_RATE);
      return loss;
    });
  }
  if ('predict' in question) {
    const image = floatsOf(question.image);
    const section = { width: question.predict, height: question.predict, image };
    return timed(async () => {
      const { probability } = await predictor.predict(section, { turns: question.turns, uncertainty: false });
      return probability.reduce((sum, value) => sum + value, 0) / probability.length;
    });
  }
  const logits = await unet.predictLogits(batch.images, batch);
  return { values: Array.from(logits, (logit) => 1 / (1 + Math.exp(-logit))) };
}

async function make(description: Description): Promise<Told> {
  const { network: preset, base, depth, side, batch: n, precision } = description;
  const config: UnetConfig =
    preset === 'course'
      ? { preset, base, depth, classes: 2, normalization: 'none', dropout: 0.5 }
      : { preset, base, depth, classes: 2, normalization: 'weights', dropout: 0 };
  const unet = createUnet(engine, config, { seed: 1, precision });
  const state = await unet.exportState();
  writeFileSync(description.weights, Buffer.concat(state.parameters.map(({ values }) => bytesOf(values))));
  const values = floatsOf(description.data);
  const pixels = n * side * side;
  const batch: TrainBatch = {
    n,
    height: side,
    width: side,
    images: values.slice(0, pixels),
    targets: Uint8Array.from(values.subarray(pixels)),
    weights: new Float32Array(pixels).fill(1),
  };
  made = { unet, batch, predictor: createPredictor(engine, modelOf(config, state)) };
  return {
    parameters: unet.parameterCount,
    versions: { Node: process.versions.node },
    compiled: engine.sentence,
  };
}

function modelOf(network: UnetConfig, state: UnetState): Model {
  const training = {
    seed: 1,
    steps: 0,
    seconds: 0,
    finalLoss: null,
    labelledPixels: 0,
    engine: engine.sentence,
  };
  const recipe = { ...DEFAULT_RECIPE, base: network.base, depth: network.depth };
  return { labels: [...MEMBRANE_LABELS], recipe, network, temperature: 1, training, state };
}

async function timed(work: () => Promise<number>): Promise<Timed> {
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const value = await work();
  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wallMs, cpuMs: (user + system) / 1000, value };
}

function floatsOf(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Of this process since its start, as Linux keeps it; elsewhere what Node knows. */
function peakBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024;
}
