/** Varints on growing bytes, for records and tiles. Refuses overlong varints, reads past the end and numbers beyond 2^53-1. */
import { MaskError, type MaskErrorCode } from './errors.ts';

export class ByteWriter {
  private bytes = new Uint8Array(256);
  private length = 0;

  byte(value: number): void {
    if (this.length === this.bytes.length) this.makeRoom(1);
    this.bytes[this.length++] = value;
  }

  /** 7 bits a byte, least significant first; arithmetic instead of shifts, since lamports exceed 32 bits. */
  varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.byte((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  /** Small numbers of either sign stay small: 0, -1, 1, -2, 2 … → 0, 1, 2, 3, 4 … */
  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  append(bytes: Uint8Array): void {
    this.makeRoom(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** For `more` bytes; doubles, so that many small writes copy little. */
  private makeRoom(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    larger.set(this.bytes);
    this.bytes = larger;
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}

export class ByteReader {
  position = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly codes: { truncated: MaskErrorCode; overlong: MaskErrorCode },
  ) {}

  get atEnd(): boolean {
    return this.position >= this.bytes.length;
  }

  byte(): number {
    const value = this.bytes[this.position];
    if (value === undefined) throw new MaskError(this.codes.truncated, `${this.bytes.length} bytes`);
    this.position++;
    return value;
  }

  varint(): number {
    const first = this.bytes[this.position]!;
    if (first < 128) {
      this.position++;
      return first;
    }
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw new MaskError(this.codes.overlong, 'a varint above 2^53-1');
      if (byte < 128) {
        if (byte === 0 && scale > 1) throw new MaskError(this.codes.overlong, 'a varint with leading zeros');
        return value;
      }
      scale *= 128;
    }
  }

  signed(): number {
    const value = this.varint();
    if (value < 2 ** 31) return (value & 1) === 1 ? -(value >> 1) - 1 : value >> 1;
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  rest(): Uint8Array {
    const rest = this.bytes.subarray(this.position);
    this.position = this.bytes.length;
    return rest;
  }
}
