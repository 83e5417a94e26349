/**
 * Sections made ready for training: standardised pixels, class indices, places to look at, and weights by class so that
 * a lone stroke counts. Refuses sets that nothing can be learnt from.
 */
import { TrainingError } from './errors.ts';
import { classesOf, classIndices, type LabelClass, type Section, UNKNOWN_CLASS } from './section.ts';
import { seededRandom } from './seededRandom.ts';
import { standardise } from './standardise.ts';
import { thinWalls } from './thinWalls.ts';

/** Painted pixels that crops may be laid around. */
export interface Anchors {
  /** For each class, pixel numbers (y × width + x); at most MAX_ANCHORS, evenly drawn. */
  anchors: Uint32Array[];
  /** All such pixels of each class. */
  classPixels: number[];
}

/** `anchors` and `classPixels`: of all that is painted. */
export interface PreparedSection extends Anchors {
  name: string;
  width: number;
  height: number;
  /** [height, width], mean 0, deviation 1. */
  image: Float32Array;
  /** [height, width] class index, UNKNOWN_CLASS where unpainted. */
  classes: Uint8Array;
  /** [height, width], 0…255: how much more than others a pixel weighs; null = all alike. */
  emphasis: Uint8Array | null;
  /** Of what was painted, or painted otherwise, since the earlier labels; null where those are not known. */
  news: Anchors | null;
}

export interface TrainingSet {
  sections: PreparedSection[];
  classCount: number;
  /** Painted pixels of each class, over all sections. */
  classPixels: number[];
  labelledPixels: number;
  /** Loss weight by class index, 256 entries; 0 for UNKNOWN_CLASS. Mean 1 over the painted pixels. */
  classWeights: Float32Array;
}

/** Enough that no two crops agree, few enough that a 12,000² section costs little memory. */
const MAX_ANCHORS = 65_536;
/** No class weighs more than this many times another: a single mislabelled dot must not rule the loss. */
const MAX_IMBALANCE = 10;

/**
 * `balance` 0 leaves all painted pixels alike, 1 gives each class the same total weight; between, the weight of a class
 * falls with the power `balance` of its pixels.
 * Throws NO_LABELS, ONE_CLASS_ONLY, LABEL_VALUE_UNKNOWN, SECTION_INVALID, LABEL_TABLE_INVALID.
 */
export function prepareTrainingSet(options: {
  sections: readonly Section[];
  labels: readonly LabelClass[];
  balance: number;
  seed: number;
}): TrainingSet {
  const classCount = classesOf(options.labels).length;
  const sections = options.sections
    .map((section, index) => prepareSection(section, options.labels, classCount, options.seed + index))
    .filter(({ classPixels }) => classPixels.some((count) => count > 0));
  const classPixels = Array.from({ length: classCount }, (_, index) =>
    sections.reduce((sum, section) => sum + section.classPixels[index]!, 0),
  );
  const labelledPixels = classPixels.reduce((sum, count) => sum + count, 0);
  if (labelledPixels === 0) throw new TrainingError('NO_LABELS', `${options.sections.length} sections`);
  if (classPixels.filter((count) => count > 0).length === 1) {
    const only = classesOf(options.labels)[classPixels.findIndex((count) => count > 0)]!;
    throw new TrainingError('ONE_CLASS_ONLY', `${labelledPixels} pixels, all "${only.name}"`);
  }
  const classWeights = weigh(classPixels, options.balance);
  return { sections, classCount, classPixels, labelledPixels, classWeights };
}

function prepareSection(
  section: Section,
  labels: readonly LabelClass[],
  classCount: number,
  seed: number,
): PreparedSection {
  const { name, width, height, image } = section;
  if (image.length !== width * height) {
    throw new TrainingError(
      'SECTION_INVALID',
      `${image.length} values for ${width} × ${height} pixels in "${name}"`,
    );
  }
  const classes = classIndices(section, labels);
  const painted = anchorsOf(classes, classCount, seed);
  const labelled = painted.classPixels.some((count) => count > 0);
  const changed = changedClasses(section, classes);
  return {
    name,
    width,
    height,
    image: labelled ? standardise(image) : new Float32Array(0),
    classes,
    emphasis: labelled ? thinWalls(classes, section) : null,
    ...painted,
    news: changed && anchorsOf(changed, classCount, seed),
  };
}

/** [height, width] class index, UNKNOWN_CLASS also where the label is what it was; null where that is not known. */
function changedClasses(
  { name, width, height, labels, earlierLabels }: Section,
  classes: Uint8Array,
): Uint8Array | null {
  if (labels === null || earlierLabels === undefined) return null;
  if (earlierLabels.length !== classes.length) {
    throw new TrainingError(
      'SECTION_INVALID',
      `${earlierLabels.length} earlier labels for ${width} × ${height} pixels in "${name}"`,
    );
  }
  return classes.map((index, i) => (labels[i] === earlierLabels[i] ? UNKNOWN_CLASS : index));
}

function anchorsOf(classes: Uint8Array, classCount: number, seed: number): Anchors {
  const classPixels = Array.from({ length: classCount }, () => 0);
  for (let i = 0; i < classes.length; i++) {
    const index = classes[i]!;
    if (index !== UNKNOWN_CLASS) classPixels[index]!++;
  }
  return { anchors: drawAnchors(classes, classPixels, seed), classPixels };
}

/** Reservoir sampling: one pass, every painted pixel with the same chance. */
function drawAnchors(classes: Uint8Array, classPixels: number[], seed: number): Uint32Array[] {
  const random = seededRandom(seed, 0xa2c);
  const anchors = classPixels.map((count) => new Uint32Array(Math.min(count, MAX_ANCHORS)));
  const seen = classPixels.map(() => 0);
  for (let i = 0; i < classes.length; i++) {
    const index = classes[i]!;
    if (index === UNKNOWN_CLASS) continue;
    const place = seen[index]! < MAX_ANCHORS ? seen[index]! : random.below(seen[index]! + 1);
    if (place < MAX_ANCHORS) anchors[index]![place] = i;
    seen[index]!++;
  }
  return anchors;
}

function weigh(classPixels: number[], balance: number): Float32Array {
  const painted = classPixels.filter((count) => count > 0);
  const total = painted.reduce((sum, count) => sum + count, 0);
  const most = Math.max(...painted);
  const raw = classPixels.map((count) =>
    count === 0 ? 0 : Math.min(MAX_IMBALANCE, (most / count) ** balance),
  );
  const mean = classPixels.reduce((sum, count, index) => sum + count * raw[index]!, 0) / total;
  const weights = new Float32Array(256);
  raw.forEach((weight, index) => {
    weights[index] = weight / mean;
  });
  return weights;
}
