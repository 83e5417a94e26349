/** What a socket asks for in its address: which mask, which editing session. Parses and refuses; looks nothing up. */
import type { IncomingMessage } from 'node:http';
import { ProtocolError, parseRoomName, ROOM_PATH, SESSION_ID } from '@cotrace/protocol';

export interface RoomRequest {
  readonly maskId: string;
  readonly epoch: number;
  readonly sessionId: string;
  /** Client id of the page's Y.Doc. */
  readonly clientId: number;
  /** Number of the newest fold that the page holds; 0: none. */
  readonly fold: number;
  readonly url: URL;
}

/** Throws ProtocolError BAD_REQUEST. */
export function parseRoomRequest({ url: path = '/' }: Pick<IncomingMessage, 'url'>): RoomRequest {
  const url = URL.canParse(path, 'http://room') ? new URL(path, 'http://room') : undefined;
  const name = url?.pathname.startsWith(`${ROOM_PATH}/`)
    ? parseRoomName(url.pathname.slice(ROOM_PATH.length + 1).replace(/%40/i, '@'))
    : undefined;
  if (url === undefined || name === undefined) {
    throw new ProtocolError(
      'BAD_REQUEST',
      `Expected ${ROOM_PATH}/<mask>@<epoch>, got ${path.slice(0, 200)}.`,
    );
  }
  const sessionId = url.searchParams.get('session') ?? '';
  if (!SESSION_ID.test(sessionId)) {
    throw new ProtocolError(
      'BAD_REQUEST',
      `Expected session=<8 to 40 of A-Z a-z 0-9 _ ->, got '${sessionId.slice(0, 60)}'.`,
    );
  }
  const client = url.searchParams.get('client') ?? '';
  if (!/^\d{1,16}$/.test(client) || !Number.isSafeInteger(Number(client))) {
    throw new ProtocolError(
      'BAD_REQUEST',
      `Expected client=<client id of the document>, got '${client.slice(0, 60)}'.`,
    );
  }
  const fold = url.searchParams.get('fold') ?? '0';
  if (!/^\d{1,9}$/.test(fold)) {
    throw new ProtocolError(
      'BAD_REQUEST',
      `Expected fold=<number of the base that the page holds>, got '${fold.slice(0, 60)}'.`,
    );
  }
  return { ...name, sessionId, clientId: Number(client), fold: Number(fold), url };
}
