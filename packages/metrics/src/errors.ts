/** The named errors of scoring: code and a sentence that says what was expected, what came and what to do. */

const sentences = {
  NOTHING_TO_SCORE: (_: object) =>
    'Expected at least one labelled section to score against, but none came. Give the labels of at least one section.',
  COUNTS_DIFFER: ({ labels, predictions }: { labels: number; predictions: number }) =>
    `Expected one prediction for each labelled section, but ${labels} labelled sections and ${predictions} predictions came. Give the same sections, in the same order.`,
  SIZES_DIFFER: ({ section, expected, came }: { section: number; expected: number; came: number }) =>
    `Expected ${expected} pixels in section ${section} (from 0), as its labels have, but ${came} came. Predict at the section's own size.`,
  NOT_A_PROBABILITY: ({ section, pixel, came }: { section: number; pixel: number; came: number }) =>
    `Expected probabilities from 0 to 1, but pixel ${pixel} of section ${section} (both from 0) is ${came}. Scale the prediction to 0…1.`,
} as const;

export type MetricsErrorCode = keyof typeof sentences;
type FieldsOf<C extends MetricsErrorCode> = Parameters<(typeof sentences)[C]>[0];

/** `message` begins with the code. */
export class MetricsError extends Error {
  override readonly name = 'MetricsError';
  readonly code: MetricsErrorCode;

  constructor(code: MetricsErrorCode, sentence: string) {
    super(`${code}: ${sentence}`);
    this.code = code;
  }
}

/** Builds the error of `code` with its sentence; the caller throws it. */
export function metricsError<C extends MetricsErrorCode>(code: C, fields: FieldsOf<C>): MetricsError {
  const sentence = sentences[code] as (fields: FieldsOf<C>) => string;
  return new MetricsError(code, sentence(fields));
}
