/** Processes of a bench that answer questions: calls over Node's own channel between parent and child. Knows no server and no client. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');

type Answerers = Readonly<Record<string, (given: never) => unknown>>;
type Answers<A extends Answerers, N extends keyof A> = Awaited<ReturnType<A[N]>>;

interface Question {
  readonly number: number;
  readonly name: string;
  readonly given: unknown;
}
type Message =
  | { readonly number: number; readonly answer?: unknown; readonly error?: string }
  | { readonly told: unknown };

/** In the child: answers each call by name; a failure is told, not swallowed. The child ends with its parent. */
export function answerCalls(answerers: Answerers): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', async ({ number, name, given }: Question) => {
    try {
      say({ number, answer: await (answerers[name] as (given: unknown) => unknown)(given) });
    } catch (error) {
      say({ number, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
  say({ told: 'ready' });
}

/** A parent that has gone hears nothing more, and is no reason to fail. */
function say(message: Message): void {
  if (process.connected) process.send!(message, undefined, undefined, () => {});
}

/** In the child: says something that nobody asked for. */
export const tell = (told: object): void => say({ told });

export interface Child<A extends Answerers> {
  readonly pid: number;
  call<N extends keyof A & string>(
    name: N,
    ...given: Parameters<A[N]> extends [] ? [] : [Parameters<A[N]>[0]]
  ): Promise<Answers<A, N>>;
  onTold(listener: (told: unknown) => void): () => void;
  /** Asks it to end, then makes it. */
  end(): Promise<void>;
}

export interface ChildOptions {
  /** Path from this folder. */
  readonly file: string;
  /** The Node that runs it. */
  readonly node: string;
  readonly args?: readonly string[];
  /** Of Node. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Resolves when the process is there. What it writes to its error output is shown when it dies before its time. */
export async function startChild<A extends Answerers>(options: ChildOptions): Promise<Child<A>> {
  const { file, node, args = [], flags = [], env = {} } = options;
  const execArgv = [...flags, '--import', 'tsx', '--expose-gc'];
  const child = fork(join(import.meta.dirname, file), [...args], {
    cwd: ROOT,
    execPath: node,
    execArgv,
    env: { ...process.env, ...env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  return attach<A>(child, file);
}

async function attach<A extends Answerers>(child: ChildProcess, file: string): Promise<Child<A>> {
  const waiting = new Map<number, { done: (answer: never) => void; failed: (error: Error) => void }>();
  const listeners = new Set<(told: unknown) => void>();
  let questions = 0;
  let said = '';
  let isEnding = false;
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (text: Buffer) => {
      said = (said + text).slice(-4000);
    });
  }
  const once = (emitter: NodeJS.EventEmitter, event: string) =>
    new Promise<void>((resolve) => emitter.once(event, () => resolve()));
  // With what it said last. The child's own 'close' would never come: this side cuts the channel.
  const exited = Promise.all([
    once(child, 'exit'),
    once(child.stdout!, 'close'),
    once(child.stderr!, 'close'),
  ]);
  const ready = new Promise<void>((done, failed) => {
    listeners.add(() => done());
    child.once('error', failed);
    void exited.then(() => failed(new Error(`${file} ended before it was ready:\n${said}`)));
  });
  void exited.then(() => {
    if (!isEnding && waiting.size > 0) process.stderr.write(`${file} ended by itself:\n${said}\n`);
    for (const { failed } of waiting.values())
      failed(new Error(`${file} ended with ${child.exitCode} before it answered:\n${said}`));
    waiting.clear();
  });
  child.on('message', (message: Message) => {
    if ('told' in message) {
      for (const listener of [...listeners]) listener(message.told);
      return;
    }
    const { done, failed } = waiting.get(message.number)!;
    waiting.delete(message.number);
    if (message.error === undefined) done(message.answer as never);
    else failed(new Error(`${file}: ${message.error}`));
  });
  await ready;
  listeners.clear();
  return {
    pid: child.pid!,
    call: (name, ...[given]) =>
      new Promise((done, failed) => {
        const number = questions++;
        waiting.set(number, { done, failed });
        child.send({ number, name, given });
      }),
    onTold(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async end() {
      isEnding = true;
      if (child.connected) child.disconnect();
      const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await exited;
      clearTimeout(force);
    },
  };
}
