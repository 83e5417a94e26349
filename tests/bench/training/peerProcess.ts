/** A process that is asked one thing at a time, in JSON lines over its stdin and stdout. While it is not asked, it waits. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A step of the widest network takes seconds; what says nothing for this long has stopped. */
const SILENCE_MS = 15 * 60_000;
/** What it said last on its error output is part of the error when it ends by itself. */
const KEPT_TEXT = 3000;

export interface PeerProcess {
  readonly pid: number;
  /** @throws Error with its name when it answers an error, ends or stays silent. */
  ask<Answer>(question: object): Promise<Answer>;
  end(): Promise<void>;
}

export interface PeerCommand {
  /** For errors. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

export function startPeer({ name, command, args }: PeerCommand): PeerProcess {
  const child = spawn(command, [...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text: Buffer) => {
    said = (said + text).slice(-KEPT_TEXT);
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exited = new Promise<void>((done) => {
    child.once('close', () => done());
    child.once('error', (error) => {
      said += error.message;
      done();
    });
  });
  // A question to a process that has gone: its end is told by the answer that does not come.
  child.stdin.on('error', () => {});
  return {
    pid: child.pid ?? -1,
    async ask<Answer>(question: object): Promise<Answer> {
      const silence = setTimeout(() => child.kill('SIGKILL'), SILENCE_MS);
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const { done, value } = await answers.next();
      clearTimeout(silence);
      if (done) {
        await exited;
        throw new Error(`${name} ended before it answered ${JSON.stringify(question)}:\n${said}`);
      }
      const answer = JSON.parse(value) as Answer & { error?: string };
      if (answer.error !== undefined) throw new Error(`${name}: ${answer.error}\n${said}`);
      return answer;
    },
    end: () => ending(child, exited),
  };
}

/** Its questions end, and with them it does; one that does not is made to. */
async function ending(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.stdin!.end();
  const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exited;
  clearTimeout(force);
}
