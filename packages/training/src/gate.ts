/**
 * May a new model go live? Only if it is not worse than the live one on the same held-out labels; a tie goes to the new
 * one, which has seen more labels. V_Rand decides where whole sections are labelled, Dice where only strokes are.
 */

/** On held-out labels; null where a measure does not apply to them. */
export interface Score {
  /** Held-out sections with labels. */
  sections: number;
  /** Greatest over thresholds; only fully labelled sections of a task whose greater grey is the cells between walls. */
  vRand: number | null;
  vInfo: number | null;
  /** 1 − F1 of the class with the greater grey at the best threshold, fully labelled sections. */
  pixelError: number | null;
  /** Mean of the classes' Dice coefficients over the painted pixels. */
  dice: number | null;
  /** Expected calibration error over the painted pixels. */
  ece: number | null;
}

export interface Judgement {
  beatsLive: boolean;
  /** Whether there was a live model to be measured against. */
  compared: boolean;
  /** One sentence for people. */
  verdict: string;
}

/** Differences below what float32 inference repeats to are ties. */
const TIE = 1e-6;

export function judge(candidate: Score | null, live: Score | null): Judgement {
  if (candidate === null) {
    return {
      beatsLive: true,
      compared: false,
      verdict: 'Went live unjudged: no held-out section has labels. Paint some to have models compared.',
    };
  }
  const on = `${candidate.sections} held-out section${candidate.sections === 1 ? '' : 's'}`;
  const measure = (['vRand', 'dice'] as const).find((name) => candidate[name] !== null);
  if (measure === undefined) {
    return {
      beatsLive: true,
      compared: false,
      verdict: `Went live unjudged: the labels of ${on} allow no measure.`,
    };
  }
  const name = measure === 'vRand' ? 'V_Rand' : 'Dice';
  const now = candidate[measure]!;
  const before = live?.[measure] ?? null;
  if (before === null) {
    return {
      beatsLive: true,
      compared: false,
      verdict: `Went live as the first model: ${name} ${now.toFixed(4)} on ${on}.`,
    };
  }
  const figures = `${name} ${now.toFixed(4)} against ${before.toFixed(4)} of the live model on ${on}`;
  const compared = true;
  if (now > before + TIE) return { beatsLive: true, compared, verdict: `Went live, better: ${figures}.` };
  if (now >= before - TIE) return { beatsLive: true, compared, verdict: `Went live, as good: ${figures}.` };
  return { beatsLive: false, compared, verdict: `Not better, kept aside: ${figures}.` };
}
