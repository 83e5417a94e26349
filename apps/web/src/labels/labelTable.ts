/** A label table while it is edited: what is wrong with it, in words, and which row comes next. Pure. */
import { type LabelClass, labelTable } from '@cotrace/protocol';

/** Colours that people with any colour vision tell apart on grey, after Okabe and Ito. */
export const LABEL_COLORS = [
  '#e69f00',
  '#56b4e9',
  '#009e73',
  '#f0e442',
  '#0072b2',
  '#d55e00',
  '#cc79a7',
  '#999999',
] as const;

/** The next free value, a colour not yet taken, and the grey furthest from those that are. */
export function nextLabel(labels: readonly LabelClass[]): LabelClass {
  const value = Array.from({ length: 255 }, (_, index) => index + 1).find(
    (free) => !labels.some((label) => label.value === free),
  );
  const taken = labels.map(({ gray }) => gray).sort((a, b) => a - b);
  return {
    value: value ?? 255,
    name: '',
    color:
      LABEL_COLORS.find((color) => !labels.some((label) => label.color === color)) ??
      LABEL_COLORS[labels.length % LABEL_COLORS.length]!,
    gray: farthestGray(taken),
  };
}

function farthestGray(taken: readonly number[]): number {
  if (taken.length === 0) return 0;
  const distance = (gray: number) => Math.min(...taken.map((other) => Math.abs(other - gray)));
  let best = 0;
  for (let gray = 0; gray <= 255; gray += 1) if (distance(gray) > distance(best)) best = gray;
  return best;
}

/** Two labels to start with, as a table of one's own needs at least. */
export function startingLabels(): LabelClass[] {
  const background = { ...nextLabel([]), name: 'background', color: '#56b4e9' };
  return [background, { ...nextLabel([background]), name: 'object', color: '#e69f00' }];
}

/** The first thing that is wrong with a table, as a sentence; null when it may be saved. */
export function labelTableProblem(labels: readonly LabelClass[]): string | null {
  if (labels.length < 2) return 'A task needs two labels at least: what is there, and what is not.';
  const unnamed = labels.find(({ name }) => !name.trim());
  if (unnamed) return `Label ${unnamed.value} has no name. Give it one.`;
  const twice = <K extends keyof LabelClass>(key: K) =>
    labels.find((label, at) => labels.findIndex((other) => other[key] === label[key]) < at)?.[key];
  const name = twice('name');
  if (name !== undefined) return `Two labels are named “${name}”. Rename one.`;
  const gray = twice('gray');
  if (gray !== undefined)
    return `Two labels have grey ${gray}: label images could not tell them apart. Change one.`;
  const parsed = labelTable.safeParse(labels);
  return parsed.success
    ? null
    : `${parsed.error.issues[0]!.path.join(' ')}: ${parsed.error.issues[0]!.message}.`;
}
