/** What this machine has to train on, and how many replicas are best on it. */
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import type { Engine } from '@cotrace/engine';
import { dividingReplicas, findMpi, type Machine } from '@cotrace/mirror';

/** Cards are counted only where the engine computes on them. */
export async function machineOf(engine: Engine): Promise<Machine> {
  const cores = availableParallelism();
  if (engine.device === 'cpu') return { cores, cards: [] };
  // Through WebGPU a process sees one card, and cannot be told which.
  if (engine.name !== 'tensorflow') return { cores, cards: ['0'] };
  return { cores, cards: await visibleCards() };
}

async function visibleCards(): Promise<string[]> {
  const chosen = process.env.CUDA_VISIBLE_DEVICES;
  if (chosen !== undefined) return chosen.split(',').filter((card) => card.trim() !== '');
  const { stdout } = await promisify(execFile)('nvidia-smi', ['--query-gpu=index', '--format=csv,noheader']);
  return stdout.trim().split(/\s+/);
}

/** A run of fewer seconds is over before more processes than one have loaded their engines and gained them back. */
const WORTH_STARTING_SECONDS = 60;

/**
 * How many replicas to take where nobody asked for a number, and a sentence that says so: every card, else every core as
 * far as the batch divides; one where MPI is missing.
 */
export async function chooseReplicas(
  engine: Engine,
  recipe: { batch: number; budgetSeconds: number | null },
): Promise<{ replicas: number; sentence: string }> {
  const { cores, cards } = await machineOf(engine);
  const units = cards.length > 0 ? cards.length : cores;
  const what = cards.length > 0 ? `${units} graphics card${units === 1 ? '' : 's'}` : `${units} cores`;
  if (units === 1) return { replicas: 1, sentence: 'One process trains.' };
  if (!findMpi()) {
    const sentence = `One process trains, although there are ${what}: MPI is missing. Run \`npm start\` once where pip is installed.`;
    return { replicas: 1, sentence };
  }
  if (recipe.budgetSeconds !== null && recipe.budgetSeconds < WORTH_STARTING_SECONDS) {
    return { replicas: 1, sentence: 'One process trains: so short a run would end before others had begun.' };
  }
  const replicas = dividingReplicas(recipe.batch, units);
  if (replicas === 1)
    return { replicas, sentence: `One process trains: a batch of ${recipe.batch} cannot be shared.` };
  return { replicas, sentence: `${replicas} replicas train together, on ${what}.` };
}
