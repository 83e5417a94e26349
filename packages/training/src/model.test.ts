import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Checkpoint, checkResumable, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import { decodeModel, encodeModel, type Model } from './model.ts';
import {
  loadCheckpointFolder,
  loadModelFolder,
  saveCheckpointFolder,
  saveModelFolder,
} from './modelFolder.ts';
import { tinyModel } from './testing/tinyModel.ts';

let model: Model;
let folder: string;
beforeAll(async () => {
  model = await tinyModel({ temperature: 1.7 });
  folder = await mkdtemp(join(tmpdir(), 'cotrace-model-'));
});
afterAll(() => rm(folder, { recursive: true }));

const code = (wanted: string) => expect.objectContaining({ code: wanted });

describe('a model as one blob', () => {
  test('comes back as it was', () => {
    expect(decodeModel(encodeModel(model))).toEqual(model);
  });

  test('of another version is refused before its content is looked at', () => {
    const bytes = encodeModel(model).slice(0, 40);
    new DataView(bytes.buffer).setUint32(4, 99, true);
    expect(() => decodeModel(bytes)).toThrow(code('MODEL_VERSION'));
    expect(() => decodeModel(bytes)).toThrow(/format 99, this program reads 1/);
  });

  test('cut off, foreign or empty is MODEL_CORRUPT', () => {
    const bytes = encodeModel(model);
    expect(() => decodeModel(bytes.slice(0, 60))).toThrow(code('MODEL_CORRUPT'));
    expect(() => decodeModel(bytes.slice(0, -5))).toThrow(code('MODEL_CORRUPT'));
    expect(() => decodeModel(bytes.map((byte) => byte ^ 1))).toThrow(code('MODEL_CORRUPT'));
    expect(() => decodeModel(new Uint8Array(0))).toThrow(code('MODEL_CORRUPT'));
  });
});

describe('a model folder', () => {
  test('comes back as it was, and its description can be read', async () => {
    const at = join(folder, 'one');
    await saveModelFolder(at, model);
    expect(await loadModelFolder(at)).toEqual(model);
    const shown = JSON.parse(await readFile(join(at, 'model.json'), 'utf8'));
    expect(shown).toMatchObject({
      format: 1,
      temperature: 1.7,
      labels: [{ name: 'membrane' }, { name: 'cell' }],
    });
  });

  test('that is not there, of another version, or broken is named', async () => {
    await expect(loadModelFolder(join(folder, 'none'))).rejects.toThrow(code('MODEL_NOT_FOUND'));
    const at = join(folder, 'two');
    await saveModelFolder(at, model);
    await writeFile(join(at, 'model.json'), '{"format": 2}');
    await expect(loadModelFolder(at)).rejects.toThrow(code('MODEL_VERSION'));
    await writeFile(join(at, 'model.json'), '{"format": 1}');
    await expect(loadModelFolder(at)).rejects.toThrow(code('MODEL_CORRUPT'));
    await writeFile(join(at, 'model.json'), 'rubbish');
    await expect(loadModelFolder(at)).rejects.toThrow(code('MODEL_CORRUPT'));
    await rm(join(at, 'weights.bin'));
    await expect(loadModelFolder(at)).rejects.toThrow(code('MODEL_NOT_FOUND'));
  });
});

describe('a checkpoint', () => {
  const checkpoint = (best: boolean): Checkpoint => ({
    labels: model.labels,
    recipe: model.recipe,
    seed: 3,
    step: 12,
    seconds: 1.5,
    smoothedLoss: 0.4,
    state: model.state,
    best: best ? { measure: 0.3, state: model.state } : null,
  });

  test.each([true, false])('comes back as it was (best: %s)', async (best) => {
    expect(decodeCheckpoint(encodeCheckpoint(checkpoint(best)))).toEqual(checkpoint(best));
    await saveCheckpointFolder(folder, checkpoint(best));
    expect(await loadCheckpointFolder(folder)).toEqual(checkpoint(best));
  });

  test('that is missing or broken is named', async () => {
    await expect(loadCheckpointFolder(join(folder, 'none'))).rejects.toThrow(code('CHECKPOINT_NOT_FOUND'));
    expect(() => decodeCheckpoint(encodeCheckpoint(checkpoint(true)).slice(0, -1))).toThrow(
      code('MODEL_CORRUPT'),
    );
    expect(() => decodeCheckpoint(new Uint8Array(3))).toThrow(code('MODEL_CORRUPT'));
  });

  test('resumes the same run only, but a longer one', () => {
    const { labels, recipe } = model;
    const saved = checkpoint(false);
    expect(() => checkResumable(saved, { labels, recipe: { ...recipe, steps: 900 }, seed: 3 })).not.toThrow();
    expect(() => checkResumable(saved, { labels, recipe, seed: 4 })).toThrow(/seed 4, the checkpoint has 3/);
    expect(() => checkResumable(saved, { labels, recipe: { ...recipe, base: 8 }, seed: 3 })).toThrow(
      code('CHECKPOINT_MISMATCH'),
    );
  });
});
