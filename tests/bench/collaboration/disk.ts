/** How long this disk takes to say that something is safe: what every durable acknowledgement has to wait for at least once. */
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { now } from './clock.ts';

const TIMES = 40;
const PAGE = new Uint8Array(8192);

/** Median milliseconds of writing 8 KiB and fdatasync in `folder`. */
export async function syncMs(folder: string): Promise<number> {
  const path = join(folder, 'sync');
  const file = await open(path, 'w');
  const times: number[] = [];
  for (let i = 0; i < TIMES; i++) {
    const startedAt = now();
    await file.write(PAGE);
    await file.datasync();
    times.push(now() - startedAt);
  }
  await file.close();
  await rm(path);
  return times.sort((a, b) => a - b)[TIMES / 2]!;
}
