/** train → predict → score → validate on drawn sections, as a person types it; and stopping and going on. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { decodeFloatStack } from '@cotrace/image-io';
import type { StackScore } from '@cotrace/metrics';
import { expect, it } from 'vitest';
import { drawLayout, temporaryFolder } from './testing/temporaryFolder.ts';
import { cotrace } from './testing/testShell.ts';

const SMALL = ['--base', '4', '--depth', '2', '--tile', '32', '--batch', '2'];

it('a model is trained, predicts, and is scored', async () => {
  using folder = temporaryFolder();
  drawLayout(folder, { side: 64, sections: 4 });
  const model = folder.file('model');
  const log = folder.file('log');
  const words = ['train', '--data', folder.path, '--out', model, ...SMALL, '--json'];
  const trained = await cotrace([...words, '--sections', '0-2', '--steps', '160', '--logdir', log]);
  expect(trained.err).toMatch(/training 100 % {2}step 160 of 160, loss \d/);
  expect([trained.exitCode, trained.json()]).toEqual([
    0,
    expect.objectContaining({ model, steps: 160, labelledPixels: 3 * 64 * 64, ended: 'budget' }),
  ]);
  expect(readdirSync(log)).toEqual([expect.stringMatching(/^events\.out\.tfevents\./)]);

  const [out, uncertainty] = [folder.file('p.tif'), folder.file('u.tif')];
  const predicted = await cotrace([
    'predict',
    '--model',
    model,
    '--images',
    folder.file('image'),
    '--out',
    out,
    '--uncertainty',
    uncertainty,
    '--json',
  ]);
  expect([predicted.exitCode, predicted.json()]).toEqual([
    0,
    { out, results: null, uncertainty, sections: 4 },
  ]);
  const entropies = decodeFloatStack(readFileSync(uncertainty)).flatMap(({ data }) => [...data]);
  expect(Math.max(...entropies)).toBeLessThanOrEqual(Math.fround(Math.LN2));
  expect(Math.min(...entropies)).toBeGreaterThanOrEqual(0);
  expect(existsSync(`${out}.partial`)).toBe(false);

  const score = (
    await cotrace(['score', '--labels', folder.path, '--prediction', out, '--sections', '3', '--json'])
  ).json<StackScore>();
  expect(score.sections).toBe(1);
  expect(score.pixelError).toBeLessThan(0.2);
  const { exitCode } = await cotrace(['validate', out, '--like', folder.path]);
  expect(exitCode).toBe(0);

  // Eight turns over a stack of many pages; and the model as the start of another.
  const stack = await cotrace(['predict', '--model', model, '--images', out, '--out', folder.file('q.tif')]);
  expect([stack.exitCode, stack.err]).toEqual([1, expect.stringMatching(/IMAGE_TOO_DEEP: /)]);
  const again = await cotrace([...words, '--steps', '2', '--weights', model, '--out', folder.file('second')]);
  expect(again.json()).toMatchObject({ steps: 2 });
  const tta = await cotrace([
    'predict',
    '--model',
    folder.file('second'),
    '--images',
    folder.file('image/0.png'),
    '--out',
    out,
    '--tta',
  ]);
  expect(tta.out).toBe(`${out}: 1 sections.`);
});

it('is stopped by Ctrl-C, keeps a checkpoint and goes on with --resume', async () => {
  using folder = temporaryFolder();
  drawLayout(folder, { side: 64, sections: 2 });
  const model = folder.file('model');
  const words = ['train', '--data', folder.path, '--out', model, ...SMALL, '--steps', '6'];
  const stopped = await cotrace(words, { interruptAt: /training +0 %/ });
  expect([stopped.exitCode, stopped.err.split('\n').at(-1)]).toEqual([
    130,
    `Stopped; what was learnt is kept in ${model}. Go on with --resume.`,
  ]);
  expect(readdirSync(model)).toEqual(['checkpoint.bin']);
  const resumed = await cotrace([...words, '--resume', '--json']);
  expect(resumed.err).toMatch(/Going on after step \d/);
  expect(resumed.json()).toMatchObject({ steps: 6 });
  const other = await cotrace([...words, '--resume', '--seed', '7']);
  expect([other.exitCode, other.err]).toEqual([1, expect.stringContaining('CHECKPOINT_MISMATCH: ')]);
});

it('says what is wrong with the folder', async () => {
  using folder = temporaryFolder();
  drawLayout(folder, { side: 32, sections: 2 });
  const words = ['train', '--data', folder.path, '--out', folder.file('model'), ...SMALL, '--steps', '1'];
  expect((await cotrace([...words, '--sections', '0-5'])).exitCode).toBe(2);
  folder.file('label/7.png', readFileSync(folder.file('label/0.png')));
  expect((await cotrace(words)).err).toMatch(/LABEL_EXTRA: /);
});
