/**
 * The named errors of graph building: a code and a sentence that says what was expected, what came and what to do.
 * Refuses anything that has no entry in the table.
 */

const entry =
  <Fields>(sentence: (fields: Fields) => string) =>
  (fields: Fields) =>
    sentence(fields);

type Named = { node: string };

/** Every error this package throws: mistakes of the one who describes a graph, found before it runs. */
export const GRAPH_ERRORS = {
  SHAPE_MISMATCH: entry<Named & { what: string; expected: string; came: string }>(
    ({ node, what, expected, came }) =>
      `Expected ${what} of node ${node} to be ${expected}, but ${came} came. Change the shape of what goes in.`,
  ),
  TYPE_MISMATCH: entry<Named & { what: string; expected: string; came: string }>(
    ({ node, what, expected, came }) =>
      `Expected ${what} of node ${node} to be of type ${expected}, but ${came} came. Put a cast before it.`,
  ),
  NAME_INVALID: entry<Named>(
    ({ node }) =>
      `Expected a name of letters, digits, "_", ".", "-" and "/" that begins with a letter or digit, but ${JSON.stringify(node)} came. Rename the node.`,
  ),
  NOT_DIFFERENTIABLE: entry<Named & { op: string }>(
    ({ node, op }) =>
      `Expected only operations with a gradient between outputs and parameters, but node ${node} is a ${op}. Add its gradient, or take it off the path.`,
  ),
  UNREACHED: entry<Named>(
    ({ node }) =>
      `Expected ${node} to take part in the result, but no path leads to it. Leave it out of the parameters.`,
  ),
} as const;

export type GraphErrorCode = keyof typeof GRAPH_ERRORS;
type FieldsOf<C extends GraphErrorCode> = Parameters<(typeof GRAPH_ERRORS)[C]>[0];

/** An error of the table above; `message` begins with its code. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
  readonly code: GraphErrorCode;

  constructor(code: GraphErrorCode, sentence: string) {
    super(`${code}: ${sentence}`);
    this.code = code;
  }
}

/** Builds the error of `code` with its sentence; the caller throws it. */
export function graphError<C extends GraphErrorCode>(code: C, fields: FieldsOf<C>): GraphError {
  const sentence = GRAPH_ERRORS[code] as (fields: FieldsOf<C>) => string;
  return new GraphError(code, sentence(fields));
}
