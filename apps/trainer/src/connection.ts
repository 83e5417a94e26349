/** Calls of the server that outlast its absence. Knows routes and leases, no training. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CallOptions,
  type CallResult,
  createClient,
  LEASE_HEADER,
  RemoteError,
  type RouteName,
} from '@cotrace/protocol';

/** Doubled from one try to the next. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** Of an answer that is the server's own failure: one that repeats is no passing weakness. */
const TRIES_OF_A_FAILURE = 5;

export interface Connection {
  /**
   * Goes on trying while the server or its database is away.
   * @throws RemoteError; the signal's reason once it is aborted.
   */
  call<N extends RouteName>(name: N, options: CallOptions<N>, signal: AbortSignal): Promise<CallResult<N>>;
}

export function createConnection(options: {
  server: string;
  token: string;
  say: (line: string) => void;
  /** Replaced where waiting has to be watched. */
  pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}): Connection {
  const { server, token, say } = options;
  const pause = options.pause ?? ((ms, signal) => sleep(ms, undefined, { signal }));
  return {
    async call(name, given, signal) {
      const client = createClient({
        baseUrl: server,
        fetch: (url, init) =>
          fetch(url, { ...init, body: init.body as Uint8Array<ArrayBuffer> | string, signal }),
        headers: { authorization: `Bearer ${token}` },
      });
      let pauseMs = FIRST_PAUSE_MS;
      for (let failures = 0; ; ) {
        signal.throwIfAborted();
        try {
          return await client.call(name, given);
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof RemoteError)) throw error;
          const isAway = error.code === 'UNREACHABLE' || error.code === 'DATABASE_UNAVAILABLE';
          if (!isAway && error.status < 500 && error.status !== 429) throw error;
          if (!isAway) failures += 1;
          if (failures === TRIES_OF_A_FAILURE) throw error;
          if (pauseMs === FIRST_PAUSE_MS) say(`${error.message} Trying again.`);
        }
        await pause(pauseMs, signal);
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      }
    },
  };
}

/** The same connection with the fencing token of one job in every call. */
export function underLease(connection: Connection, leaseToken: string): Connection {
  return {
    call<N extends RouteName>(name: N, options: CallOptions<N>, signal: AbortSignal) {
      const headers = { ...options.headers, [LEASE_HEADER]: leaseToken };
      return connection.call<N>(name, Object.assign({}, options, { headers }), signal);
    },
  };
}
