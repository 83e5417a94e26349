/** Areas of labels as updates of a mask document: what the server itself paints. Knows no room and no database. */
import { encodeRecord, type Runs, runsOfLabel, type Size, splitStroke } from '@cotrace/mask';
import { arrayNameOf } from '@cotrace/mask-doc';
import type * as Y from 'yjs';

export interface Area {
  /** 0: the eraser. */
  readonly label: number;
  readonly runs: Runs;
}

/** Bytes of records in one update: several commits for a large plane, none of them long. */
const UPDATE_BYTES = 512 * 1024;

/** Writes a stroke for each area into `doc`, a document of its own, and yields what changes; every record is at most 64 KiB. */
export function* areaUpdates(
  doc: Y.Doc,
  areas: Iterable<Area>,
  { sessionId, strokeId, lamport }: { sessionId: string; strokeId: number; lamport: number },
): Generator<Uint8Array> {
  const array = doc.getArray<Uint8Array>(arrayNameOf(sessionId));
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
  let place = 0;
  for (const { label, runs } of areas) {
    // In one session a stamp belongs to one stroke.
    const stroke = { strokeId: strokeId + place, lamport: lamport + place, label, runs };
    place++;
    for (const record of splitStroke(stroke)) {
      const bytes = encodeRecord(record);
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (waitingBytes < UPDATE_BYTES) continue;
      yield write(waiting);
      waiting = [];
      waitingBytes = 0;
    }
  }
  if (waiting.length > 0) yield write(waiting);
}

/** An area for each label of a row-major plane; 0 is left alone. */
export function* areasOfPlane(values: Uint8Array, { width, height }: Size): Generator<Area> {
  const present = new Uint8Array(256);
  for (const value of values) present[value] = 1;
  for (let label = 1; label < 256; label++) {
    if (present[label] === 1) yield { label, runs: runsOfLabel(values, width, height, label) };
  }
}
