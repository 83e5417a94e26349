/** How good a model is on held-out labels: the challenge's scores where whole sections are labelled, Dice everywhere. */
import { dice, expectedCalibrationError, type LabelledSection, scoreStack } from '@cotrace/metrics';
import type { Score } from './gate.ts';
import type { Predictor } from './prediction.ts';
import { classesOf, classIndices, type LabelClass, type Section, UNKNOWN_CLASS } from './section.ts';

/** A section with fewer unpainted pixels than this share is labelled as a whole: cells can be told apart in it. */
const WHOLE = 0.98;

export interface ScoringOptions {
  /** As the model is used; 8 unless said otherwise. */
  turns?: 1 | 8;
  signal?: AbortSignal | undefined;
  /** 0…1. */
  onProgress?: ((fraction: number) => void) | undefined;
}

/**
 * Null where no held-out pixel is painted. V_Rand, V_Info and pixel error need two labels, of which the greater grey
 * covers most of the wholly labelled sections: cells between walls. Organelles in a background have no walls, and
 * false ones would not count.
 * Throws LABEL_VALUE_UNKNOWN, LABEL_TABLE_INVALID, SECTION_INVALID, CANCELLED.
 */
export async function scoreModel(
  predictor: Predictor,
  labels: readonly LabelClass[],
  heldOut: readonly Section[],
  options: ScoringOptions = {},
): Promise<Score | null> {
  const classCount = classesOf(labels).length;
  const painted = heldOut
    .map((section) => ({ section, classes: classIndices(section, labels) }))
    .filter(({ classes }) => classes.some((index) => index !== UNKNOWN_CLASS));
  if (painted.length === 0) return null;

  const pixels = collector(classCount);
  const stack: LabelledSection[] = [];
  const maps: Float32Array[] = [];
  for (const [index, { section, classes }] of painted.entries()) {
    const { probability } = await predictor.predict(section, {
      turns: options.turns ?? 8,
      uncertainty: false,
      signal: options.signal,
      onProgress: (fraction) => options.onProgress?.((index + fraction) / painted.length),
    });
    pixels.add(classes, probability);
    if (classCount === 2 && isWhole(classes)) {
      stack.push(cellsOf(section, classes));
      maps.push(probability);
    }
  }
  const whole = stack.length > 0 && coversMost(stack) ? scoreStack(stack, maps) : null;
  return {
    sections: painted.length,
    vRand: whole?.vRand ?? null,
    vInfo: whole?.vInfo ?? null,
    pixelError: whole?.pixelError ?? null,
    ...pixels.measures(),
  };
}

function isWhole(classes: Uint8Array): boolean {
  return classes.reduce((n, index) => n + (index === UNKNOWN_CLASS ? 0 : 1), 0) >= WHOLE * classes.length;
}

function cellsOf({ width, height }: Section, classes: Uint8Array): LabelledSection {
  return {
    width,
    height,
    labels: classes.map((index) => (index === 1 ? 1 : 0)),
    known: classes.map((index) => (index === UNKNOWN_CLASS ? 0 : 1)),
  };
}

function coversMost(stack: readonly LabelledSection[]): boolean {
  const cells = stack.reduce((sum, { labels }) => sum + labels.reduce((n, cell) => n + cell, 0), 0);
  return cells > stack.reduce((sum, { labels }) => sum + labels.length, 0) / 2;
}

/** Gathers all painted pixels of a stack: winning class, its probability (of the second, for two), the truth. */
function collector(classCount: number) {
  const truths: Uint8Array[] = [];
  const winners: Uint8Array[] = [];
  const promised: Float32Array[] = [];
  return {
    add(classes: Uint8Array, probability: Float32Array): void {
      const known = Uint32Array.from(classes.keys()).filter((at) => classes[at] !== UNKNOWN_CLASS);
      const channels = classCount === 2 ? 1 : classCount;
      const winner = new Uint8Array(known.length);
      const chance = new Float32Array(known.length);
      known.forEach((at, i) => {
        if (channels === 1) {
          chance[i] = probability[at]!;
          winner[i] = chance[i]! > 0.5 ? 1 : 0;
          return;
        }
        for (let c = 0; c < channels; c++) {
          const p = probability[at * channels + c]!;
          if (p > chance[i]!) {
            chance[i] = p;
            winner[i] = c;
          }
        }
      });
      truths.push(Uint8Array.from(known, (at) => classes[at]!));
      winners.push(winner);
      promised.push(chance);
    },
    measures(): { dice: number; ece: number } {
      const truth = joined(truths, Uint8Array);
      const winner = joined(winners, Uint8Array);
      const chance = joined(promised, Float32Array);
      const came = classCount === 2 ? truth : truth.map((index, i) => (winner[i] === index ? 1 : 0));
      const perClass = Array.from({ length: classCount }, (_, c) => c)
        .filter((c) => truth.includes(c))
        .map((c) =>
          dice(
            truth.map((index) => (index === c ? 1 : 0)),
            winner.map((index) => (index === c ? 1 : 0)),
          ),
        );
      return {
        dice: perClass.reduce((sum, value) => sum + value, 0) / perClass.length,
        ece: expectedCalibrationError(chance, came),
      };
    },
  };
}

function joined<T extends Uint8Array | Float32Array>(
  parts: readonly T[],
  type: new (length: number) => T,
): T {
  const all = new type(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
