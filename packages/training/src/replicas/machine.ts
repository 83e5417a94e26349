/** What this machine has to train on, and how many replicas are best on it. */
import { availableParallelism } from 'node:os';
import type { Engine } from '@cotrace/engine';
import { findMpi, fittingReplicas, type Machine } from '@cotrace/mirror';
import { DEFAULT_RECIPE, type Recipe } from '../recipe.ts';
import { activationsOf } from '../run.ts';

/** Cards are counted only where the engine computes on them. */
export function machineOf({ name, device, cards }: Engine): Machine {
  const cores = availableParallelism();
  if (device === 'cpu') return { cores, cards: [] };
  // Through WebGPU a process sees one card, and cannot be told which.
  return { cores, cards: name === 'webgpu' ? ['0'] : cards.map(({ index }) => String(index)) };
}

/** A shorter run is over before more processes than one have loaded their engines and gained that back. */
const WORTH_STARTING_SECONDS = 60;
/** Measured: 3.2 ns a kept number with 16 channels at the first level, and in proportion to those, one core. */
const CORE_SECONDS_A_NUMBER = 2e-10;

/** Of a run by the clock its budget; of one by steps what they take on all cores. On cards nothing is foreseen. */
function expectedSeconds(recipe: Recipe, { cores, cards }: Machine): number {
  if (recipe.budgetSeconds !== null) return recipe.budgetSeconds;
  if (cards.length > 0) return Number.POSITIVE_INFINITY;
  return (recipe.steps! * activationsOf(recipe) * recipe.base * CORE_SECONDS_A_NUMBER) / cores;
}

/**
 * How many replicas to take where nobody asked for a number, and a sentence that says so: every card, else every core,
 * as far as the batch divides; one where MPI is missing or the run is short. `hosts` are taken to be alike.
 */
export function chooseReplicas(
  engine: Engine,
  recipe: Recipe,
  hosts = 1,
): { replicas: number; sentence: string } {
  const machine = machineOf(engine);
  const { cores, cards } = machine;
  const units = hosts * (cards.length > 0 ? cards.length : cores);
  const what = `${units} ${cards.length > 0 ? 'graphics cards' : 'cores'}`;
  const one = (sentence: string) => ({ replicas: 1, sentence: `One process trains${sentence}` });
  if (units === 1) return one('.');
  if (hosts === 1 && !findMpi()) {
    return one(
      `, although there are ${what}: MPI is missing. \`npm start\` fetches it where pip is installed.`,
    );
  }
  if (hosts === 1 && expectedSeconds(recipe, machine) < WORTH_STARTING_SECONDS) {
    return one(': so short a run would be over before others had begun.');
  }
  const replicas = fittingReplicas(recipe.batch, machine, hosts);
  if (replicas === 1) return one(`, although there are ${what}: a batch of ${recipe.batch} is not shared.`);
  return { replicas, sentence: `${replicas} replicas train together on ${what}.` };
}

/** What a trainer can say of itself before it knows a recipe. */
export function describeReplicas(engine: Engine, wanted: number | undefined): string {
  if (wanted === 1) return 'One process trains.';
  if (wanted !== undefined) return `Up to ${wanted} replicas train together.`;
  const { replicas, sentence } = chooseReplicas(engine, DEFAULT_RECIPE);
  return replicas === 1 ? sentence : `Up to ${sentence}`;
}
