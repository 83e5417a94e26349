/** Numbers that only the rooms know, with units and reasons; what both ends must agree on is in packages/protocol. */

import { SLOW_READER_CLOSE_BYTES, SLOW_READER_DROP_PRESENCE_BYTES } from '@cotrace/protocol';

export interface RoomLimits {
  /** Milliseconds that an update waits for others to share its commit: below what a person notices, above one fsync. */
  readonly groupCommitMs: number;
  /** Milliseconds before a failed append is tried again, doubling from the first to the longest. */
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
  /** Bytes that may wait for the database, all rooms together, before updates are refused. */
  readonly maxPendingBytes: number;
  /** Milliseconds between looks at what other servers have written. */
  readonly pollMs: number;
  /** Up to so many peers are told at once what the others do. */
  readonly peersAtOnce: number;
  /** Milliseconds between two frames of paint, and of pointers' places, to 100 peers or more; for fewer, in proportion. */
  readonly relayMs: number;
  readonly presenceRelayMs: number;
  /** Milliseconds between two times that the rest of the server is told what has been painted in a mask. */
  readonly paintedMs: number;
  /** Milliseconds that a socket behind a gap has to send what is missing. */
  readonly gapMs: number;
  /** Milliseconds for signing in and loading the room. */
  readonly admissionMs: number;
  /** Milliseconds between signs of life. y-websocket leaves a server that is silent for 30 s. */
  readonly heartbeatMs: number;
  /** Bytes waiting towards one reader before presence is dropped, and before the socket is closed. */
  readonly dropPresenceBytes: number;
  readonly slowReaderBytes: number;
  /** Milliseconds that `close` waits for the database and for the sockets. */
  readonly closeMs: number;
  /** Refusals that a socket may earn at once, and per second after that, before it is closed as rubbish. */
  readonly strikes: number;
  readonly strikesPerSecond: number;
}

export const ROOM_LIMITS: RoomLimits = {
  groupCommitMs: 25,
  firstRetryMs: 100,
  longestRetryMs: 5_000,
  maxPendingBytes: 32 * 1024 * 1024,
  pollMs: 1_000,
  peersAtOnce: 8,
  relayMs: 25,
  presenceRelayMs: 100,
  paintedMs: 500,
  gapMs: 5_000,
  admissionMs: 20_000,
  heartbeatMs: 15_000,
  dropPresenceBytes: SLOW_READER_DROP_PRESENCE_BYTES,
  slowReaderBytes: SLOW_READER_CLOSE_BYTES,
  closeMs: 5_000,
  strikes: 8,
  strikesPerSecond: 0.2,
};
