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
    const end = clock + length;
    let ranges = this.clients.get(client);
    if (ranges === undefined) {
      ranges = [];
      this.clients.set(client, ranges);
    }
    // From the first that reaches the new one to the last that it reaches: all of them become one.
    const first = firstEndingFrom(ranges, clock);
    let last = first;
    while (last < ranges.length && ranges[last]![0] <= end) last++;
    const from = Math.min(clock, first < last ? ranges[first]![0] : clock);
    const to = Math.max(end, first < last ? ranges[last - 1]![1] : end);
    ranges.splice(first, last - first, [from, to]);
  }

  covers({ client, clock, length }: ClockRange): boolean {
    const ranges = this.clients.get(client) ?? [];
    const range = ranges[firstEndingFrom(ranges, clock + 1)];
    return range !== undefined && range[0] <= clock && clock + length <= range[1];
  }

  toArray(): ClockRange[] {
    return [...this.clients]
      .sort(([a], [b]) => b - a)
      .flatMap(([client, ranges]) =>
        ranges.map(([from, to]) => ({ client, clock: from, length: to - from })),
      );
  }
}

/** Index of the first range whose end is not below the clock. */
function firstEndingFrom(ranges: readonly (readonly [number, number])[], clock: number): number {
  // They mostly come in order.
  const last = ranges.at(-1);
  if (last === undefined || last[1] < clock) return ranges.length;
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]![1] < clock) low = middle + 1;
    else high = middle;
  }
  return low;
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
