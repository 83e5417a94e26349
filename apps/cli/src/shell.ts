/** What a command touches besides files: streams, environment, the wish to stop. Makes commands testable without a process. */

export interface Shell {
  /** Results; one call a line. */
  print(line: string): void;
  /** Progress and remarks; one call a line. */
  note(line: string): void;
  /** Rewrites the last line of a terminal; absent where there is none. */
  rewrite?: (line: string) => void;
  environment: Readonly<Record<string, string | undefined>>;
  /** Calls `stop` when a person wants the command to end; returns what takes that back. */
  onInterrupt(stop: () => void): () => void;
  fetch: typeof fetch;
}

/** The process's own. */
export function processShell(): Shell {
  const terminal = process.stderr.isTTY === true;
  let drawn = false;
  const endLine = () => {
    if (drawn) process.stderr.write('\n');
    drawn = false;
  };
  return {
    print(line) {
      endLine();
      process.stdout.write(`${line}\n`);
    },
    note(line) {
      endLine();
      process.stderr.write(`${line}\n`);
    },
    ...(terminal && {
      rewrite(line: string) {
        const columns = process.stderr.columns ?? 80;
        process.stderr.write(`\r\x1b[2K${line.slice(0, columns - 1)}`);
        drawn = true;
      },
    }),
    environment: process.env,
    onInterrupt(stop) {
      const once = () => {
        forget(); // asked a second time, the process ends at once
        stop();
      };
      const forget = () => {
        process.off('SIGINT', once);
        process.off('SIGTERM', once);
      };
      process.on('SIGINT', once);
      process.on('SIGTERM', once);
      return forget;
    },
    fetch,
  };
}
