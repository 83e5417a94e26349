/** `score` and `validate` on files: folders, stacks, ranges, and what does not fit. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { encodePng, encodeTiff } from '@cotrace/image-io';
import type { StackScore } from '@cotrace/metrics';
import { describe, expect, it } from 'vitest';
import { drawLayout, type TemporaryFolder, temporaryFolder } from './testing/temporaryFolder.ts';
import { cotrace } from './testing/testShell.ts';

const SIDE = 64;
const page = (data: Float32Array) => ({ width: SIDE, height: SIDE, data });
const stack = (pages: Float32Array[]) => encodeTiff(pages.map(page), { sampleFormat: 'float32' });

/** Three labelled sections, and predictions that are the labels themselves but for section 1, which is inverted. */
function prepare(folder: TemporaryFolder): Float32Array[] {
  return drawLayout(folder, { side: SIDE, sections: 3 }).map(({ label }, number) => {
    const probability = Float32Array.from(label, (value) => (number === 1 ? 1 - value / 255 : value / 255));
    folder.file(
      `predicted/${number}.png`,
      encodePng({ ...page(probability), bitDepth: 8, data: Uint8Array.from(probability, (p) => 255 * p) }),
    );
    return probability;
  });
}

describe('score', () => {
  it('of a folder and of a stack is the same', async () => {
    using folder = temporaryFolder();
    const file = folder.file('p.tif', stack(prepare(folder)));
    const words = ['score', '--labels', folder.path, '--json', '--prediction'];
    const ofFolder = (await cotrace([...words, folder.file('predicted')])).json<StackScore>();
    expect((await cotrace([...words, file])).json()).toEqual(ofFolder);
    expect(Object.keys(ofFolder)).toEqual([
      'vRand',
      'vRandThreshold',
      'vInfo',
      'vInfoThreshold',
      'randError',
      'pixelError',
      'sections',
      'thresholds',
    ]);
    expect(ofFolder.sections).toBe(3);
    expect(ofFolder.vRand).toBeLessThan(0.99);
  });
  it('takes sections by their numbers from a folder, a whole stack, or a stack of just these', async () => {
    using folder = temporaryFolder();
    const pages = prepare(folder);
    const words = ['score', '--labels', folder.file('label'), '--sections', '0,2', '--json', '--prediction'];
    for (const prediction of [
      folder.file('predicted'),
      folder.file('all.tif', stack(pages)),
      folder.file('two.tif', stack([pages[0]!, pages[2]!])),
    ]) {
      const score = (await cotrace([...words, prediction])).json<StackScore>();
      expect(score).toMatchObject({ sections: 2, vRand: 1, vInfo: 1, pixelError: 0 });
    }
  });
  it('refuses what does not fit', async () => {
    using folder = temporaryFolder();
    const pages = prepare(folder);
    const words = ['score', '--labels', folder.path, '--prediction'];
    const code = async (more: string[]) => {
      const { exitCode, err } = await cotrace([...words, ...more]);
      return [exitCode, err.split(':')[0]];
    };
    const two = folder.file('two.tif', stack(pages.slice(0, 2)));
    expect(await code([two])).toEqual([1, 'PREDICTIONS_DO_NOT_FIT']);
    folder.file(
      'few/0.png',
      encodePng({ ...page(pages[0]!), bitDepth: 8, data: new Uint8Array(SIDE * SIDE) }),
    );
    expect(await code([folder.file('few')])).toEqual([1, 'PREDICTION_MISSING']);
    expect((await code([two, '--sections', '7']))[0]).toBe(2);
    const large = folder.file('grey.tif', stack(pages.map((data) => data.map((p) => 255 * p))));
    expect(await code([large])).toEqual([1, 'NOT_A_PROBABILITY']);
    folder.file(
      'label/1.png',
      encodePng({ ...page(pages[0]!), bitDepth: 8, data: Uint8Array.from(pages[0]!, (_, at) => at & 255) }),
    );
    expect(await code([two, '--sections', '0-1'])).toEqual([1, 'LABEL_VALUE_UNKNOWN']);
  });
  it('is a table for people', async () => {
    using folder = temporaryFolder();
    prepare(folder);
    const { out, err } = await cotrace([
      'score',
      '--labels',
      folder.path,
      '--prediction',
      folder.file('predicted'),
    ]);
    expect(out).toMatch(/V_Rand {7}0\.\d{6} {2}at threshold/);
    expect(err).toMatch(/scoring 100 %/);
  });
});

describe('validate', () => {
  const prepareStack = (folder: TemporaryFolder, invert: boolean) => {
    const drawn = drawLayout(folder, { side: SIDE, sections: 3 });
    return folder.file(
      'submission.tif',
      stack(
        drawn.map(({ label }) =>
          Float32Array.from(label, (value) => (invert ? 1 - value / 255 : value / 255)),
        ),
      ),
    );
  };
  it('finds a good submission legal', async () => {
    using folder = temporaryFolder();
    const { exitCode, out } = await cotrace(['validate', prepareStack(folder, false), '--like', folder.path]);
    expect(out.split('\n').at(-1)).toBe('submission.tif is a legal ISBI submission.');
    expect(out.match(/^✓/gm)).toHaveLength(8);
    expect(exitCode).toBe(0);
  });
  it('finds inverted polarity', async () => {
    using folder = temporaryFolder();
    const file = prepareStack(folder, true);
    const { exitCode, out, err } = await cotrace(['validate', file, '--like', folder.file('image')]);
    expect(out).toMatch(/^✗ polarity +POLARITY_INVERTED: /m);
    expect([exitCode, err]).toEqual([
      1,
      'SUBMISSION_ILLEGAL: submission.tif is not a legal submission: it breaks polarity.',
    ]);
  });
  it('gives the verdict as one JSON document, legal or not', async () => {
    using folder = temporaryFolder();
    const words = ['validate', prepareStack(folder, true), '--json', '--like', folder.path];
    const { exitCode, json } = await cotrace(words);
    expect(exitCode).toBe(1);
    expect(json()).toMatchObject({ legal: false, error: { code: 'SUBMISSION_ILLEGAL' } });
    const good = await cotrace(['validate', prepareStack(folder, false), '--json']);
    expect(good.json()).toMatchObject({ legal: true, rules: expect.arrayContaining([]) });
  });
  it('as a program of its own: exit codes and streams', async () => {
    using folder = temporaryFolder();
    const program = resolve(import.meta.dirname, '../bin/cotrace.mjs');
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, [program, 'validate', prepareStack(folder, false)]);
    expect(stdout).toMatch(/is a legal ISBI submission/);
    await expect(run(process.execPath, [program, 'validate'])).rejects.toMatchObject({
      code: 2,
      stdout: '',
      stderr: "Missing required argument 'FILE.tif'. See cotrace validate --help.\n",
    });
  });
});
