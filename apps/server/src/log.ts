/** What the server says of itself: one line a message, fields as JSON behind it. Goes to stderr; stdout is for the ready line. */

export interface Log {
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}

type Level = 'info' | 'warn' | 'error';

/** `write` takes whole lines. An Error among the fields is written with its stack. */
export function createLog(write: (line: string) => void = (line) => process.stderr.write(line)): Log {
  const say = (level: Level) => (message: string, fields?: object) => {
    const time = new Date().toISOString();
    const rest = fields ? ` ${JSON.stringify(fields, readable)}` : '';
    write(`${time} ${level.padEnd(5)} ${message}${rest}\n`);
  };
  return { info: say('info'), warn: say('warn'), error: say('error') };
}

function readable(_key: string, value: unknown): unknown {
  if (value instanceof Error) return value.stack ?? value.message;
  return typeof value === 'bigint' ? Number(value) : value;
}
