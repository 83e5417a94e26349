/** What can be wrong with a fold. Never told to a client: the folder handles every one of them. */

export const FOLD_ERRORS = {
  FOLD_FENCED:
    'Expected to be the newest folder of this mask, on top of its last fold: somebody else has been here. Catch up and plan again.',
} as const;

export type FoldErrorCode = keyof typeof FOLD_ERRORS;

export class FoldError extends Error {
  constructor(
    readonly code: FoldErrorCode,
    got: string,
  ) {
    super(`${FOLD_ERRORS[code]} Got ${got}.`);
    this.name = 'FoldError';
  }
}
