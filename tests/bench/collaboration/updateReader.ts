/**
 * Which strokes an update carries, without decoding them: walks the structs of a Yjs update (version 1) and skips their
 * contents. Knows just what a mask document can hold; throws on anything else, so that a bench never counts what it did
 * not understand.
 */

const ORIGIN = 0x80;
const RIGHT_ORIGIN = 0x40;
const PARENT_SUB = 0x20;
const CONTENT = 0x1f;
const GC = 0;
const DELETED = 1;
const BINARY = 3;
const SKIP = 10;

/** Reads varints and skips over the rest. */
export class Bytes {
  constructor(
    readonly bytes: Uint8Array,
    public at = 0,
  ) {}

  varUint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new Error('A frame that ends within a number.');
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  /** Jumps over bytes or text that have their length before them; returns where they start. */
  skip(): number {
    const length = this.varUint();
    const start = this.at;
    this.at += length;
    if (this.at > this.bytes.length) throw new Error('A frame that ends within its content.');
    return start;
  }

  varBytes(): Uint8Array {
    const start = this.skip();
    return this.bytes.subarray(start, this.at);
  }
}

/** Calls `take` with the client id and the clock of each record in the update; reading starts at the update's first byte. */
export function readStrokes(reader: Bytes, take: (clientId: number, clock: number) => void): void {
  for (let clients = reader.varUint(); clients > 0; clients--) {
    let structs = reader.varUint();
    const clientId = reader.varUint();
    let clock = reader.varUint();
    for (; structs > 0; structs--) {
      const info = reader.bytes[reader.at++]!;
      const content = info & CONTENT;
      if (content === GC || content === SKIP) {
        clock += reader.varUint();
        continue;
      }
      if (info & ORIGIN) skipId(reader);
      if (info & RIGHT_ORIGIN) skipId(reader);
      if (!(info & (ORIGIN | RIGHT_ORIGIN))) {
        if (reader.varUint() === 1) reader.skip();
        else skipId(reader);
        if (info & PARENT_SUB) reader.skip();
      }
      if (content === DELETED) {
        clock += reader.varUint();
        continue;
      }
      if (content !== BINARY) throw new Error(`A record was expected, got content of type ${content}.`);
      reader.skip();
      take(clientId, clock++);
    }
  }
}

function skipId(reader: Bytes): void {
  reader.varUint();
  reader.varUint();
}
