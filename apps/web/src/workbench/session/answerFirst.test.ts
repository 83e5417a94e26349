import { ROOM_MESSAGE } from '@cotrace/protocol';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as sync from 'y-protocols/sync';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { answerFirst } from './answerFirst.ts';

const KINDS = ['question', 'answer', 'news'] as const;

/** A page's end of a socket; what it sends goes to a document of the other end, in order. */
class Wire {
  static all: Wire[] = [];
  readonly OPEN = 1;
  readyState = 1;
  readonly sent: (typeof KINDS)[number][] = [];
  readonly doc = new Y.Doc();
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: Uint8Array }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor() {
    Wire.all.push(this);
  }
  send(bytes: Uint8Array) {
    const decoder = decoding.createDecoder(bytes);
    if (decoding.readVarUint(decoder) !== ROOM_MESSAGE.sync) return;
    this.sent.push(KINDS[decoding.peekVarUint(decoder)]!);
    sync.readSyncMessage(decoder, encoding.createEncoder(), this.doc, this);
  }
  ask() {
    const question = encoding.createEncoder();
    encoding.writeVarUint(question, ROOM_MESSAGE.sync);
    sync.writeSyncStep1(question, this.doc);
    this.onmessage!({ data: encoding.toUint8Array(question) });
  }
  close() {}
}

function connected() {
  Wire.all = [];
  const doc = new Y.Doc();
  const provider = new WebsocketProvider('ws://room', 'mask@0', doc, {
    disableBc: true,
    WebSocketPolyfill: Wire as unknown as typeof WebSocket,
  });
  provider.awareness.setLocalState(null);
  const answers = answerFirst(provider);
  onTestFinished(() => {
    answers.stop();
    provider.destroy();
    doc.destroy();
  });
  Wire.all[0]!.onopen!();
  const reconnected = () => {
    provider.disconnect();
    provider.connect();
    const wire = Wire.all.at(-1)!;
    wire.onopen!();
    return wire;
  };
  return { doc, answers, wire: Wire.all[0]!, reconnected, strokes: doc.getArray<number>('strokes') };
}

describe('a page that comes back', () => {
  it('tells what it missed before what it paints meanwhile', () => {
    const { wire, strokes, reconnected } = connected();
    wire.ask();
    strokes.push([1, 2]);
    expect(wire.sent).toEqual(['question', 'answer', 'news']);
    wire.readyState = 3;
    // No clock shows that this is missing: only the answer brings it.
    strokes.delete(1);
    const again = reconnected();
    Y.applyUpdate(again.doc, Y.encodeStateAsUpdate(wire.doc));
    strokes.push([3]);
    expect(again.sent).toEqual(['question']);
    again.ask();
    expect(again.sent).toEqual(['question', 'answer']);
    expect(again.doc.getArray('strokes').toArray()).toEqual([1, 3]);
    strokes.push([4]);
    expect(again.sent.at(-1)).toBe('news');
    expect(again.doc.getArray('strokes').toArray()).toEqual([1, 3, 4]);
  });

  it('goes on when it has told everything without being asked', () => {
    const { wire, strokes, answers } = connected();
    strokes.push([1]);
    expect(wire.sent).toEqual(['question']);
    answers.tellOwn();
    strokes.push([2]);
    expect(wire.sent).toEqual(['question', 'answer', 'news']);
    expect(wire.doc.getArray('strokes').toArray()).toEqual([1, 2]);
  });
});
