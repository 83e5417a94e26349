/** A server of one's own that can be killed: started, killed with SIGKILL, started again at the same port, measured. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RoomLimits } from '../../apps/server/src/rooms/roomLimits.ts';
import { atExit, signalIfThere } from './atExit.ts';

/** What a server can be made to keep for ever: rooms that were let go, or a listener for each socket. */
export type Leak = 'rooms' | 'listeners';

export interface ServerOptions {
  databaseUrl: string;
  home: string;
  /** Only of the rooms alone. */
  limits?: Partial<RoomLimits>;
  /** REST, socket.io and jobs too. */
  whole?: boolean;
  /** Only of the rooms alone: for checks that must notice it. */
  leak?: Leak;
}

export type ToServer = { kind: 'serve'; port: number } | { kind: 'measure' };

export interface Measured {
  /** Bytes, after collections. */
  rss: number;
  heapUsed: number;
  external: number;
  cpuMs: number;
}

export type FromServer =
  | { kind: 'loaded' }
  | { kind: 'serving'; port: number }
  | ({ kind: 'measured' } & Measured);

export interface ServerProcess extends AsyncDisposable {
  /** ws://… and the port, the same after every start. */
  readonly origin: string;
  readonly port: number;
  /** The last lines that any of its processes logged. */
  readonly lines: readonly string[];
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Serves again after `kill`. */
  restart(): Promise<void>;
  /** SIGTERM would only end Node: this is a crash like `kill`. Resolves with what it takes now. */
  measure(): Promise<Measured>;
  signal(signal: NodeJS.Signals): void;
}

const MAX_LINES = 500;

interface Running {
  readonly child: ChildProcess;
  readonly gone: Promise<void>;
  readonly loaded: Promise<unknown>;
}

/** `standBy`: the next process loads its code while this one serves. */
export async function startServerProcess(
  wanted: Omit<ServerOptions, 'home'>,
  { standBy = false }: { standBy?: boolean } = {},
): Promise<ServerProcess> {
  const home = await mkdtemp(join(tmpdir(), 'cotrace-faults-home-'));
  const options: ServerOptions = { ...wanted, home };
  const lines: string[] = [];
  let serving = launch(options, lines);
  let next: Running | undefined;
  const serve = async (port: number): Promise<number> => {
    await serving.loaded;
    const answer = heard(serving.child, 'serving');
    serving.child.send({ kind: 'serve', port } satisfies ToServer);
    const served = await answer;
    if (standBy) next = launch(options, lines);
    return served.port;
  };
  const port = await serve(0);
  return {
    origin: `ws://127.0.0.1:${port}`,
    port,
    lines,
    kill() {
      serving.child.kill('SIGKILL');
      return serving.gone;
    },
    async restart() {
      serving = next ?? launch(options, lines);
      next = undefined;
      await serve(port);
    },
    async measure() {
      const answer = heard(serving.child, 'measured');
      serving.child.send({ kind: 'measure' } satisfies ToServer);
      return answer;
    },
    signal: (signal) => {
      serving.child.kill(signal);
    },
    async [Symbol.asyncDispose]() {
      for (const running of [serving, next]) {
        running?.child.kill('SIGKILL');
        await running?.gone;
      }
      await rm(home, { recursive: true, force: true });
    },
  };
}

function launch(options: ServerOptions, lines: string[]): Running {
  const main = join(import.meta.dirname, 'serverMain.ts');
  const child = spawn(process.execPath, ['--expose-gc', '--import', 'tsx', main, JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    cwd: join(import.meta.dirname, '../..'),
  });
  const forget = atExit(() => signalIfThere(child.pid!, 'SIGKILL'));
  const gone = new Promise<void>((resolve) =>
    child.once('exit', () => {
      forget();
      resolve();
    }),
  );
  child.stderr!.on('data', (text: Buffer) => {
    lines.push(...text.toString().trimEnd().split('\n'));
    if (lines.length > MAX_LINES) lines.splice(0, lines.length - MAX_LINES);
  });
  const loaded = heard(child, 'loaded');
  // Whoever waits for it hears of it; a process that stands by may be killed before anybody does.
  loaded.catch(() => undefined);
  return { child, gone, loaded };
}

function heard<K extends FromServer['kind']>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<FromServer, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error(`The server ended before it said '${kind}'.`));
    const onMessage = (message: FromServer) => {
      if (message.kind !== kind) return;
      child.off('message', onMessage);
      child.off('exit', onExit);
      resolve(message as Extract<FromServer, { kind: K }>);
    };
    child.on('message', onMessage);
    child.once('exit', onExit);
  });
}
