/** What is trained on and predicted: sections with or without labels, and the classes a label table makes. No files. */
import { TrainingError } from './errors.ts';

/** One row of a label table. */
export interface LabelClass {
  /** What a painted pixel holds, 1…255. */
  value: number;
  name: string;
  /** Its grey in `label/` images, 0…255. */
  gray: number;
  /** #rrggbb, where the table has colours. */
  color?: string | undefined;
}

/** Pixels row by row from the top left. */
export interface Section {
  name: string;
  width: number;
  height: number;
  /** [height, width], 0…1. */
  image: Float32Array;
  /** [height, width] label values, 0 = unknown; null where nothing is painted. */
  labels: Uint8Array | null;
  /**
   * [height, width]: the same as the weights that a run starts from saw them, 0 where they were not painted yet. Absent: not
   * known, nothing of this section counts as new.
   */
  earlierLabels?: Uint8Array | undefined;
}

/** Marks an unpainted pixel among class indices. */
export const UNKNOWN_CLASS = 255;

/** The membranes of the ISBI challenge: a model of these gives the probability of "cell". */
export const MEMBRANE_LABELS: readonly LabelClass[] = [
  { value: 1, name: 'membrane', gray: 0 },
  { value: 2, name: 'cell', gray: 255 },
];

/**
 * The table in class order: ascending grey. Class index = place in it.
 * Throws LABEL_TABLE_INVALID.
 */
export function classesOf(labels: readonly LabelClass[]): LabelClass[] {
  const distinct = (numbers: number[]) => new Set(numbers).size === labels.length;
  if (labels.length < 2 || labels.length > 254) {
    throw new TrainingError('LABEL_TABLE_INVALID', `${labels.length} labels`);
  }
  if (!distinct(labels.map(({ value }) => value)) || !distinct(labels.map(({ gray }) => gray))) {
    throw new TrainingError('LABEL_TABLE_INVALID', 'two labels with the same value or the same grey');
  }
  const outside = labels.find(({ value }) => !Number.isInteger(value) || value < 1 || value > 255);
  if (outside) throw new TrainingError('LABEL_TABLE_INVALID', `value ${outside.value} of "${outside.name}"`);
  return [...labels].sort((a, b) => a.gray - b.gray);
}

/**
 * Label values to class indices, UNKNOWN_CLASS where 0.
 * Throws LABEL_VALUE_UNKNOWN for a value outside the table, SECTION_INVALID for a wrong size.
 */
export function classIndices(section: Section, labels: readonly LabelClass[]): Uint8Array {
  const { name, width, height } = section;
  const indices = new Uint8Array(width * height).fill(UNKNOWN_CLASS);
  if (section.labels === null) return indices;
  if (section.labels.length !== width * height) {
    throw new TrainingError(
      'SECTION_INVALID',
      `${section.labels.length} labels for ${width} × ${height} pixels in "${name}"`,
    );
  }
  const classOf = new Int16Array(256).fill(-1);
  classOf[0] = UNKNOWN_CLASS;
  classesOf(labels).forEach(({ value }, index) => {
    classOf[value] = index;
  });
  for (let i = 0; i < indices.length; i++) {
    const index = classOf[section.labels[i]!]!;
    if (index < 0) {
      throw new TrainingError('LABEL_VALUE_UNKNOWN', `value ${section.labels[i]} in "${name}"`);
    }
    indices[i] = index;
  }
  return indices;
}
