/** Label planes as updates of a mask document: what an import paints in one go. Knows no room and no database. */
import { encodeRecord, runsOfLabel, splitStroke } from '@cotrace/mask';
import { arrayNameOf } from '@cotrace/mask-doc';
import type * as Y from 'yjs';

export interface Plane {
  readonly width: number;
  readonly height: number;
  /** Label values, row-major; 0 is left alone. */
  readonly values: Uint8Array;
  readonly sessionId: string;
  /** Stroke id and lamport of the first label; the next label has the next of both. */
  readonly firstStrokeId: number;
  readonly lamport: number;
}

/** Bytes of records in one update: several commits for a large plane, none of them long. */
const UPDATE_BYTES = 512 * 1024;

/** Writes the plane into `doc`, a document of its own, and yields what changes; every record is at most 64 KiB. */
export function* planeUpdates(doc: Y.Doc, plane: Plane): Generator<Uint8Array> {
  const array = doc.getArray<Uint8Array>(arrayNameOf(plane.sessionId));
  let update: Uint8Array | undefined;
  doc.on('update', (bytes: Uint8Array) => {
    update = bytes;
  });
  const write = (records: Uint8Array[]): Uint8Array => {
    array.push(records);
    return update!;
  };
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let { firstStrokeId: strokeId, lamport } = plane;
  for (const label of labelsOf(plane.values)) {
    const runs = runsOfLabel(plane.values, plane.width, plane.height, label);
    for (const record of splitStroke({ strokeId, lamport, label, runs })) {
      const bytes = encodeRecord(record);
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (waitingBytes < UPDATE_BYTES) continue;
      yield write(waiting);
      waiting = [];
      waitingBytes = 0;
    }
    strokeId++;
    lamport++;
  }
  if (waiting.length > 0) yield write(waiting);
}

function labelsOf(values: Uint8Array): number[] {
  const present = new Uint8Array(256);
  for (const value of values) present[value] = 1;
  return [...present.keys()].filter((label) => label > 0 && present[label] === 1);
}
