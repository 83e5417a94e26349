import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './testing/temporaryFolder.ts';
import { cotrace } from './testing/testShell.ts';

const COMMANDS = [
  'train',
  'predict',
  'score',
  'validate',
  'arrays',
  'visualize',
  'export',
  'import',
  'projects',
  'users',
];
const TRAIN = ['train', '--data', '.', '--out', 'nowhere'];

describe('help', () => {
  it('lists every command', async () => {
    const { exitCode, out } = await cotrace(['--help']);
    expect(exitCode).toBe(0);
    for (const command of COMMANDS) expect(out).toContain(`\n  ${command} `);
  });
  it.each(COMMANDS)('of %s has an example', async (command) => {
    for (const words of [
      [command, '--help'],
      ['help', command],
    ]) {
      const { exitCode, out } = await cotrace(words);
      expect(exitCode).toBe(0);
      expect(out).toContain(`Usage: cotrace ${command}`);
      expect(out).toMatch(new RegExp(`Example:\\n  cotrace ${command}`));
    }
  });
});

describe('bad use ends with 2 and one sentence', () => {
  it.each([
    [[], /A command was expected: train, predict/],
    [['tran'], /Unknown command 'tran' \(Did you mean train\?\)\. See cotrace --help\./],
    [
      ['score', '--labels', 'x', '--predictions', 'y', '--prediction', 'z'],
      /Unknown option '--predictions' \(Did you mean --prediction\?\)\. See cotrace score --help/,
    ],
    [['score', '--labels', 'x'], /Required option '--prediction/],
    [
      ['score', '--labels', 'nowhere', '--prediction', 'x'],
      /--labels takes a folder, but there is none at nowhere/,
    ],
    [['score', '--labels', '.', '--prediction', 'nowhere.tif'], /--prediction takes a file or a folder/],
    [
      ['score', '--labels', '.', '--prediction', '.', '--sections', '9-2'],
      /--sections takes .*, but "9-2" came/,
    ],
    [['validate'], /Missing required argument 'FILE\.tif'/],
    [['validate', 'nowhere.tif'], /FILE\.tif takes a file/],
    [['validate', 'a.tif', 'b.tif'], /Too many arguments/],
    [['train', '--out', 'x'], /Required option '--data/],
    [['train', '--data', 'nowhere', '--out', 'x'], /--data takes a folder/],
    [[...TRAIN, '--steps', '0'], /--steps takes a whole number from 1 to \d+, but "0" came/],
    [[...TRAIN, '--steps', '1.5'], /"1\.5" came/],
    [[...TRAIN, '--minutes', '-1'], /--minutes takes a number of minutes above 0, but "-1" came/],
    [[...TRAIN, '--steps', '5', '--minutes', '1'], /One of --steps and --minutes/],
    [[...TRAIN, '--preset', 'fast'], /--preset takes default, course, but "fast" came/],
    [
      [...TRAIN, '--tile', '100', '--depth', '3'],
      /--tile takes a multiple of 8 with --depth 3, but "100" came/,
    ],
    [[...TRAIN, '--epochs', '2'], /--epochs and --steps-per-epoch go with --preset course/],
    [
      [...TRAIN, '--preset', 'course', '--epochs', '2', '--steps', '5'],
      /One of --epochs, --steps and --minutes/,
    ],
    [[...TRAIN, '--labels', '0=a'], /--labels takes two to 254 labels/],
    [[...TRAIN, '--labels', '0=a,300=b'], /--labels takes greys from 0 to 255 with names/],
    [[...TRAIN, '--labels', '0=a,0=b'], /--labels takes each grey once/],
    [[...TRAIN, '--task', 'Membrane'], /--task takes a folder of \. with image\/ in it, but "Membrane" came/],
    [['predict', '--model', '.', '--images', '.'], /At least one of --out and --results/],
    [['predict', '--model', 'no.hdf5', '--images', '.', '--results', 'x'], /--model takes a file/],
    [[...TRAIN, '--weights', '.', '--resume'], /One of --weights and --resume/],
    [['predict', '--model', 'nowhere', '--images', '.', '--out', 'x.tif'], /--model takes a folder/],
    [
      ['predict', '--model', '.', '--images', 'nowhere', '--out', 'x.tif'],
      /--images takes a file or a folder/,
    ],
    [
      ['export', '--project', 'p', '--kind', 'zip', '--out', 'x', '--token', 't'],
      /--kind takes submission, course-layout, model/,
    ],
    [
      ['import', '--project', 'p', '--task', 't', '--data', 'nowhere', '--token', 't'],
      /--data takes a folder/,
    ],
    [['projects'], /An access token is needed/],
    [['users', '--token', 't', '--server', 'localhost'], /--server takes an address such as/],
  ])('%j', async (words, sentence) => {
    const { exitCode, out, err } = await cotrace(words);
    expect(err).toMatch(sentence);
    expect(err.split('\n')).toHaveLength(1);
    expect([exitCode, out]).toEqual([2, '']);
  });
  it('and, with --json, a document that says so', async () => {
    const { exitCode, json } = await cotrace(['projects', '--json']);
    expect(exitCode).toBe(2);
    expect(json()).toEqual({ error: { code: 'TOKEN_MISSING', message: expect.stringContaining('--token') } });
  });
});

describe('strategies', () => {
  it('that cannot run here are refused with the reason', async () => {
    const { exitCode, err } = await cotrace([...TRAIN, '--strategy', 'tpu']);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/^TPU_UNREACHABLE: .*not for Node/);
  });
  it('that do not exist are answered with those that do', async () => {
    const { exitCode, err } = await cotrace([...TRAIN, '--strategy', 'horovod']);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/mirrored, multi-worker, central-storage, parameter-server, tpu/);
  });
  it('take a list of hosts without gaps', async () => {
    const { exitCode, err } = await cotrace([...TRAIN, '--strategy', 'multi-worker', '--hosts', 'a,,b']);
    expect([exitCode, err]).toEqual([2, expect.stringContaining('--hosts takes names')]);
  });
});

describe('named errors end with 1', () => {
  it('an empty folder', async () => {
    using folder = temporaryFolder();
    const { exitCode, err } = await cotrace(['train', '--data', folder.path, '--out', folder.file('model')]);
    expect([exitCode, err.split(':')[0]]).toEqual([1, 'FOLDER_NOT_FOUND']);
  });
  it('a folder that is no model', async () => {
    using folder = temporaryFolder();
    folder.file('image/0.png', '');
    const words = ['predict', '--model', folder.path, '--images', folder.path, '--out', folder.file('x.tif')];
    const { exitCode, err } = await cotrace(words);
    expect([exitCode, err.split(':')[0]]).toEqual([1, 'MODEL_NOT_FOUND']);
  });
  it('a model of another version', async () => {
    using folder = temporaryFolder();
    folder.file('image/0.png', '');
    folder.file('model/model.json', '{"format": 99}');
    folder.file('model/weights.bin', '');
    const words = [
      'predict',
      '--model',
      folder.file('model'),
      '--images',
      folder.path,
      '--out',
      folder.file('x.tif'),
    ];
    const { exitCode, err } = await cotrace(words);
    expect([exitCode, err.split(':')[0]]).toEqual([1, 'MODEL_VERSION']);
  });
  it('nobody answers', async () => {
    const { exitCode, err } = await cotrace(['projects', '--token', 't', '--server', 'http://127.0.0.1:9']);
    expect([exitCode, err.split(':')[0]]).toEqual([1, 'UNREACHABLE']);
  });
});
