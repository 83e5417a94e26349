/** Which presence of a peer is taken: its own, and no more of it than agreed. Knows no socket. */
import { MAX_PRESENCE_BYTES, MAX_PRESENCE_PER_SECOND, ProtocolError } from '@cotrace/protocol';
import { type PresenceEntry, readOwnPresence } from './frames.ts';

/** A clock of 2^40 would silence its owner for ever; nobody moves two thousand million times. */
const MAX_PRESENCE_CLOCK = 2 ** 31;
/** Stock clients repeat everybody's presence; beyond this many bytes it is not even read. */
const MAX_PRESENCE_FRAME = 64 * 1024;

export const PRESENCE_RATE = { perSecond: MAX_PRESENCE_PER_SECOND, burst: MAX_PRESENCE_PER_SECOND };

/** Undefined when nothing of the peer's own is in it. Throws ProtocolError BAD_REQUEST. */
export function readAllowedPresence(bytes: Uint8Array, clientId: number): PresenceEntry | undefined {
  if (bytes.length > MAX_PRESENCE_FRAME) return undefined;
  const own = readOwnPresence(bytes, clientId);
  if (own !== undefined && (own.state.length > MAX_PRESENCE_BYTES || own.clock > MAX_PRESENCE_CLOCK)) {
    const got = `${own.state.length} bytes, clock ${own.clock}`;
    throw new ProtocolError(
      'BAD_REQUEST',
      `Expected at most ${MAX_PRESENCE_BYTES} bytes of presence, got ${got}.`,
    );
  }
  return own;
}
