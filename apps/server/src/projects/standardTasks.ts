/** The labels and the policy that a new task begins with, and what a label table must fulfil. */
import { type LabelClass, type Policy, ProtocolError, standardLabels } from '@cotrace/protocol';

export function labelsFor(name: string, own: LabelClass[] | undefined): LabelClass[] {
  return checkLabels(own ?? standardLabels(name));
}

/** Retrains in the small hours, and by day once about a twelfth of a 512² section was newly painted. */
export function defaultPolicy(): Policy {
  return {
    retrainAfterPixels: 20_000,
    nightlyAt: '03:00',
    timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
    recipe: { preset: 'default', base: 16, depth: 4, tile: 256, batch: 4, budgetSeconds: 600 },
  };
}

/** @throws ProtocolError BAD_REQUEST when two labels share a value, a name or a grey value */
export function checkLabels(labels: LabelClass[]): LabelClass[] {
  for (const key of ['value', 'name', 'gray'] as const) {
    const twice = labels.find(
      (label, index) => labels.findIndex((other) => other[key] === label[key]) !== index,
    );
    if (twice)
      throw new ProtocolError(
        'BAD_REQUEST',
        `Each label needs a ${key} of its own, but ${twice[key]} came twice.`,
      );
  }
  return labels;
}

/** @throws ProtocolError BAD_REQUEST for a time zone that this machine does not know, or a tile that cannot be halved so often */
export function checkPolicy(policy: Policy): Policy {
  try {
    new Intl.DateTimeFormat('en', { timeZone: policy.timeZone });
  } catch {
    throw new ProtocolError(
      'BAD_REQUEST',
      `A time zone such as Europe/Paris was expected, got "${policy.timeZone}".`,
    );
  }
  const { tile, depth } = policy.recipe;
  if (tile % 2 ** depth !== 0) {
    throw new ProtocolError(
      'BAD_REQUEST',
      `A tile of a multiple of ${2 ** depth} pixels was expected with depth ${depth}, got ${tile}.`,
    );
  }
  return policy;
}
