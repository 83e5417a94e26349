/** Real EM sections, where they are at hand: read from beside the checkout, never copied into it. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const DATA = process.env.COTRACE_TEST_DATA ?? resolve(import.meta.dirname, '../../../shared/data');

/** Folder with `image/` and `label/` of the ISBI 2012 membranes, or undefined. */
export function realMembraneFolder(): string | undefined {
  const folder = join(DATA, 'isbi2012/Membrane');
  return existsSync(join(folder, 'image/0.png')) ? folder : undefined;
}

/** Folder with the golden values of the metrics, or undefined. */
export function goldenMetricsFolder(): string | undefined {
  const folder = join(DATA, 'isbi-metrics-golden');
  return existsSync(join(folder, 'expected.json')) ? folder : undefined;
}

export function readPng(folder: string, kind: 'image' | 'label', index: number): Uint8Array {
  return readFileSync(join(folder, kind, `${index}.png`));
}
