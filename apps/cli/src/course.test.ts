/** The course's recipe and its helpers as a person types them, on drawn tissue in the course's folders. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeImage, encodePng } from '@cotrace/image-io';
import { drawTissue } from '@cotrace/tissue';
import { describe, expect, it } from 'vitest';
import { type TemporaryFolder, temporaryFolder } from './testing/temporaryFolder.ts';
import { cotrace } from './testing/testShell.ts';

const SIDE = 48;
const COURSE = ['--preset', 'course', '--base', '2', '--depth', '2', '--tile', '32'];
const FROZEN = resolve(import.meta.dirname, '../../../packages/training/src/keras/testing/frozen');

/** Membrane, Mitochondrion and Fixed; and Tissue, whose labels are membrane 0, mitochondrion 127, the rest 255. Seed 17 has some of all. */
function drawTasks(folder: TemporaryFolder, sections: number): void {
  const size = { width: SIDE, height: SIDE };
  for (const [n, { image, membrane, mitochondrion }] of drawTissue({
    seed: 17,
    ...size,
    sections,
  }).entries()) {
    const labels = {
      Membrane: membrane,
      Mitochondrion: mitochondrion,
      Fixed: membrane,
      Tissue: membrane.map((gray, at) => (mitochondrion[at] === 255 ? 127 : gray)),
    };
    for (const [task, data] of Object.entries(labels)) {
      folder.file(`${task}/image/${n}.png`, encodePng({ ...size, bitDepth: 8, data: image }));
      folder.file(`${task}/label/${n}.png`, encodePng({ ...size, bitDepth: 8, data }));
    }
  }
}

/** Shape and values of an .npy of 32-bit floats. */
function readNpy(path: string): { shape: number[]; data: Float32Array } {
  const bytes = readFileSync(path);
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, start);
  expect(header).toContain("'descr': '<f4', 'fortran_order': False");
  const shape = /'shape': \(([\d, ]+)\)/.exec(header)![1]!.split(', ').map(Number);
  return { shape, data: new Float32Array(Uint8Array.from(bytes.subarray(start)).buffer) };
}

const pngAt = (path: string) => decodeImage(readFileSync(path), path)[0]!;

describe('the course', () => {
  it('trains a task in epochs, shows its crops, logs as Keras does, and writes result images', async () => {
    using folder = temporaryFolder();
    drawTasks(folder, 3);
    const [model, log, crops] = ['model', 'log', 'crops'].map((name) => folder.file(name));
    const words = ['train', '--data', folder.path, '--out', model!, ...COURSE, '--batch', '2'];
    const untold = await cotrace(words);
    expect([untold.exitCode, untold.err]).toEqual([
      2,
      expect.stringMatching(/but none was named\. There are Fixed, Membrane, Mitochondrion, Tissue\./),
    ]);
    const length = ['--epochs', '2', '--steps-per-epoch', '3'];
    const shown = ['--logdir', log!, '--save-augmented', crops!];
    const trained = await cotrace([...words, '--task', 'Membrane', ...length, ...shown, '--json']);
    expect(trained.json()).toMatchObject({ steps: 6, labelledPixels: 3 * SIDE * SIDE });
    expect(trained.err).toMatch(/Epoch 1 of 2: loss \d\.\d{4}, accuracy \d\.\d{3}; the best so far\./);
    expect(trained.err).toMatch(/Epoch 2 of 2: /);
    const events = readFileSync(join(log!, readdirSync(log!)[0]!), 'latin1');
    expect(events.match(/epoch_loss/g)).toHaveLength(2);
    expect(events.match(/epoch_accuracy/g)).toHaveLength(2);

    expect(readdirSync(crops!)).toHaveLength(24);
    expect(pngAt(join(crops!, 'image_11.png'))).toMatchObject({ width: 32, height: 32 });
    expect([...new Set(pngAt(join(crops!, 'mask_11.png')).data)].sort((a, b) => a - b)).toEqual([0, 255]);
    const arrays = await cotrace(['arrays', '--data', crops!, '--out', folder.file('crop-arrays')]);
    expect(arrays.out.split('\n')).toEqual([
      `${folder.file('crop-arrays/image_arr.npy')}: (12, 32, 32, 1).`,
      `${folder.file('crop-arrays/mask_arr.npy')}: (12, 32, 32, 1).`,
    ]);

    const results = folder.file('results');
    const images = folder.file('Membrane/image');
    const predicted = await cotrace(['predict', '--model', model!, '--images', images, '--results', results]);
    expect([predicted.exitCode, predicted.out]).toEqual([0, `${results}: 3 sections.`]);
    expect(readdirSync(results).sort()).toEqual(['0_predict.png', '1_predict.png', '2_predict.png']);
    expect(pngAt(join(results, '1_predict.png'))).toMatchObject({ width: SIDE, height: SIDE, bitDepth: 8 });
  });

  it.each(['Fixed', 'Mitochondrion'])('knows the labels of %s by the name of its folder', async (task) => {
    using folder = temporaryFolder();
    drawTasks(folder, 2);
    const model = folder.file('model');
    const data = folder.file(task);
    const { exitCode } = await cotrace(['train', '--data', data, '--out', model, ...COURSE, '--steps', '1']);
    expect(exitCode).toBe(0);
    const { labels } = JSON.parse(readFileSync(folder.file('model/model.json'), 'utf8'));
    const names = labels.map(({ name }: { name: string }) => name);
    expect(names).toEqual(['background', task.toLowerCase()]);
    const out = folder.file('p.tif');
    expect((await cotrace(['predict', '--model', model, '--images', data, '--out', out])).exitCode).toBe(0);
  });

  it('answers with weights of Keras, starts from them, and refuses those of another width', async () => {
    using folder = temporaryFolder();
    drawTasks(folder, 2);
    const file = folder.file('unet_membrane.hdf5', gunzipSync(readFileSync(join(FROZEN, 'course.h5.gz'))));
    const data = folder.file('Membrane');
    const out = folder.file('keras.npy');
    const predicted = await cotrace(['predict', '--model', file, '--images', data, '--out', out]);
    expect(predicted.exitCode).toBe(0);
    expect(readNpy(out).shape).toEqual([2, SIDE, SIDE, 1]);
    const words = ['train', '--data', data, '--out', folder.file('model'), '--steps', '1', '--weights', file];
    expect((await cotrace([...words, ...COURSE])).exitCode).toBe(0);
    const wide = await cotrace([...words, ...COURSE, '--base', '4']);
    expect([wide.exitCode, wide.err]).toEqual([
      1,
      expect.stringMatching(
        /MODEL_ARCHITECTURE: .*course, base 2, depth 2.*recipe's is course, base 4, depth 2/,
      ),
    ]);
  });
});

describe('three labels', () => {
  const LABELS = ['--labels', '0=membrane,127=mitochondrion:#010203,255=cell'];

  it('train, and come back as an array of three and as colours', async () => {
    using folder = temporaryFolder();
    drawTasks(folder, 2);
    const data = folder.file('Tissue');
    const model = folder.file('model');
    const words = ['train', '--data', data, '--out', model, '--steps', '60', '--batch', '2'];
    const small = ['--base', '4', '--depth', '2', '--tile', '32'];
    const unnamed = await cotrace([...words, ...small]);
    expect([unnamed.exitCode, unnamed.err.split(':')[0]]).toEqual([1, 'LABEL_VALUE_UNKNOWN']);
    expect((await cotrace([...words, ...small, ...LABELS])).exitCode).toBe(0);

    const [out, results] = [folder.file('p.npy'), folder.file('results')];
    const predict = ['predict', '--model', model, '--images', data];
    expect((await cotrace([...predict, '--out', out, '--results', results, '--tta'])).exitCode).toBe(0);
    const { shape, data: probability } = readNpy(out);
    expect(shape).toEqual([2, SIDE, SIDE, 3]);
    for (let at = 0; at < probability.length; at += 3) {
      expect(probability[at]! + probability[at + 1]! + probability[at + 2]!).toBeCloseTo(1, 4);
    }
    expect(existsSync(join(results, '1_predict.png'))).toBe(true);
    const tiff = await cotrace([...predict, '--out', folder.file('p.tif')]);
    expect([tiff.exitCode, tiff.err]).toEqual([
      1,
      expect.stringMatching(/MODEL_HAS_MANY_LABELS: .*FILE\.npy/),
    ]);
  });

  it('become one-hot arrays and coloured images', async () => {
    using folder = temporaryFolder();
    drawTasks(folder, 2);
    const data = ['--data', folder.file('Tissue'), ...LABELS];
    const arrays = await cotrace(['arrays', ...data, '--out', folder.file('arrays'), '--json']);
    expect(arrays.json<{ arrays: { shape: number[] }[] }>().arrays.map(({ shape }) => shape)).toEqual([
      [2, SIDE, SIDE, 1],
      [2, SIDE, SIDE, 3],
    ]);
    const grays = pngAt(folder.file('Tissue/label/0.png')).data;
    const masks = readNpy(folder.file('arrays/mask_arr.npy')).data;
    const images = readNpy(folder.file('arrays/image_arr.npy')).data;
    const image = pngAt(folder.file('Tissue/image/0.png')).data;
    for (let at = 0; at < SIDE * SIDE; at += 7) {
      expect(images[at]).toBeCloseTo(image[at]! / 255, 6);
      const expected = [0, 127, 255].map((gray) => (gray === grays[at] ? 1 : 0));
      expect([...masks.subarray(3 * at, 3 * at + 3)]).toEqual(expected);
    }
    const colours = folder.file('colours');
    const shown = await cotrace(['visualize', ...data, '--out', colours]);
    expect([shown.exitCode, shown.out]).toEqual([0, `${colours}: 2 sections.`]);
    expect(shown.err).toContain('127 mitochondrion #010203');
    expect(readdirSync(colours).sort()).toEqual(['0.png', '1.png']);
  });
});
