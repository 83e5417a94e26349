/** A file of its own: one engine a process, and here it is WebGPU. */
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { drawLayout, temporaryFolder } from './testing/temporaryFolder.ts';
import { cotrace } from './testing/testShell.ts';

it('a model is trained on webgpu, where there is an adapter', async ({ skip }) => {
  using folder = temporaryFolder();
  drawLayout(folder, { side: 32, sections: 2 });
  const words = [
    'train',
    '--data',
    folder.path,
    '--out',
    folder.file('model'),
    '--engine',
    'webgpu',
    '--json',
  ];
  const small = ['--base', '2', '--depth', '1', '--tile', '16', '--batch', '1', '--steps', '3'];
  const { exitCode, err, json } = await cotrace([...words, ...small]);
  if (err.startsWith('WEBGPU_NO_ADAPTER')) return skip(err);
  expect(err).toMatch(/^WebGPU \(tfjs [\d.]+\) on \S/);
  expect([exitCode, json()]).toEqual([0, expect.objectContaining({ steps: 3, ended: 'budget' })]);
  expect(existsSync(folder.file('model/saved_model.pb'))).toBe(true);
});
