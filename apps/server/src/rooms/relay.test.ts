import * as decoding from 'lib0/decoding';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { type Frame, readyFrame } from './frames.ts';
import { Relay } from './relay.ts';
import { pushed, recordBytes } from './testing/strokes.ts';

class Listener {
  readonly writes: Frame[][] = [];
  send(frame: Frame): void {
    this.writes.push([frame]);
  }
  sendTogether(frames: readonly Frame[]): void {
    this.writes.push([...frames]);
  }
}

const NAMES = ['anna', 'bert', 'cleo'] as const;

/** Three peers and their documents, told only when `flush` is called. */
function open() {
  const peers = NAMES.map(() => new Listener());
  const docs = NAMES.map(() => new Y.Doc());
  const relay = new Relay<Listener>(new Set(peers), { relayMs: 1e9, presenceRelayMs: 1e9, peersAtOnce: 0 });
  const stroke = (who: number) =>
    relay.update(pushed(docs[who]!, `session-${NAMES[who]}`, recordBytes()), peers[who]!);
  return { peers, docs, relay, stroke };
}

const updateOf = ({ message }: Frame): Uint8Array => {
  const decoder = decoding.createDecoder(message);
  expect([decoding.readVarUint(decoder), decoding.readVarUint(decoder)]).toEqual([0, 2]);
  return decoding.readVarUint8Array(decoder);
};
const clientsIn = (frame: Frame) =>
  [...Y.decodeStateVector(Y.encodeStateVectorFromUpdate(updateOf(frame))).keys()].sort();

describe('paint of one window', () => {
  it('goes out as one frame a peer, without what the peer has sent itself', () => {
    const { peers, docs, relay, stroke } = open();
    for (const who of [0, 1, 0, 1, 1]) stroke(who);
    relay.flush();
    const [anna, bert] = docs.map(({ clientID }) => clientID);
    expect(peers.map(({ writes }) => writes.map((frames) => frames.map(clientsIn)))).toEqual([
      [[[bert]]],
      [[[anna]]],
      [[[anna, bert].sort()]],
    ]);
    relay.flush();
    expect(peers.map(({ writes }) => writes.length)).toEqual([1, 1, 1]);
    relay.stop();
  });

  it('is the same bytes for all who sent nothing', () => {
    const { peers, relay, stroke } = open();
    stroke(0);
    relay.flush();
    expect(peers[0]!.writes).toEqual([]);
    expect(peers[1]!.writes[0]![0]).toBe(peers[2]!.writes[0]![0]);
    relay.stop();
  });

  it('takes what one peer is told along, after the paint', () => {
    const { peers, docs, relay, stroke } = open();
    const note = readyFrame({ maskId: 'm', epoch: 0, width: 1, height: 1, mayPaint: true, labels: [] });
    relay.note(note, peers[0]!);
    relay.note(note, peers[2]!);
    stroke(0);
    relay.flush();
    expect(peers[0]!.writes).toEqual([[note]]);
    expect(peers[2]!.writes).toHaveLength(1);
    const [paint, last] = peers[2]!.writes[0]!;
    expect(clientsIn(paint!)).toEqual([docs[0]!.clientID]);
    expect(last).toBe(note);
    relay.stop();
  });
});

describe('a frame', () => {
  it('carries the length of its message, in as many bytes as it takes', () => {
    const framed = (name: number) => {
      const { message, framed: bytes } = readyFrame({
        maskId: 'x'.repeat(name),
        epoch: 0,
        width: 1,
        height: 1,
        mayPaint: true,
        labels: [],
      });
      const header = bytes.subarray(0, bytes.length - message.length);
      return { length: message.length, header: Buffer.from(header) };
    };
    const short = framed(1);
    expect(short.header).toEqual(Buffer.from([0x82, short.length]));
    const middle = framed(1_000);
    expect([...middle.header.subarray(0, 2)]).toEqual([0x82, 126]);
    expect(middle.header.readUInt16BE(2)).toBe(middle.length);
    const long = framed(70_000);
    expect([...long.header.subarray(0, 2)]).toEqual([0x82, 127]);
    expect(long.header.readBigUInt64BE(2)).toBe(BigInt(long.length));
  });
});
