/**
 * A page that belongs to somebody with a right to paint and no manners: it speaks the room's wire by hand and forges
 * whatever Yjs would let through. What it paints in its own array as the rules say is a stroke like any other.
 */
import { encodeRecord, runsFromTriples, type StrokeRecord } from '@cotrace/mask';
import { arrayNameOf } from '@cotrace/mask-doc';
import { ROOM_MESSAGE, ROOM_PATH } from '@cotrace/protocol';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import type { Host, Network, Visitor } from './network.ts';
import { ownedBy, type VirtualTime } from './virtualTime.ts';
import type { Dice } from './weather.ts';

const FORGERIES = [
  'ownPaint',
  'foreignDeletion',
  'foreignClient',
  'foreignArray',
  'lamportJump',
  'strokeTwice',
  'strokeOutOfOrder',
  'forgedGc',
  'mutatedBytes',
  'everythingAsAnswer',
  'ownDeletion',
  'presence',
] as const;

export interface HostileParts {
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly network: Network;
  readonly size: { width: number; height: number };
  readonly servers: readonly Host[];
  readonly trace: (line: string) => void;
  epoch(): number;
}

export class HostilePage implements Visitor {
  owner = ownedBy('mallory');
  readonly cookie = 'token-of-mallory';
  readonly sessionId = 'session-mallory';
  isCutOff = false;
  private doc = new Y.Doc();
  private socket: WebSocket | undefined;
  private isInside = false;
  private nextStroke = 1;

  constructor(private readonly parts: HostileParts) {}

  host(): Host {
    return this.parts.dice.pick(this.parts.servers);
  }

  open() {
    const { network, epoch, dice } = this.parts;
    this.doc = new Y.Doc();
    this.doc.clientID = dice.word();
    this.isInside = false;
    const Socket = network.webSocketOf(this);
    const query = `session=${this.sessionId}&client=${this.doc.clientID}`;
    const socket = new Socket(`ws://rooms${ROOM_PATH}/mask@${epoch()}?${query}`);
    this.socket = socket;
    socket.onopen = () => {
      this.isInside = true;
      this.send(0, Y.encodeStateVector(this.doc));
    };
    socket.onmessage = ({ data }) => this.receive(new Uint8Array(data as ArrayBuffer));
    socket.onclose = () => {
      this.isInside = false;
    };
  }

  close() {
    this.owner.isDead = true;
    this.parts.network.ownerDied(this.owner, true);
  }

  /** One attack, or a new socket for the next. */
  act() {
    const { dice, trace } = this.parts;
    if (!this.isInside) return this.open();
    const forgery = dice.pick(FORGERIES);
    trace(`mallory: ${forgery}`);
    this.commit(forgery);
  }

  private commit(forgery: (typeof FORGERIES)[number]) {
    const { dice } = this.parts;
    const own = arrayNameOf(this.sessionId);
    const others = [...this.doc.share.keys()].filter((name) => name !== own && this.lengthOf(name) > 0);
    const clients = [...this.doc.store.clients.keys()].filter((client) => client !== this.doc.clientID);
    switch (forgery) {
      case 'ownPaint':
        // Her own copy keeps it, as an honest page's would.
        return this.send(
          2,
          this.changed(this.doc, (doc) => push(doc, own, [this.record()])),
        );
      case 'foreignDeletion':
        if (others.length === 0) return;
        return this.forge((doc) => {
          const array = doc.getArray<Uint8Array>(dice.pick(others));
          array.delete(dice.int(0, array.length - 1), 1);
        });
      case 'foreignClient':
        if (clients.length === 0) return;
        return this.forge((doc) => {
          doc.clientID = dice.pick(clients);
          push(doc, others.length > 0 && dice.chance(0.5) ? dice.pick(others) : own, [this.record()]);
        });
      case 'foreignArray':
        return this.forge((doc) => push(doc, others[0] ?? 'ops:session-anna', [this.record()]));
      case 'lamportJump':
        return this.forge((doc) =>
          push(doc, own, [this.record({ lamport: dice.chance(0.5) ? 2 ** 53 - 1 : 5_000_000 })]),
        );
      case 'strokeTwice':
        return this.forge((doc) =>
          push(doc, own, [this.record({ strokeId: 1, lamport: dice.int(1, 50), label: dice.int(0, 3) })]),
        );
      case 'strokeOutOfOrder':
        return this.forge((doc) =>
          push(doc, own, [this.record({ strokeId: dice.int(1, 400), lamport: dice.int(1, 400) })]),
        );
      case 'forgedGc': {
        const victim = clients.length > 0 ? dice.pick(clients) : 1;
        return this.send(2, forgedGc(victim, Y.getState(this.doc.store, victim), dice.int(1, 5)));
      }
      case 'mutatedBytes': {
        const bytes = Y.encodeStateAsUpdate(this.doc);
        for (let left = dice.int(1, 3); left > 0; left--)
          bytes[dice.int(0, bytes.length - 1)] = dice.word() & 255;
        return this.send(dice.int(1, 2) as 1 | 2, bytes);
      }
      case 'everythingAsAnswer':
        return this.send(1, Y.encodeStateAsUpdate(this.doc));
      case 'ownDeletion':
        return this.forge((doc) => {
          // A copy shows what she had done and was refused as what it is to others: not there.
          const array = doc.getArray(own);
          if (array.length > 0) array.delete(dice.int(0, array.length - 1), 1);
        });
      case 'presence': {
        const bytes = Uint8Array.from({ length: dice.int(0, 40) }, () => dice.word() & 255);
        return this.sendFrame(ROOM_MESSAGE.awareness, (encoder) =>
          encoding.writeVarUint8Array(encoder, bytes),
        );
      }
    }
  }

  /** What a change would send, made on a copy: if it is refused, her own document does not hold it. */
  private forge(change: (doc: Y.Doc) => void): void {
    const copy = new Y.Doc();
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(this.doc));
    copy.clientID = this.doc.clientID;
    this.send(2, this.changed(copy, change));
  }

  private changed(doc: Y.Doc, change: (doc: Y.Doc) => void): Uint8Array {
    let update = Uint8Array.of(0, 0);
    const take = (bytes: Uint8Array) => {
      update = new Uint8Array(bytes);
    };
    doc.on('update', take);
    doc.transact(() => change(doc));
    doc.off('update', take);
    return update;
  }

  private record(forged: Partial<StrokeRecord> = {}): Uint8Array {
    const { dice, size } = this.parts;
    const strokeId = this.nextStroke++;
    const [x, y] = [dice.int(0, size.width - 20), dice.int(0, size.height - 4)];
    return encodeRecord({
      version: 1,
      strokeId,
      part: 0,
      lamport: strokeId * 3,
      label: dice.int(0, 3),
      runs: runsFromTriples([y, x, x + dice.int(1, 20), y + 1, x, x + dice.int(1, 20)]),
      ...forged,
    });
  }

  private receive(bytes: Uint8Array) {
    const decoder = decoding.createDecoder(bytes);
    if (decoding.readVarUint(decoder) !== ROOM_MESSAGE.sync) return;
    const type = decoding.readVarUint(decoder);
    const content = decoding.readVarUint8Array(decoder);
    if (type === 0) this.send(1, Y.encodeStateAsUpdate(this.doc, content));
    else Y.applyUpdate(this.doc, content);
  }

  private lengthOf(name: string): number {
    return this.doc.getArray(name).length;
  }

  private send(type: 0 | 1 | 2, bytes: Uint8Array) {
    this.sendFrame(ROOM_MESSAGE.sync, (encoder) => {
      encoding.writeVarUint(encoder, type);
      encoding.writeVarUint8Array(encoder, bytes);
    });
  }

  private sendFrame(type: number, write: (encoder: encoding.Encoder) => void): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, type);
    write(encoder);
    this.socket?.send(new Uint8Array(encoding.toUint8Array(encoder)));
  }
}

function push(doc: Y.Doc, array: string, records: Uint8Array[]): void {
  doc.getArray<Uint8Array>(array).push(records);
}

/** The nine bytes that make a server deaf to somebody: a struct without content at the next clock of their client id. */
function forgedGc(client: number, clock: number, length: number): Uint8Array {
  const encoder = encoding.createEncoder();
  for (const value of [1, 1, client, clock]) encoding.writeVarUint(encoder, value);
  encoding.writeUint8(encoder, 0);
  encoding.writeVarUint(encoder, length);
  encoding.writeVarUint(encoder, 0);
  return encoding.toUint8Array(encoder);
}
