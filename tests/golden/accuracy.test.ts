/**
 * What the command line reaches on real membranes: ten minutes on sections 0–14, scored on 15–19; and what it makes of
 * the challenge's own predictions. Only where the sections are at hand; the training for the night.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { StackScore } from '@cotrace/metrics';
import { afterAll, describe, expect, it } from 'vitest';
import { goldenMetricsFolder, realMembraneFolder } from '../support/realSections.ts';

const PROGRAM = resolve(import.meta.dirname, '../../apps/cli/bin/cotrace.mjs');
const golden = goldenMetricsFolder();
const membranes = realMembraneFolder();
const folder = mkdtempSync(join(tmpdir(), 'cotrace-accuracy-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function cotrace(...words: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...words, '--json']);
  return JSON.parse(stdout);
}

describe('cotrace score', () => {
  it.skipIf(!golden || !membranes)("equals the challenge's own on its sections", async () => {
    const expected = JSON.parse(readFileSync(join(golden!, 'expected.json'), 'utf8')).blurred;
    const prediction = ['--prediction', join(golden!, 'blurred'), '--sections', '0-3'];
    const score = (await cotrace('score', '--labels', membranes!, ...prediction)) as StackScore;
    expect(score.vRand).toBeCloseTo(expected.maxVRand, 9);
    expect(score.vInfo).toBeCloseTo(expected.maxVInfo, 9);
    expect(score.pixelError).toBeCloseTo(expected.pixelError, 9);
  });
});

describe('cotrace train', () => {
  it.runIf(membranes !== undefined && process.env.COTRACE_LONG)(
    'reaches a V_Rand of 0.93 with eight turns in ten minutes',
    async () => {
      const [model, out] = [join(folder, 'model'), join(folder, 'prediction.tif')];
      await cotrace('train', '--data', membranes!, '--out', model, '--sections', '0-14', '--minutes', '10');
      await cotrace(
        'predict',
        '--model',
        model,
        '--images',
        join(membranes!, 'image'),
        '--out',
        out,
        '--tta',
      );
      const score = (await cotrace(
        ...['score', '--labels', membranes!, '--prediction', out, '--sections', '15-19'],
      )) as StackScore;
      console.log(`V_Rand ${score.vRand}, V_Info ${score.vInfo}, pixel error ${score.pixelError}`);
      expect(score.vRand).toBeGreaterThanOrEqual(0.93);
    },
    1_200_000,
  );
});
