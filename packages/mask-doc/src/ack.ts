/** What the server says it has committed, and its bytes on the wire. Knows no socket; refuses bytes that do not decode to the end. */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { decodeDeleteSet } from './deleteSet.ts';
import { MaskDocError } from './errors.ts';

export interface Ack {
  /** Per client id: everything below this clock is committed. */
  readonly clocks: readonly (readonly [clientId: number, clock: number])[];
  /** Committed deletions as a Yjs-encoded delete set (version 1); no bytes when there are none. */
  readonly deleteSet: Uint8Array;
}

const ACK_VERSION = 1;

export function encodeAck({ clocks, deleteSet }: Ack): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, ACK_VERSION);
  encoding.writeVarUint(encoder, clocks.length);
  for (const [client, clock] of clocks) {
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, clock);
  }
  encoding.writeVarUint8Array(encoder, deleteSet);
  return encoding.toUint8Array(encoder);
}

/** Throws ACK_MALFORMED. */
export function decodeAck(bytes: Uint8Array): Ack {
  try {
    const decoder = decoding.createDecoder(bytes);
    const version = decoding.readVarUint(decoder);
    if (version !== ACK_VERSION) throw new Error(`version ${version}`);
    const clocks: [number, number][] = [];
    for (let count = decoding.readVarUint(decoder); count > 0; count--) {
      clocks.push([decoding.readVarUint(decoder), decoding.readVarUint(decoder)]);
    }
    const deleteSet = decoding.readVarUint8Array(decoder).slice();
    if (decoding.hasContent(decoder)) throw new Error('bytes after the acknowledgement');
    decodeDeleteSet(deleteSet);
    return { clocks, deleteSet };
  } catch (error) {
    throw new MaskDocError('ACK_MALFORMED', error instanceof Error ? error.message : String(error), error);
  }
}
