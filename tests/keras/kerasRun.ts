/** The real Keras builds the course's network and says what it answers, and what one step makes of it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const SCRIPT = resolve(import.meta.dirname, '../../packages/training/src/keras/testing/kerasCourse.py');

export interface KerasRun extends Disposable {
  /** One of the files that kerasCourse.py writes. */
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
  const { status, stderr } = spawnSync(python, [SCRIPT, folder, ...words], {
    encoding: 'utf8',
    env: { ...process.env, KERAS_BACKEND: 'tensorflow' },
  });
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
function floats(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
