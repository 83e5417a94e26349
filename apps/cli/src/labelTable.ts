/** Which labels a folder's masks hold: named on the command line, else those of the task that the folder is called by. */
import { STANDARD_LABELS } from '@cotrace/protocol';
import { type LabelClass, MEMBRANE_LABELS } from '@cotrace/training';
import { cliError } from './errors.ts';

/** Told apart by people with any colour vision (M. Okabe and K. Ito, 2008). */
const PALETTE = ['#e69f00', '#56b4e9', '#009e73', '#f0e442', '#0072b2', '#d55e00', '#cc79a7', '#999999'];

export interface ColoredLabel extends LabelClass {
  color: string;
}

/** `0=membrane,127=mitochondrion:#fab005,255=cell`: greys of label images, names, colours if wished. */
export function labelList(came: string): ColoredLabel[] {
  const refuse = (expected: string) => cliError('OPTION_INVALID', { option: '--labels', expected, came });
  const labels = came.split(',').map((part, index) => {
    const match = /^\s*(\d{1,3})\s*=\s*([^=:]+?)\s*(?::\s*(#[0-9a-f]{6}))?\s*$/i.exec(part);
    if (!match || Number(match[1]) > 255) {
      throw refuse('greys from 0 to 255 with names, such as 0=membrane,127=mitochondrion,255=cell');
    }
    return { value: index + 1, gray: Number(match[1]), name: match[2]!, color: match[3] };
  });
  if (labels.length < 2 || labels.length > 254) throw refuse('two to 254 labels');
  if (new Set(labels.map(({ gray }) => gray)).size < labels.length) throw refuse('each grey once');
  return colored(labels);
}

/** Of the task that the folder is called by, as `data/Mitochondrion` is; else membranes and cells. */
export function labelsOfTask(task: string): ColoredLabel[] {
  const name = Object.keys(STANDARD_LABELS).find((known) => known.toLowerCase() === task.toLowerCase());
  return colored(name === undefined ? MEMBRANE_LABELS : STANDARD_LABELS[name]!);
}

/** Labels without a colour get one of a palette. */
export function colored(labels: readonly LabelClass[]): ColoredLabel[] {
  const known = Object.values(STANDARD_LABELS).flat();
  return labels.map((label, index) => ({
    ...label,
    color:
      label.color ??
      (labels.length === 2 ? known.find(({ name }) => name === label.name)?.color : undefined) ??
      PALETTE[index % PALETTE.length]!,
  }));
}
