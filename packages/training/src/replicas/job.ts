/**
 * What the ranks of a run are given, as files in a folder that rank 0 reads and copies to the others over MPI: other hosts
 * need the same program, but no shared disk. One file a section, since one buffer holds at most 4 GB.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { EngineName } from '@cotrace/engine';
import type { Communicator, StrategyName } from '@cotrace/mirror';
import type { Section } from '../section.ts';
import type { RunOptions } from '../trainOptions.ts';

/** Everything but functions and signals. */
export type JobOptions = Omit<
  RunOptions,
  'onProgress' | 'onCheckpoint' | 'onEpoch' | 'onBatch' | 'onHalved' | 'onRefused' | 'signal' | 'now'
>;

export interface Job {
  options: JobOptions;
  engine: EngineName;
  strategy: StrategyName;
  /** Replicas that compute; one rank more where one only serves. */
  replicas: number;
  stalenessBound: number;
  /** Since the epoch, milliseconds: when the training time began to run. */
  startedAt: number;
  /** Longest wait for another rank before REPLICA_SILENT; null: as the steps' own length suggests. */
  patienceMs: number | null;
}

interface Head {
  job: Omit<Job, 'options'> & { options: Omit<JobOptions, 'sections' | 'heldOut'> };
  sections: number;
  heldOut: number;
}

const partPath = (folder: string, part: number) => join(folder, `job-${part}.bin`);

export async function writeJob(folder: string, { options, ...job }: Job): Promise<void> {
  const { sections, heldOut, ...rest } = options;
  const head: Head = {
    job: { ...job, options: rest },
    sections: sections.length,
    heldOut: heldOut.length,
  };
  for (const [part, value] of [head, ...sections, ...heldOut].entries()) {
    await writeFile(partPath(folder, part), serialize(value), { mode: 0o600 });
  }
}

/** All ranks together; `folder` is looked into by rank 0 alone. */
export async function shareJob(folder: string, communicator: Communicator): Promise<Job> {
  const read = async (part: number): Promise<unknown> => {
    const own = communicator.rank === 0 ? await readFile(partPath(folder, part)) : undefined;
    const length = Float64Array.of(own?.length ?? 0);
    await communicator.broadcast(new Uint8Array(length.buffer), 0);
    const bytes = own ?? new Uint8Array(length[0]!);
    await communicator.broadcast(bytes, 0);
    return deserialize(bytes);
  };
  const { job, ...counts } = (await read(0)) as Head;
  const sections: Section[] = [];
  for (let part = 1; part <= counts.sections + counts.heldOut; part += 1) {
    sections.push((await read(part)) as Section);
  }
  const heldOut = sections.splice(counts.sections);
  return { ...job, options: { ...job.options, sections, heldOut } };
}
