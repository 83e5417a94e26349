/** The real Keras, where a Python with it is at hand: builds the course's network and says what it answers. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const PYTHONS = [
  process.env.COTRACE_PEERS_PYTHON,
  join(process.env.COTRACE_ENGINE_CACHE ?? join(homedir(), '.cache/cotrace'), 'peers/bin/python'),
];

/** A Python that can import Keras and TensorFlow, or the sentence why there is none. */
export function kerasPython(): { path: string } | { missing: string } {
  for (const path of PYTHONS) {
    if (path && spawnSync(path, ['-c', 'import keras, tensorflow, h5py'], { stdio: 'ignore' }).status === 0) {
      return { path };
    }
  }
  return { missing: 'no Python with Keras: name one in COTRACE_PEERS_PYTHON' };
}

export interface KerasRun extends Disposable {
  /** course.h5, course.weights.h5, after.weights.h5 of kerasCourse.py. */
  path(name: string): string;
  side: number;
  /** [2, side, side] */
  input: Float32Array;
  /** [2, side, side] */
  targets: Uint8Array;
  /** [2, side, side, channels] */
  output: Float32Array;
  /** Before the step. */
  loss: number;
}

export function runKeras(
  python: string,
  options: { base: number; depth: number; classes: number; side: number },
): KerasRun {
  const folder = mkdtempSync(join(tmpdir(), 'cotrace-keras-'));
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const script = join(import.meta.dirname, 'kerasCourse.py');
  const { status, stderr } = spawnSync(python, [script, folder, ...words], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`kerasCourse.py ended with ${status}: ${stderr.slice(-2000)}`);
  const path = (name: string) => join(folder, name);
  const { loss } = JSON.parse(readFileSync(path('result.json'), 'utf8')) as { loss: number };
  return {
    path,
    side: options.side,
    input: floats(readFileSync(path('input.f32'))),
    targets: Uint8Array.from(readFileSync(path('targets.u8'))),
    output: floats(readFileSync(path('output.f32'))),
    loss,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

/** Little-endian, as the script and every processor that this runs on write them. */
export function floats(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
