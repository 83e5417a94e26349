/**
 * Where crops are laid: around painted pixels, rare classes and sparsely painted sections more often than their share. A
 * run that goes on from earlier weights lays a set share around what is new to them, and replays the rest.
 */
import type { SeededRandom } from './seededRandom.ts';
import type { Anchors, PreparedSection, TrainingSet } from './trainingSet.ts';

export interface CropPlace {
  section: PreparedSection;
  /** A painted pixel that the crop is sure to show. */
  anchorX: number;
  anchorY: number;
}

type DrawPlace = (random: SeededRandom) => CropPlace;

/** Share of the crops around new paint. The other half is drawn from all paint, so that the old is not forgotten. */
export const NEW_SHARE = 0.5;
/** New pixels, a stroke or two, that the whole share is due to: a stray dot must not rule half of a run. */
export const ENOUGH_NEW = 1_000;

/** Draws places one after another; the sequence is `random`'s. */
export function cropPlaces(set: TrainingSet): DrawPlace {
  const replay = placesAmong(set.sections.map((section) => ({ section, painted: section })));
  const news = set.sections.flatMap((section) => (section.news ? [{ section, painted: section.news }] : []));
  const count = news.reduce((sum, { painted }) => sum + total(painted.classPixels), 0);
  if (count === 0) return replay;
  const fresh = placesAmong(news);
  const share = NEW_SHARE * Math.min(1, count / ENOUGH_NEW);
  return (random) => (random.unit() < share ? fresh(random) : replay(random));
}

function placesAmong(among: readonly { section: PreparedSection; painted: Anchors }[]): DrawPlace {
  const indices = among[0]!.painted.classPixels.keys();
  // The square root lies between "every pixel alike" and "every section alike".
  const perClass = [...indices].map((index) =>
    cumulate(among.map(({ painted }) => Math.sqrt(painted.classPixels[index]!))),
  );
  const classes = cumulate(
    perClass.map((_, index) => Math.sqrt(total(among.map(({ painted }) => painted.classPixels[index]!)))),
  );
  return (random) => {
    const index = draw(classes, random);
    const { section, painted } = among[draw(perClass[index]!, random)]!;
    const anchors = painted.anchors[index]!;
    const pixel = anchors[random.below(anchors.length)]!;
    return { section, anchorX: pixel % section.width, anchorY: Math.floor(pixel / section.width) };
  };
}

const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);

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
