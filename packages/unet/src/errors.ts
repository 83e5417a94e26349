/**
 * The named errors of the network: a code and a sentence that says what was expected, what came and what to do.
 * Refuses anything that has no entry in the table.
 */

const entry =
  <Fields>(sentence: (fields: Fields) => string) =>
  (fields: Fields) =>
    sentence(fields);

/** Every error this package throws. */
export const UNET_ERRORS = {
  LOSS_NOT_FINITE: entry<{ step: number; loss: number }>(
    ({ step, loss }) =>
      `Expected a finite loss and finite gradients, but step ${step} gave a loss of ${loss}; the weights are as they were before it. Lower the learning rate, or look for NaN in the images.`,
  ),
  BATCH_SHAPE: entry<{ what: string; expected: string; came: string }>(
    ({ what, expected, came }) =>
      `Expected ${what} of ${expected}, but ${came} came. Cut or pad the tiles to that size.`,
  ),
  VECTOR_LENGTH: entry<{ what: string; expected: number; came: number }>(
    ({ what, expected, came }) =>
      `Expected ${what} of ${expected} numbers, but ${came} came. Take them from a network of the same recipe.`,
  ),
  CLASS_UNKNOWN: entry<{ came: number; classes: number }>(
    ({ came, classes }) =>
      `Expected class indices below ${classes} wherever the weight is positive, but ${came} came. Give the network as many classes as the label table has, or weight 0 to that pixel.`,
  ),
  CONFIG_INVALID: entry<{ what: string; expected: string; came: string }>(
    ({ what, expected, came }) =>
      `Expected ${what} to be ${expected}, but it is ${came}. Change the recipe of this run.`,
  ),
  PRECISION_UNAVAILABLE: entry<{ came: string; engine: string }>(
    ({ came, engine }) =>
      `Expected precision auto or float32 on the ${engine} engine, but ${came} was asked for. Use the tensorflow engine for it, or leave the precision at auto.`,
  ),
  MODEL_VERSION: entry<{ expected: number; came: number }>(
    ({ expected, came }) =>
      `Expected a model of format ${expected}, but this one has format ${came}. ${came > expected ? 'Update Cotrace' : 'Train it again'} to use it.`,
  ),
  MODEL_CORRUPT: entry<{ found: string }>(
    ({ found }) => `Expected a whole model, but ${found}. Copy or download it again, or train it again.`,
  ),
  MODEL_ARCHITECTURE: entry<{ expected: string; came: string }>(
    ({ expected, came }) =>
      `Expected weights of ${expected}, but these belong to ${came}. Use the recipe that the model was trained with, or start without its weights.`,
  ),
  DISPOSED: entry<{ what: string }>(
    ({ what }) =>
      `Expected a network in use, but ${what} was called after dispose(). Create the network again.`,
  ),
} as const;

export type UnetErrorCode = keyof typeof UNET_ERRORS;
type FieldsOf<C extends UnetErrorCode> = Parameters<(typeof UNET_ERRORS)[C]>[0];

/** An error of the table above; `message` begins with its code. */
export class UnetError extends Error {
  override readonly name = 'UnetError';
  readonly code: UnetErrorCode;

  constructor(code: UnetErrorCode, sentence: string) {
    super(`${code}: ${sentence}`);
    this.code = code;
  }
}

/** Builds the error of `code` with its sentence; the caller throws it. */
export function unetError<C extends UnetErrorCode>(code: C, fields: FieldsOf<C>): UnetError {
  const sentence = UNET_ERRORS[code] as (fields: FieldsOf<C>) => string;
  return new UnetError(code, sentence(fields));
}
