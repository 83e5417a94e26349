/**
 * A TCP proxy that is as bad as a network can be: it drops whole frames or bytes, delays, halves, half-closes, throttles
 * and swallows. Does nothing bad unless told to; knows WebSocket framing so that what vanishes can be a whole frame.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createFrameCutter } from './webSocketFrames.ts';

/** Up: from the client to the server. */
export type Direction = 'up' | 'down';

/** Other bytes: they are sent instead. `halve`: half of it is sent and the connection cut. */
export type Fate = 'pass' | 'drop' | 'halve' | Buffer;

export interface Link {
  /** The proxy says FIN in this direction and forwards nothing there any more; the other goes on. */
  halfClose(direction: Direction): void;
  cut(): void;
}

export interface FaultyProxy extends AsyncDisposable {
  readonly port: number;
  /** ws://… */
  readonly origin: string;
  /** Port that new connections go to. */
  target: number;
  /** Decides about every unit: the HTTP head, a frame; or a chunk of a proxy of raw bytes. */
  fate: (unit: Buffer, direction: Direction, link: Link) => Fate;
  /** Milliseconds that every unit is late. */
  delayMs: number;
  /** Accepts, and forwards nothing. What came meanwhile is lost. */
  blackHole: boolean;
  /** Bytes a second from the server, whose writes pile up behind it; undefined: as fast as it goes. */
  readersBytesPerSecond: number | undefined;
  readonly links: ReadonlySet<Link>;
  /** Connections so far. */
  readonly accepted: number;
}

/** `raw`: bytes of any protocol, not cut into frames. */
export async function startProxy(target: number, { raw = false } = {}): Promise<FaultyProxy> {
  const links = new Set<Link>();
  let accepted = 0;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    accepted++;
    const upstream = connect({ port: proxy.target, host: '127.0.0.1', allowHalfOpen: true });
    const cut = () => {
      client.destroy();
      upstream.destroy();
      links.delete(link);
    };
    const link: Link = {
      halfClose: (direction) => {
        const [from, to] = direction === 'up' ? [client, upstream] : [upstream, client];
        from.removeAllListeners('data');
        from.resume();
        to.end();
      },
      cut,
    };
    links.add(link);
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      // Either end may reset; the other is told by the cut.
      socket.on('error', cut);
      socket.on('close', cut);
    }
    carry(client, upstream, 'up', link);
    carry(upstream, client, 'down', link);
  });

  const carry = (from: Socket, to: Socket, direction: Direction, link: Link) => {
    const unitsOf = raw ? (chunk: Buffer) => [chunk] : createFrameCutter();
    const send = (bytes: Buffer) => {
      if (!to.destroyed && to.writable) to.write(bytes);
    };
    from.on('data', (chunk: Buffer) => {
      for (const unit of unitsOf(chunk)) {
        if (proxy.blackHole) continue;
        const fate = proxy.fate(unit, direction, link);
        if (fate === 'drop') continue;
        if (fate === 'halve') {
          send(unit.subarray(0, unit.length >> 1));
          setImmediate(link.cut);
          return;
        }
        const bytes = fate === 'pass' ? unit : fate;
        if (proxy.delayMs > 0) setTimeout(send, proxy.delayMs, bytes);
        else send(bytes);
      }
      if (direction === 'up' || proxy.readersBytesPerSecond === undefined) return;
      from.pause();
      setTimeout(() => from.resume(), (chunk.length / proxy.readersBytesPerSecond) * 1000);
    });
    from.on('end', () => to.end());
  };

  const proxy: FaultyProxy = {
    port: 0,
    origin: '',
    target,
    fate: () => 'pass',
    delayMs: 0,
    blackHole: false,
    readersBytesPerSecond: undefined,
    links,
    get accepted() {
      return accepted;
    },
    async [Symbol.asyncDispose]() {
      for (const link of [...links]) link.cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(proxy, { port, origin: `ws://127.0.0.1:${port}` });
}
