/** The Yjs rooms' wire: y-websocket's message types, ours beside them, room names and close codes. Knows no socket. */

/**
 * Message types, the first varuint of a frame. 0–3 are y-websocket's own; a stock client ignores the rest.
 * - `sync`: y-protocols' three. A page answers the server's SyncStep1 as stock clients do: updates that come before its answer are
 *   not looked at, for they are part of it.
 * - `durable` (server → client): bytes of `encodeAck` of the mask document: what of yours is now committed.
 * - `refused` (server → client): varString JSON of {@link ErrorBody}: an update was not applied, and why.
 * - `ready` (server → client): varString JSON of {@link RoomReady}, sent once after sign-in, before sync.
 * - `base` (server → client): bytes of `encodeBase` of the mask document: the folded part, before the answer to a SyncStep1.
 * - `folded` (server → client): bytes of `encodeFoldNotice`: what has just been folded; an update that deletes it follows.
 * - `foldNumber` (server → client): varUint after the answer to a SyncStep1, unless nothing was ever folded: the fold that whoever
 *   has received everything until here holds. Without it, the deletion of what was folded looks like an undo.
 * - `startOver` (server → client), nothing more: the document shows what was never committed and nobody sends again; only a
 *   fresh one, with what is not saved of the old, shows what everybody sees.
 */
export const ROOM_MESSAGE = {
  sync: 0,
  awareness: 1,
  auth: 2,
  queryAwareness: 3,
  durable: 100,
  refused: 101,
  ready: 102,
  base: 103,
  folded: 104,
  foldNumber: 105,
  startOver: 106,
} as const;

export interface RoomReady {
  maskId: string;
  epoch: number;
  width: number;
  height: number;
  /** May this connection paint? Re-sent when the person's role changes. */
  mayPaint: boolean;
  /** Label values of the task's table; 0 (unknown, the eraser) is always allowed. */
  labels: number[];
}

/** Rooms live at `/yjs/<maskId>@<epoch>?session=<sessionId>&client=<Y clientID>[&fold=<number of the base that the page holds>]`; sign-in is the cookie or `&token=`. */
export const ROOM_PATH = '/yjs';
export const roomName = (maskId: string, epoch: number): string => `${maskId}@${epoch}`;
export function parseRoomName(name: string): { maskId: string; epoch: number } | undefined {
  const match = /^([A-Za-z0-9_-]{1,64})@(\d{1,9})$/.exec(name);
  return match ? { maskId: match[1]!, epoch: Number(match[2]) } : undefined;
}

/** Editing sessions are named by the client: 8–40 of these characters, unguessable. */
export const SESSION_ID = /^[A-Za-z0-9_-]{8,40}$/;

/** WebSocket close codes. y-websocket 3.1 stops reconnecting on 4400–4499 and tells the application. */
export const CLOSE = {
  /** Reconnect later: restart, slow reader, gap in the stream, database away. */
  comeBack: 4100,
  slowReader: 4101,
  gap: 4102,
  /** Do not reconnect without doing something about it. */
  notSignedIn: 4401,
  forbidden: 4403,
  notFound: 4404,
  epochEnded: 4410,
  frameTooLarge: 4413,
  rubbish: 4422,
} as const;
