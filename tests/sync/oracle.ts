/** The pixel rule once more, as simply as it can be said: every record in order of its stamp over the last. Shares no code with the composition. */
import { decodeRecord } from '@cotrace/mask';
import type * as Y from 'yjs';

export function oraclePixels(doc: Y.Doc, size: { width: number; height: number }): Uint8Array {
  const records = [...doc.share.keys()].flatMap((name) =>
    doc
      .getArray<Uint8Array>(name)
      .toArray()
      .map((bytes) => ({ name, record: decodeRecord(bytes, size) })),
  );
  records.sort(
    (a, b) => a.record.lamport - b.record.lamport || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
  const pixels = new Uint8Array(size.width * size.height);
  for (const { record } of records) {
    for (let i = 0; i < record.runs.length; i += 3) {
      const row = record.runs[i]! * size.width;
      pixels.fill(record.label, row + record.runs[i + 1]!, row + record.runs[i + 2]!);
    }
  }
  return pixels;
}
