/** How much of a stack is painted, and how unsure the model is of it. Pure. */
import type { LabelClass, Section } from '@cotrace/protocol';

type Mask = Section['masks'][number];

export const maskOf = (section: Pick<Section, 'masks'>, taskId: string): Mask | undefined =>
  section.masks.find((mask) => mask.taskId === taskId);

/** Painted pixels of all pixels, 0…1; of an empty stack 0. */
export function labelledFraction(sections: readonly Section[], taskId: string): number {
  let labelled = 0;
  let all = 0;
  for (const section of sections) {
    labelled += maskOf(section, taskId)?.labelledPixels ?? 0;
    all += section.width * section.height;
  }
  return all === 0 ? 0 : labelled / all;
}

/** Mean entropy in nats as a fraction of the most that this many classes allow. */
export const uncertainFraction = (nats: number, labels: readonly LabelClass[]): number =>
  nats / Math.log(Math.max(2, labels.length));
