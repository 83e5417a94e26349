/** The named errors of the command line: code, exit code, sentence. 2 is bad use. */

const entry = <Fields>(exitCode: 1 | 2 | 130, sentence: (fields: Fields) => string) => ({
  exitCode,
  sentence,
});

export const CLI_ERRORS = {
  BAD_USE: entry<{ sentence: string }>(2, ({ sentence }) => sentence),
  OPTION_INVALID: entry<{ option: string; expected: string; came: string }>(
    2,
    ({ option, expected, came }) => `${option} takes ${expected}, but "${came}" came.`,
  ),
  PATH_NOT_FOUND: entry<{ option: string; expected: string; came: string }>(
    2,
    ({ option, expected, came }) => `${option} takes ${expected}, but there is none at ${came}.`,
  ),
  TOKEN_MISSING: entry<object>(
    2,
    () =>
      'An access token is needed: make one on your account page and pass it with --token or COTRACE_TOKEN.',
  ),
  PREDICTIONS_DO_NOT_FIT: entry<{ labels: number; predictions: number; source: string }>(
    1,
    ({ labels, predictions, source }) =>
      `One prediction for each of ${labels} labelled sections was expected, but ${source} holds ${predictions}. Name the sections with --sections, or predict exactly these.`,
  ),
  PREDICTION_MISSING: entry<{ number: number; source: string }>(
    1,
    ({ number, source }) =>
      `A prediction for section ${number} was expected, but ${source} holds none. Predict it, or leave it out with --sections.`,
  ),
  TASK_FOLDER: entry<{ folder: string; came: string | undefined; there: string[] }>(
    2,
    ({ folder, came, there }) =>
      `--task takes a folder of ${folder} with image/ in it, but ${came === undefined ? 'none was named' : `"${came}" came`}. ${there.length === 0 ? 'There is none.' : `There ${there.length === 1 ? 'is' : 'are'} ${there.join(', ')}.`}`,
  ),
  SIZES_DIFFER: entry<{ first: string; other: string }>(
    1,
    ({ first, other }) =>
      `Sections of one size were expected, since an array has one, but ${first} and ${other} came. Choose those of one size with --sections.`,
  ),
  NO_LABEL_IMAGES: entry<{ folder: string }>(
    1,
    ({ folder }) => `Label images were expected in ${folder}/label, but there are none. Put them there.`,
  ),
  LABEL_MISSING: entry<{ number: number; source: string }>(
    2,
    ({ number, source }) =>
      `--sections takes numbers of labelled sections, but ${source} holds no ${number}.`,
  ),
  SUBMISSION_ILLEGAL: entry<{ name: string; rules: string[] }>(
    1,
    ({ name, rules }) => `${name} is not a legal submission: it breaks ${rules.join(', ')}.`,
  ),
  MODEL_HAS_MANY_LABELS: entry<{ labels: number }>(
    1,
    ({ labels }) =>
      `A model of two labels was expected, whose map is one number a pixel, but this one has ${labels}. Write --out FILE.npy with all of them, or --results DIR in colours.`,
  ),
  NO_LIVE_MODEL: entry<{ task: string }>(
    1,
    ({ task }) =>
      `A task with a live model was expected, but ${task} has none yet. Paint some labels and train it first.`,
  ),
  PROJECT_NOT_FOUND: entry<{ came: string; there: string[] }>(
    1,
    ({ came, there }) =>
      `A project that you belong to was expected, but "${came}" is none. ${there.length === 0 ? 'You belong to none yet.' : `There ${there.length === 1 ? 'is' : 'are'} ${there.join(', ')}.`}`,
  ),
  PROJECT_AMBIGUOUS: entry<{ came: string; ids: string[] }>(
    1,
    ({ came, ids }) =>
      `One project was expected, but ${ids.length} are called "${came}". Pass one of their ids instead: ${ids.join(', ')}.`,
  ),
  TASK_NOT_FOUND: entry<{ came: string; there: string[] }>(
    1,
    ({ came, there }) =>
      `A task of the project was expected, but "${came}" is none. There are ${there.join(', ')}.`,
  ),
  NOTHING_TO_IMPORT: entry<{ folder: string }>(
    1,
    ({ folder }) =>
      `Images were expected in ${folder} or in its image/, but there are none. Put PNG, JPEG or TIFF files there.`,
  ),
  EXPORT_FAILED: entry<{ reason: string }>(
    1,
    ({ reason }) => `A finished file was expected, but the server could not write it: ${reason}`,
  ),
  STOPPED: entry<{ folder: string }>(
    130, // as a shell says it of SIGINT
    ({ folder }) => `Stopped; what was learnt is kept in ${folder}. Go on with --resume.`,
  ),
} as const;

export type CliErrorCode = keyof typeof CLI_ERRORS;
type FieldsOf<C extends CliErrorCode> = Parameters<(typeof CLI_ERRORS)[C]['sentence']>[0];

export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;
  readonly exitCode: number;
  /** What `--json` shows beside the error. */
  readonly result: object | undefined;

  constructor(code: CliErrorCode, exitCode: number, sentence: string, result?: object) {
    super(sentence);
    this.code = code;
    this.exitCode = exitCode;
    this.result = result;
  }
}

/** Builds the error of `code` with its sentence; the caller throws it. `result` is what `--json` shows beside it. */
export function cliError<C extends CliErrorCode>(code: C, fields: FieldsOf<C>, result?: object): CliError {
  const { exitCode, sentence } = CLI_ERRORS[code] as {
    exitCode: number;
    sentence: (fields: FieldsOf<C>) => string;
  };
  return new CliError(code, exitCode, sentence(fields), result);
}

export interface Failure {
  exitCode: number;
  code: string;
  /** One sentence, without the code. */
  sentence: string;
  result?: object | undefined;
}

// What the file system says, in the words of somebody who wants to know what to do.
const SYSTEM: Record<string, string> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'it may not be opened: check its permissions',
  EPERM: 'it may not be changed: check its permissions',
  EISDIR: 'it is a folder, and a file was expected',
  ENOTDIR: 'it is no folder',
  ENOSPC: 'the disk is full: free some space',
  EROFS: 'the disk is read-only',
};

/**
 * What a person is told of an error. Every package's errors carry a code; a fault that nobody foresaw has none and is
 * thrown again.
 */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) throw error;
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') throw error;
  const reason = SYSTEM[code];
  if (reason !== undefined) {
    const { path } = error as { path?: string };
    return { exitCode: 1, code, sentence: `${path ?? 'A file'}: ${reason}.` };
  }
  const prefix = `${code}: `;
  const sentence = error.message.startsWith(prefix) ? error.message.slice(prefix.length) : error.message;
  if (error instanceof CliError) return { exitCode: error.exitCode, code, sentence, result: error.result };
  return { exitCode: 1, code, sentence };
}
