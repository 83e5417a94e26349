/** The label tables of the tasks that everybody knows: the three of the course, and a plain pair for any other name. */
import type { LabelClass } from './model.ts';

const BACKGROUND: LabelClass = { value: 1, name: 'background', color: '#868e96', gray: 0 };
const object = (name: string, color: string): LabelClass => ({ value: 2, name, color, gray: 255 });

/** The value of a label is its number key on the workbench; the grey value is that of the published data sets. */
export const STANDARD_LABELS: Readonly<Record<string, LabelClass[]>> = {
  Fixed: [BACKGROUND, object('fixed', '#4dabf7')],
  // Two labels: the model gives the probability of the lighter one, which is what an ISBI submission holds.
  Membrane: [
    { value: 1, name: 'membrane', color: '#fa5252', gray: 0 },
    { value: 2, name: 'cell', color: '#4dabf7', gray: 255 },
  ],
  Mitochondrion: [BACKGROUND, object('mitochondrion', '#fab005')],
};

/** Background and the task's own name where the task is none of those. */
export function standardLabels(task: string): LabelClass[] {
  return STANDARD_LABELS[task] ?? [BACKGROUND, object(task, '#4dabf7')];
}
