/** Adam's constants (Kingma & Ba 2015), the same in every implementation. Keras's epsilon is 1e-7; so is this. */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;

/** Step size with the corrections of both moments' start at zero; `step` counts from 1. */
export function correctedRate(learningRate: number, step: number): number {
  return (learningRate * Math.sqrt(1 - ADAM.beta2 ** step)) / (1 - ADAM.beta1 ** step);
}
