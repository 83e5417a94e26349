/** Numbers that only the rooms know, with units and reasons; what both ends must agree on is in packages/protocol. */

import { UNDO_HORIZON } from '@cotrace/mask-doc';
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
  /** Milliseconds between two frames of paint, and of pointers' places, to 50 peers or more; for fewer, in proportion. */
  readonly relayMs: number;
  readonly presenceRelayMs: number;
  /** Milliseconds between two times that the rest of the server is told what has been painted in a mask. */
  readonly paintedMs: number;
  /** Milliseconds that a socket behind a gap has to send what is missing. */
  readonly gapMs: number;
  /** Milliseconds after which a question to a page is asked again, if what it does comes and no answer. */
  readonly answerMs: number;
  /** Milliseconds that authors have to send again what a room that broke had relayed, before those who show it start over. */
  readonly ghostMs: number;
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
  /** Strokes of each session that may be undone; the pages must know the same number. */
  readonly undoHorizon: number;
  /** Records that a fold is worth while people paint, or a quarter of those that stay live: its price is per tile and per live record. */
  readonly foldAtLeast: number;
  /** Records of one fold: a whole backlog at once would stop the strokes of those who paint. */
  readonly foldAtMost: number;
  /** Records that it is worth when a room has been quiet for so many milliseconds, or nobody is left in it. */
  readonly foldQuietAtLeast: number;
  readonly foldQuietMs: number;
  /** Milliseconds that nobody else may fold: more than a fold takes, less than anybody minds after a crash. */
  readonly foldLeaseMs: number;
  /** Milliseconds of folding before strokes are served again. */
  readonly foldSliceMs: number;
  /** Milliseconds after which a session in which nobody has written is folded whole: longer than a week offline. */
  readonly idleSessionMs: number;
  /** A document of more bytes than this, and of so many times its live records, is written anew. */
  readonly epochBytes: number;
  readonly epochRatio: number;
  /** Tiles of a room that stay decoded, 64 KiB each. */
  readonly maxPlanes: number;
}

export const ROOM_LIMITS: RoomLimits = {
  groupCommitMs: 50,
  firstRetryMs: 100,
  longestRetryMs: 5_000,
  maxPendingBytes: 32 * 1024 * 1024,
  pollMs: 1_000,
  peersAtOnce: 8,
  relayMs: 25,
  presenceRelayMs: 100,
  paintedMs: 3_000,
  gapMs: 5_000,
  answerMs: 2_000,
  ghostMs: 10_000,
  admissionMs: 20_000,
  heartbeatMs: 15_000,
  dropPresenceBytes: SLOW_READER_DROP_PRESENCE_BYTES,
  slowReaderBytes: SLOW_READER_CLOSE_BYTES,
  closeMs: 5_000,
  strikes: 8,
  strikesPerSecond: 0.2,
  undoHorizon: UNDO_HORIZON,
  foldAtLeast: 3_000,
  foldAtMost: 6_000,
  foldQuietAtLeast: 64,
  foldQuietMs: 30_000,
  foldLeaseMs: 30_000,
  foldSliceMs: 4,
  idleSessionMs: 8 * 24 * 60 * 60 * 1_000,
  epochBytes: 1024 * 1024,
  epochRatio: 4,
  maxPlanes: 256,
};
