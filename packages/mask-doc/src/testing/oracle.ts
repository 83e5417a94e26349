/** What the mask should be: a plain list of records by name (session, stroke, part) that nobody ever folds. */
import { createComposition, type StrokeRecord } from '@cotrace/mask';
import { SIZE } from './simulation.ts';

/** All records that are live or folded, by name. */
export type Oracle = Map<string, { sessionId: string; record: StrokeRecord }>;

export interface Delta {
  readonly added: readonly (readonly [name: string, sessionId: string, record: StrokeRecord])[];
  readonly gone: readonly string[];
}

export const nameOf = (sessionId: string, { strokeId, part }: StrokeRecord) =>
  `${sessionId}/${strokeId}/${part}`;

export function change(oracle: Oracle, { added, gone }: Delta): void {
  for (const name of gone) oracle.delete(name);
  for (const [name, sessionId, record] of added) oracle.set(name, { sessionId, record });
}

export function pictureOfOracle(oracle: Oracle): Uint8Array {
  const fresh = createComposition(SIZE);
  for (const [id, { sessionId, record }] of oracle) fresh.add({ id, sessionId, record });
  return fresh.toLabels();
}
