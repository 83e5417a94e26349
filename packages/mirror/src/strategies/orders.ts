/** The leader's word to all the others before each step: three numbers. */
import type { Communicator } from '../communicator.ts';

export type Order =
  | { kind: 'step'; step: number; learningRate: number }
  | { kind: 'compare' }
  | { kind: 'end' };

const KINDS = ['step', 'compare', 'end'] as const;

export async function giveOrder(communicator: Communicator, order: Order): Promise<void> {
  const { step, learningRate } = order.kind === 'step' ? order : { step: 0, learningRate: 0 };
  const words = Float64Array.of(KINDS.indexOf(order.kind), step, learningRate);
  await communicator.broadcast(new Uint8Array(words.buffer), 0);
}

export async function hearOrder(communicator: Communicator): Promise<Order> {
  const words = new Float64Array(new ArrayBuffer(24));
  await communicator.broadcast(new Uint8Array(words.buffer), 0);
  const [kind, step, learningRate] = words as unknown as [number, number, number];
  return { kind: KINDS[kind]!, step, learningRate };
}
