/** Where a map comes from and what has been gained: models by number, their age, their quality since the first. Pure. */
import type { TrainedModel } from '@cotrace/protocol';

export interface Provenance {
  /** Models of a task are counted from 1, in the order in which they were made. */
  readonly number: number;
  readonly model: TrainedModel;
  /** It is not the live one: the live one's map is on its way. */
  readonly isOld: boolean;
}

/** `models`: newest first, all of the task. Undefined: no map, or its model is not in the list (yet). */
export function provenanceOf(
  models: readonly TrainedModel[],
  modelId: string | null,
): Provenance | undefined {
  const place = models.findIndex(({ id }) => id === modelId);
  const model = models[place];
  return model && { number: models.length - place, model, isOld: !model.live };
}

export interface Gain {
  readonly metric: 'V_Rand' | 'Dice';
  /** Of the live model, 0…1. */
  readonly now: number;
  /** Against the first model that was scored by the same measure, each on the held-out labels of its time. Null: it is the first. */
  readonly since: { readonly difference: number; readonly number: number } | null;
}

/** What the live model's score is, and how much has been gained. Undefined: it was not scored, nothing being held out. */
export function gainOf(models: readonly TrainedModel[]): Gain | undefined {
  const live = models.find((model) => model.live);
  if (live?.score == null) return undefined;
  const measure = live.score.vRand !== null ? 'vRand' : 'dice';
  const now = live.score[measure];
  if (now === null) return undefined;
  const first = models.filter(({ score }) => score?.[measure] != null).at(-1)!;
  const before = first.score![measure]!;
  return {
    metric: measure === 'vRand' ? 'V_Rand' : 'Dice',
    now,
    since:
      first === live ? null : { difference: now - before, number: models.length - models.indexOf(first) },
  };
}

/** With its sign, to four decimals: `+0.0213`, `−0.0040`, `±0`. */
export const signed = (difference: number, digits = 4): string => {
  const text = Math.abs(difference).toFixed(digits);
  if (Number(text) === 0) return '±0';
  return `${difference > 0 ? '+' : '−'}${text}`;
};
