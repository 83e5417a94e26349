/**
 * Sockets between pages and servers without a network: in order within a connection and in any order across them, late,
 * cut, half dead, held up, and now and then without a frame. Knows no Yjs.
 */
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type Owner, ownedBy, type VirtualTime } from './virtualTime.ts';
import type { Dice } from './weather.ts';

/** What a socket arrives at. */
export interface Host {
  readonly owner: Owner;
  /** Is somebody listening there? */
  readonly isUp: boolean;
  accept(socket: ServerSocket, request: IncomingMessage): void;
}

/** Where a socket comes from. */
export interface Visitor {
  readonly owner: Owner;
  readonly cookie: string;
  /** Nothing gets through either way while it holds. */
  isCutOff: boolean;
  /** Which server the next connection reaches. */
  host(): Host;
}

export interface NetworkWeather {
  latencyMs: readonly [number, number];
  lostUp: number;
  lostDown: number;
}

type Message =
  | { kind: 'frame'; bytes: Uint8Array }
  | { kind: 'close'; code: number; reason: string }
  | { kind: 'ping' | 'pong' | 'open' | 'abort' };

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;
/** ws waits so long for the other side's close frame. */
const CLOSE_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** A browser gives an upgrade up that is not answered. */
const HANDSHAKE_TIMEOUT_MS = 20_000;

/** One way of one connection. */
class Direction {
  /** Nothing arrives any more, and nobody is told. */
  isDead = false;
  held: Message[] = [];
  private last = 0;
  private isCut = false;

  constructor(
    private readonly link: Link,
    private readonly name: 'up' | 'down',
    private readonly receiver: () => Owner,
    private readonly deliver: (message: Message) => void,
  ) {}

  get heldBytes(): number {
    return this.held.reduce((sum, message) => sum + (message.kind === 'frame' ? message.bytes.length : 1), 0);
  }

  send(message: Message) {
    const { time, dice, weather, trace } = this.link.network;
    if (this.isDead || this.isCut) return;
    if (message.kind === 'abort') {
      // What is on its way may be lost with the connection.
      this.isCut = true;
    } else if (
      message.kind === 'frame' &&
      dice.chance(this.name === 'up' ? weather.lostUp : weather.lostDown)
    ) {
      trace(`${this.link} ${this.name}: a frame of ${message.bytes.length} bytes vanishes`);
      return;
    }
    this.last = Math.max(this.last, time.now + dice.delay(weather.latencyMs));
    time.at(this.last - time.now, this.receiver(), () => this.arrive(message));
  }

  private arrive(message: Message) {
    if (this.isDead) return;
    if (this.link.visitor.isCutOff || this.held.length > 0) this.held.push(message);
    else this.deliver(message);
  }

  /** Cut off no more: what waited arrives, in order, and before what is still on its way. */
  resume(): void {
    const { time, dice, weather } = this.link.network;
    if (this.held.length > 0) time.at(dice.delay(weather.latencyMs), this.receiver(), () => this.release());
  }

  private release(): void {
    if (this.isDead || this.link.visitor.isCutOff) return;
    for (const message of this.held.splice(0)) this.deliver(message);
  }
}

class Link {
  readonly up: Direction;
  readonly down: Direction;
  page!: PageSocket;
  server: ServerSocket | undefined;

  constructor(
    readonly network: Network,
    readonly id: number,
    readonly visitor: Visitor,
    readonly host: Host,
  ) {
    this.up = new Direction(
      this,
      'up',
      () => host.owner,
      (message) => this.server?.receive(message),
    );
    this.down = new Direction(
      this,
      'down',
      () => visitor.owner,
      (message) => this.page.receive(message),
    );
  }

  /** Both ends come to know that it is gone, each in its time. */
  cut(): void {
    this.up.send({ kind: 'abort' });
    this.down.send({ kind: 'abort' });
  }

  toString(): string {
    return `link ${this.id} (${this.visitor.owner.name} - ${this.host.owner.name})`;
  }
}

export class Network {
  readonly links = new Set<Link>();
  private count = 0;

  constructor(
    readonly time: VirtualTime,
    readonly dice: Dice,
    readonly weather: NetworkWeather,
    readonly trace: (line: string) => void,
  ) {}

  /** A `WebSocket` of this visitor, for y-websocket. */
  webSocketOf(visitor: Visitor): typeof WebSocket {
    const network = this;
    return class extends PageSocket {
      constructor(url: string) {
        super(network, visitor, url);
      }
    } as unknown as typeof WebSocket;
  }

  connect(page: PageSocket, visitor: Visitor, url: string): Link {
    const host = visitor.host();
    const link = new Link(this, this.count++, visitor, host);
    link.page = page;
    if (visitor.isCutOff) {
      this.time.at(CONNECT_TIMEOUT_MS, visitor.owner, () => page.receive({ kind: 'abort' }));
      return link;
    }
    this.links.add(link);
    this.time.at(this.dice.delay(this.weather.latencyMs), ownedBy('network'), () => {
      if (!host.isUp || host.owner.isDead || visitor.owner.isDead) {
        this.links.delete(link);
        return link.down.send({ kind: 'abort' });
      }
      this.time.at(0, host.owner, () => {
        link.server = new ServerSocket(link);
        link.down.send({ kind: 'open' });
        const { pathname, search } = new URL(url);
        host.accept(link.server, {
          url: pathname + search,
          headers: { cookie: visitor.cookie },
        } as IncomingMessage);
      });
    });
    return link;
  }

  linksOf(who: (link: Link) => boolean): Link[] {
    return [...this.links].filter(who);
  }

  cutOff(visitor: Visitor, isCutOff: boolean): void {
    visitor.isCutOff = isCutOff;
    if (isCutOff) return;
    for (const link of this.links) {
      if (link.visitor !== visitor) continue;
      link.up.resume();
      link.down.resume();
    }
  }

  /** One side is gone; the other is told (the operating system resets the connection) or is not (the machine is off). */
  ownerDied(owner: Owner, isTold: boolean): void {
    for (const link of this.links) {
      if (link.host.owner !== owner && link.visitor.owner !== owner) continue;
      if (isTold) link.cut();
      else {
        link.up.isDead = true;
        link.down.isDead = true;
      }
    }
  }
}

/** The browser's end: a `WebSocket`. */
export class PageSocket {
  static readonly CONNECTING = CONNECTING;
  static readonly OPEN = OPEN;
  static readonly CLOSING = CLOSING;
  static readonly CLOSED = CLOSED;
  readonly CONNECTING = CONNECTING;
  readonly OPEN = OPEN;
  readonly CLOSING = CLOSING;
  readonly CLOSED = CLOSED;
  binaryType = 'arraybuffer';
  bufferedAmount = 0;
  readyState = CONNECTING;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  private readonly link: Link;

  constructor(
    network: Network,
    visitor: Visitor,
    readonly url: string,
  ) {
    this.link = network.connect(this, visitor, url);
    network.time.at(HANDSHAKE_TIMEOUT_MS, visitor.owner, () => {
      if (this.readyState === CONNECTING) this.end(1006, '');
    });
  }

  send(bytes: Uint8Array) {
    if (this.readyState === OPEN) this.link.up.send({ kind: 'frame', bytes: bytes.slice() });
  }

  close(code = 1000, reason = '') {
    if (this.readyState === CLOSED || this.readyState === CLOSING) return;
    this.link.up.send({ kind: 'close', code, reason });
    this.readyState = CLOSING;
    this.link.network.time.at(CLOSE_TIMEOUT_MS, this.link.visitor.owner, () => this.end(1006, ''));
  }

  receive(message: Message) {
    switch (message.kind) {
      case 'open':
        if (this.readyState !== CONNECTING) return;
        this.readyState = OPEN;
        return this.onopen?.();
      case 'frame':
        if (this.readyState === OPEN) this.onmessage?.({ data: message.bytes.slice().buffer });
        return;
      case 'ping':
        return this.link.up.send({ kind: 'pong' });
      case 'pong':
        return;
      case 'close':
        if (this.readyState === OPEN) this.link.up.send(message);
        return this.end(message.code, message.reason);
      case 'abort':
        return this.end(1006, '');
    }
  }

  private end(code: number, reason: string): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    if (code === 1006) this.onerror?.({});
    this.onclose?.({ code, reason });
  }
}

/** The server's end: what a room uses of ws' `WebSocket`. */
export class ServerSocket extends EventEmitter {
  readonly CONNECTING = CONNECTING;
  readonly OPEN = OPEN;
  readonly CLOSING = CLOSING;
  readonly CLOSED = CLOSED;
  readyState = OPEN;

  constructor(private readonly link: Link) {
    super();
  }

  get bufferedAmount(): number {
    return this.link.down.heldBytes;
  }

  send(bytes: Uint8Array, options?: unknown, done?: (error?: Error) => void): void {
    if (this.readyState === OPEN) this.link.down.send({ kind: 'frame', bytes: new Uint8Array(bytes) });
    const told = typeof options === 'function' ? (options as () => void) : done;
    if (told !== undefined) this.later(0, () => told());
  }

  ping(): void {
    if (this.readyState === OPEN) this.link.down.send({ kind: 'ping' });
  }

  close(code = 1005, reason: string | Buffer = '') {
    if (this.readyState !== OPEN) return;
    this.readyState = CLOSING;
    this.link.down.send({ kind: 'close', code, reason: reason.toString() });
    this.later(CLOSE_TIMEOUT_MS, () => this.terminate());
  }

  terminate(): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSING;
    this.link.down.send({ kind: 'abort' });
    this.later(0, () => this.end(1006, ''));
  }

  receive(message: Message) {
    switch (message.kind) {
      case 'frame':
        if (this.readyState === OPEN) this.emit('message', Buffer.from(message.bytes), true);
        return;
      case 'ping':
        return this.link.down.send({ kind: 'pong' });
      case 'pong':
        if (this.readyState === OPEN) this.emit('pong');
        return;
      case 'close':
        if (this.readyState === OPEN) this.link.down.send(message);
        return this.end(message.code, message.reason);
      case 'abort':
        return this.end(1006, '');
      case 'open':
        return;
    }
  }

  private later(ms: number, task: () => void): void {
    this.link.network.time.at(ms, this.link.host.owner, task);
  }

  private end(code: number, reason: string): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.link.network.links.delete(this.link);
    this.emit('close', code, Buffer.from(reason));
  }
}
