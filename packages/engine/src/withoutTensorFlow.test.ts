/** A file of its own: one engine a process, and here native TensorFlow is not to be found, nor a graphics driver. */
import Module from 'node:module';
import { afterAll, expect, it } from 'vitest';
import { loadEngine } from './index.ts';

// Drivers are looked for where this says, and nowhere else.
process.env.VK_DRIVER_FILES = '/nowhere/driver.json';
delete process.env.VK_ADD_DRIVER_FILES;

const loader = Module as unknown as { _resolveFilename(request: string, ...rest: unknown[]): string };
const resolve = loader._resolveFilename;
loader._resolveFilename = (request, ...rest) => {
  if (request === '@tensorflow/tfjs-node-gpu') throw new Error(`Cannot find module '${request}'`);
  return resolve(request, ...rest);
};
afterAll(() => {
  loader._resolveFilename = resolve;
});

it('TensorFlow by name says how to get it', async () => {
  await expect(loadEngine('tensorflow')).rejects.toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    message: expect.stringMatching(/npm start.*Cannot find module/),
  });
});

it('WebGPU by name says what is missing', async () => {
  await expect(loadEngine('webgpu')).rejects.toMatchObject({
    code: 'WEBGPU_NO_ADAPTER',
    message: expect.stringContaining('Vulkan'),
  });
});

it('the choice falls on WebAssembly, which says why and how to be faster', async () => {
  const engine = await loadEngine('auto');
  expect(engine).toMatchObject({ name: 'wasm', faster: expect.stringContaining('npm start') });
  expect(engine.sentence).toContain('native TensorFlow is not installed');
});
