/** The product as a person starts it: `npm start` in a home of its own, on a free port; and a Chromium to look at it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Browser, chromium } from 'playwright';

export const ROOT = resolve(import.meta.dirname, '../..');

export interface RunningProduct {
  origin: string;
  /** Address with the one-time token of the owner. */
  signInUrl: string;
  secondsToReady: number;
  /** Like Ctrl-C; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** `kill -9` of the process that serves, as the kernel would. */
  kill(): Promise<void>;
}

export async function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? done(address.port) : failed(new Error('no port')),
      );
    });
  });
}

export function temporaryHome(): { path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'cotrace-e2e-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Start and wait for the line that says it is ready. */
export async function startProduct(options: { home: string; port: number }): Promise<RunningProduct> {
  const started = Date.now();
  const child = spawn('npm', ['start', '--silent'], {
    cwd: ROOT,
    env: {
      ...(process.env as Record<string, string>),
      COTRACE_HOME: options.home,
      PORT: String(options.port),
      // The test runner's own would make a development server of it.
      NODE_ENV: 'production',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let said = '';
  const exit = new Promise<number | null>((done) => child.once('exit', done));
  const signInUrl = await new Promise<string>((done, failed) => {
    const listen = (text: Buffer) => {
      said += text;
      if (process.env.COTRACE_E2E_VERBOSE) process.stdout.write(text);
      const match = /Cotrace is ready: (\S+)/.exec(said);
      if (match) done(match[1]!);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    void exit.then((code) => failed(new Error(`npm start ended with ${code}:\n${said.slice(-4000)}`)));
  });
  const secondsToReady = (Date.now() - started) / 1000;
  return {
    origin: new URL(signInUrl).origin,
    signInUrl,
    secondsToReady,
    async stop() {
      signalGroup(child, 'SIGINT');
      return exit;
    },
    async kill() {
      const servers = execFileSync('pgrep', ['-f', 'apps/server/src/main.ts'], { encoding: 'utf8' })
        .split('\n')
        .filter(Boolean)
        .map(Number)
        .filter((pid) => environmentOf(pid).includes(`PORT=${options.port}`));
      for (const pid of servers) process.kill(pid, 'SIGKILL');
      await exit;
    },
  };
}

function environmentOf(pid: number): string[] {
  return readProc(`/proc/${pid}/environ`).split('\0');
}

function readProc(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // the process has ended since it was listed
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid && child.exitCode === null) process.kill(-child.pid, signal);
}

export function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.COTRACE_CHROMIUM;
  return chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
