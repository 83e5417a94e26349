/** What the ranks of the tests run: `node --import tsx rankProgram.ts SCENARIO`. Each prints what it found as JSON. */
import { setTimeout as sleep } from 'node:timers/promises';
import { callStarter } from '../channel.ts';
import { type Communicator, openCommunicator } from '../communicator.ts';
import { MirrorError } from '../errors.ts';
import type { StrategyName } from '../plan.ts';
import { createStrategy } from '../strategies/createStrategy.ts';
import { ToyNotFinite, toyReplica } from './toyReplica.ts';

const say = (found: object) => process.stdout.write(`${JSON.stringify(found)}\n`);
const LARGE = 3_000_000;

async function talk(communicator: Communicator): Promise<void> {
  const { rank, size } = communicator;
  const summed = Float32Array.of(rank + 1, 0.5, -rank);
  await communicator.allReduceSum(summed);
  const reduced = Float32Array.of(10 ** rank);
  await communicator.reduceSum(reduced, 1);
  const copied = new Uint8Array(3).fill(rank);
  await communicator.broadcast(copied, 2);
  const known = await communicator.allGather(Uint8Array.of(rank, 7));
  const large = Float32Array.from({ length: LARGE }, (_, i) => (i % 1000) * (rank + 1));
  await communicator.allReduceSum(large);
  const factor = (size * (size + 1)) / 2;
  const isLargeRight = large.every((value, i) => value === (i % 1000) * factor);
  const letters: number[][] = [];
  if (rank === 0) {
    for (let waiting = 1; waiting < size; waiting += 1) {
      const { from } = await communicator.awaitMessage(5);
      const letter = new Float32Array(2);
      await communicator.receive(letter, from, 5);
      letters.push([from, ...letter]);
    }
  } else await communicator.send(Float32Array.of(rank, 100 * rank), 0, 5);
  const nothingLeft = communicator.probe(5) === undefined;
  await communicator.barrier();
  say({
    rank,
    size,
    summed: [...summed],
    reduced: [...reduced],
    copied: [...copied],
    isLargeRight,
    nothingLeft,
  });
  if (rank === 0) say({ known: known.map((bytes) => [...bytes]), letters: letters.sort() });
  await communicator.close();
}

async function train(communicator: Communicator, name: StrategyName, steps: number): Promise<void> {
  const { rank } = communicator;
  const replica = toyReplica(2000);
  const strategy = createStrategy(name, {
    communicator,
    replica,
    // Step 3 has nothing but infinities; all others four numbers.
    batchOf(step, share, shares) {
      const all = [0, 1, 2, 3].map((i) => (step === 3 ? Number.POSITIVE_INFINITY : step + i));
      return all.slice((share * 4) / shares, ((share + 1) * 4) / shares);
    },
    isStepRefused: (error) => error instanceof ToyNotFinite,
    stalenessBound: Number(process.env.TEST_STALENESS ?? 2),
  });
  if (rank > 0) {
    await strategy.follow();
    say({ rank, weights: [...replica.weights.subarray(0, 3)] });
  } else {
    const losses: (number | null)[] = [];
    for (let step = 0; step < steps; step++) {
      losses.push(
        await strategy.lead(step, 0.1).catch((error: unknown) => {
          if (!(error instanceof ToyNotFinite)) throw error;
          return null;
        }),
      );
    }
    if (process.env.TEST_SPOIL) replica.weights[5]! += 1e-6;
    const report = await strategy.finish();
    say({ rank, losses, report, weights: [...replica.weights.subarray(0, 3)] });
  }
  await communicator.close();
}

async function main([scenario, name, steps]: string[]): Promise<void> {
  const communicator = openCommunicator();
  const { rank } = communicator;
  switch (scenario) {
    case 'talk':
      return talk(communicator);
    case 'train':
      return train(communicator, name as StrategyName, Number(steps));
    case 'wait': {
      // Rank 0 waits for the others, who do something else for ever.
      communicator.patienceMs = Number(steps);
      if (rank === 0 && name) {
        const starter = await callStarter(name);
        starter.onClosed(() => process.exit(1));
      }
      say({ rank, pid: process.pid });
      if (rank !== 0) await sleep(2 ** 30);
      return communicator.barrier();
    }
    default:
      throw new Error(`No scenario ${scenario}`);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stdout.write(
    `${JSON.stringify({ code: error instanceof MirrorError ? error.code : String(error) })}\n`,
  );
  process.exit(3);
});
