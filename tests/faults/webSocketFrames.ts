/** Cuts a WebSocket byte stream into its HTTP head and its frames. Unmasks only to tell what a frame is. */

import { ROOM_MESSAGE } from '@cotrace/protocol';

const HEAD_END = Buffer.from('\r\n\r\n');

/** Takes chunks as they come; returns the whole units that are there now, each byte once and in order. */
export function createFrameCutter(): (chunk: Buffer) => Buffer[] {
  let waiting: Buffer = Buffer.alloc(0);
  let isHeadOver = false;
  return (chunk) => {
    waiting = Buffer.concat([waiting, chunk]);
    const units: Buffer[] = [];
    for (let length = unitLength(); length !== undefined; length = unitLength()) {
      units.push(waiting.subarray(0, length));
      waiting = waiting.subarray(length);
      isHeadOver = true;
    }
    return units;
  };

  function unitLength(): number | undefined {
    if (!isHeadOver) {
      const at = waiting.indexOf(HEAD_END);
      return at < 0 ? undefined : at + HEAD_END.length;
    }
    const length = frameLength(waiting);
    return length === undefined || waiting.length < length ? undefined : length;
  }
}

/** RFC 6455, 5.2: two bytes, a longer length where needed, a mask from clients, the payload. */
function frameLength(bytes: Buffer): number | undefined {
  if (bytes.length < 2) return undefined;
  const mask = (bytes[1]! & 0x80) === 0 ? 0 : 4;
  const short = bytes[1]! & 0x7f;
  if (short < 126) return 2 + mask + short;
  if (short === 126) return bytes.length < 4 ? undefined : 4 + mask + bytes.readUInt16BE(2);
  return bytes.length < 10 ? undefined : 10 + mask + Number(bytes.readBigUInt64BE(2));
}

/** Is the unit a frame of data, neither the head nor a ping, pong or close? */
export const isDataFrame = (unit: Buffer): boolean => (unit[0]! & 0x0f) <= 2 && (unit[0]! & 0x70) === 0;

/** What a frame of a page is to the room: y-protocols' three messages; `undefined` for all others. */
export function syncMessage(unit: Buffer): 'question' | 'answer' | 'news' | undefined {
  if (!isDataFrame(unit)) return undefined;
  const start = frameStart(unit);
  const byte = (at: number) => unit[start + at]! ^ (isMasked(unit) ? unit[start - 4 + at]! : 0);
  if (unit.length < start + 2 || byte(0) !== ROOM_MESSAGE.sync) return undefined;
  return (['question', 'answer', 'news'] as const)[byte(1)];
}

const isMasked = (unit: Buffer) => (unit[1]! & 0x80) !== 0;

function frameStart(unit: Buffer): number {
  const short = unit[1]! & 0x7f;
  return 2 + (short < 126 ? 0 : short === 126 ? 2 : 8) + (isMasked(unit) ? 4 : 0);
}
