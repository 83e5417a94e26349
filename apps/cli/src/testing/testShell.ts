/** A shell that remembers what was said, for tests. */
import { runCotrace } from '../program.ts';
import type { Shell } from '../shell.ts';

export interface Answer {
  exitCode: number;
  out: string;
  err: string;
  /** What was printed, as one JSON document. */
  json<T>(): T;
}

export interface RunOptions {
  environment?: Record<string, string>;
  /** A person presses Ctrl-C once this is said. */
  interruptAt?: RegExp;
}

/** Runs `cotrace …words` in this process. */
export async function cotrace(words: string[], options: RunOptions = {}): Promise<Answer> {
  const printed: string[] = [];
  const noted: string[] = [];
  let stop = () => {};
  const shell: Shell = {
    print: (line) => printed.push(line),
    note(line) {
      noted.push(line);
      if (options.interruptAt?.test(line)) stop();
    },
    environment: options.environment ?? {},
    onInterrupt(wanted) {
      stop = wanted;
      return () => {
        stop = () => {};
      };
    },
    fetch,
  };
  const exitCode = await runCotrace(words, shell);
  const out = printed.join('\n');
  return { exitCode, out, err: noted.join('\n'), json: () => JSON.parse(out) };
}
