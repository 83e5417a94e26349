/** Ranges of clocks per client: Yjs' delete sets, with its encoding. Refuses bytes that do not decode to the end. */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

export interface ClockRange {
  readonly client: number;
  readonly clock: number;
  readonly length: number;
}

/** Grows only; ranges are kept sorted and merged. */
export class ClockRanges {
  private readonly clients = new Map<number, [from: number, to: number][]>();

  add({ client, clock, length }: ClockRange): void {
    if (length <= 0) return;
    let from = clock;
    let to = clock + length;
    const kept: [number, number][] = [];
    for (const range of this.clients.get(client) ?? []) {
      if (range[1] < from || range[0] > to) kept.push(range);
      else {
        from = Math.min(from, range[0]);
        to = Math.max(to, range[1]);
      }
    }
    kept.push([from, to]);
    this.clients.set(
      client,
      kept.sort((a, b) => a[0] - b[0]),
    );
  }

  covers({ client, clock, length }: ClockRange): boolean {
    const ranges = this.clients.get(client) ?? [];
    return ranges.some(([from, to]) => from <= clock && clock + length <= to);
  }

  toArray(): ClockRange[] {
    return [...this.clients]
      .sort(([a], [b]) => b - a)
      .flatMap(([client, ranges]) =>
        ranges.map(([from, to]) => ({ client, clock: from, length: to - from })),
      );
  }
}

/** Yjs' encoding of a delete set, version 1; no bytes at all for an empty one. */
export function encodeDeleteSet(ranges: ClockRanges): Uint8Array {
  const perClient = new Map<number, ClockRange[]>();
  for (const range of ranges.toArray()) {
    const list = perClient.get(range.client);
    if (list === undefined) perClient.set(range.client, [range]);
    else list.push(range);
  }
  return perClient.size === 0 ? new Uint8Array(0) : encodeRanges([...perClient]);
}

/** As Yjs writes it within an update: in the order given, nothing merged, and a zero for none at all. */
export function encodeRanges(
  clients: readonly (readonly [client: number, ranges: readonly { clock: number; length: number }[]])[],
): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, clients.length);
  for (const [client, ranges] of clients) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, ranges.length);
    for (const { clock, length } of ranges) {
      encoding.writeVarUint(encoder, clock);
      encoding.writeVarUint(encoder, length);
    }
  }
  return encoding.toUint8Array(encoder);
}

/** Throws whatever lib0 throws on broken bytes; callers translate. */
export function decodeDeleteSet(bytes: Uint8Array): ClockRange[] {
  if (bytes.length === 0) return [];
  const decoder = decoding.createDecoder(bytes);
  const ranges: ClockRange[] = [];
  for (let clients = decoding.readVarUint(decoder); clients > 0; clients--) {
    const client = decoding.readVarUint(decoder);
    for (let count = decoding.readVarUint(decoder); count > 0; count--) {
      ranges.push({ client, clock: decoding.readVarUint(decoder), length: decoding.readVarUint(decoder) });
    }
  }
  if (decoding.hasContent(decoder)) throw new Error('bytes after the delete set');
  return ranges;
}
