/** What keeps a trainer from working: a code and a sentence that says what was expected, what came and what to do. */
export const TRAINER_ERRORS = {
  TOKEN_MISSING:
    'COTRACE_TRAINER_TOKEN was expected, the same text as the server was started with. Set it for both and start again.',
  SERVER_INVALID: 'COTRACE_SERVER was expected to be an address such as http://localhost:4680.',
  ENGINE_UNKNOWN: 'COTRACE_ENGINE was expected to be auto, gpu, tensorflow, webgpu or wasm.',
  REPLICAS_INVALID:
    'COTRACE_REPLICAS was expected to be a whole number from 1. Leave it out to use all there is.',
  HOME_NOT_WRITABLE: 'A folder to write to was expected. Set COTRACE_HOME to one.',
} as const;

export type TrainerErrorCode = keyof typeof TRAINER_ERRORS;

export class TrainerError extends Error {
  override readonly name = 'TrainerError';
  readonly code: TrainerErrorCode;
  constructor(code: TrainerErrorCode, came?: string, cause?: unknown) {
    const sentence = TRAINER_ERRORS[code];
    super(came === undefined ? sentence : `${sentence} Got ${came}.`, { cause });
    this.code = code;
  }
}
