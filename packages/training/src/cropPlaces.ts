/** Where crops are laid: around painted pixels, rare classes and sparsely painted sections more often than their share. */
import type { SeededRandom } from './seededRandom.ts';
import type { PreparedSection, TrainingSet } from './trainingSet.ts';

export interface CropPlace {
  section: PreparedSection;
  /** A painted pixel that the crop is sure to show. */
  anchorX: number;
  anchorY: number;
}

/** Draws places one after another; the sequence is `random`'s. */
export function cropPlaces(set: TrainingSet): (random: SeededRandom) => CropPlace {
  // The square root lies between "every pixel alike" and "every section alike".
  const perClass = set.classPixels.map((_, index) =>
    cumulate(set.sections.map((section) => Math.sqrt(section.classPixels[index]!))),
  );
  const classes = cumulate(set.classPixels.map(Math.sqrt));
  return (random) => {
    const index = draw(classes, random);
    const section = set.sections[draw(perClass[index]!, random)]!;
    const anchors = section.anchors[index]!;
    const pixel = anchors[random.below(anchors.length)]!;
    return { section, anchorX: pixel % section.width, anchorY: Math.floor(pixel / section.width) };
  };
}

function cumulate(shares: number[]): Float64Array {
  let sum = 0;
  return Float64Array.from(shares, (share) => {
    sum += share;
    return sum;
  });
}

function draw(cumulative: Float64Array, random: SeededRandom): number {
  const mark = random.unit() * cumulative.at(-1)!;
  return cumulative.findIndex((edge) => mark < edge);
}
