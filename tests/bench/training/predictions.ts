/** Whole sections through the default network, seen once and from eight sides, by each contestant in turn. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawTissue } from '@cotrace/tissue';
import { openSitting } from './contestants.ts';
import type { Contestant } from './settings.ts';
import { type Spread, spreadOf } from './statistics.ts';
import { inTurns, type StepOptions } from './steps.ts';

export const SECTION_SIDES: readonly number[] = [512, 1024];
const TURNS = [1, 8] as const;
/** Eight turns are eight passes already: fewer of them say as much. */
const SHARE_OF_STEPS = { 1: 1, 8: 0.25 } as const;

export interface PredictionResult {
  readonly side: number;
  readonly turns: 1 | 8;
  readonly figures: readonly { contestant: Contestant; wall: Spread; cpu: Spread }[];
}

export async function measurePredictions(options: StepOptions): Promise<PredictionResult[]> {
  // Weights at their start: time does not depend on what they are. The tile only makes the batch that nobody trains on here.
  await using sitting = await openSitting({ network: 'default', base: 16, side: 128 }, options);
  const results: PredictionResult[] = [];
  for (const side of SECTION_SIDES) {
    const image = join(sitting.folder, `section-${side}.f32`);
    const [drawn] = drawTissue({ seed: 1, width: side, height: side, sections: 1 });
    await writeFile(image, Buffer.from(Float32Array.from(drawn!.image, (grey) => grey / 255).buffer));
    for (const turns of TURNS) {
      const rounds = {
        steps: Math.ceil(options.steps * SHARE_OF_STEPS[turns]),
        warmUp: Math.min(2, options.warmUp),
      };
      const timed = await inTurns(sitting.running, { predict: side, image, turns }, rounds);
      const figures = sitting.running.map(({ contestant }, at) => ({
        contestant,
        wall: spreadOf(timed[at]!.map(({ wallMs }) => wallMs)),
        cpu: spreadOf(timed[at]!.map(({ cpuMs }) => cpuMs)),
      }));
      results.push({ side, turns, figures });
    }
  }
  return results;
}
