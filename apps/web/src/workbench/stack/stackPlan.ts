/** Which sections lie beside and between which, for tools that take labels over from one to another. Pure. */
import type { Section } from '@cotrace/protocol';

type Placed = Pick<Section, 'id' | 'index' | 'width' | 'height' | 'name'> & {
  readonly masks: readonly Pick<Section['masks'][number], 'taskId' | 'labelledPixels'>[];
};

/** Two labelled sections and the ones between them, in stack order. */
export interface Gap<S extends Placed = Section> {
  readonly from: S;
  readonly to: S;
  readonly between: readonly S[];
}

export type NoGap = 'alone' | 'noneBefore' | 'noneAfter' | 'neighbours' | 'sizes';

/** The section before (-1) or after (1) one in the stack. */
export const neighbourOf = <S extends Placed>(
  sections: readonly S[],
  sectionId: string,
  by: -1 | 1,
): S | undefined => sections[sections.findIndex(({ id }) => id === sectionId) + by];

export const isSameSize = (a: Placed, b: Placed): boolean => a.width === b.width && a.height === b.height;

/**
 * What can be filled from here: for a section without labels of the task the gap that it lies in; for a labelled one the gap
 * that begins there, or else the one that ends there. `sections` in stack order. Else why there is none.
 */
export function gapAround<S extends Placed>(
  sections: readonly S[],
  sectionId: string,
  taskId: string,
): Gap<S> | NoGap {
  const isLabelled = ({ masks }: S) =>
    masks.some((mask) => mask.taskId === taskId && mask.labelledPixels > 0);
  const labelled = sections.filter(isLabelled);
  const place = sections.findIndex(({ id }) => id === sectionId);
  const here = sections[place];
  if (here === undefined || labelled.length < 2) return 'alone';
  const before = sections.slice(0, place).reverse().find(isLabelled);
  const after = sections.slice(place + 1).find(isLabelled);
  const gap = (from: S | undefined, to: S | undefined): Gap<S> | NoGap => {
    if (from === undefined) return 'noneBefore';
    if (to === undefined) return 'noneAfter';
    const between = sections.slice(sections.indexOf(from) + 1, sections.indexOf(to));
    if (between.length === 0) return 'neighbours';
    return [to, ...between].every((other) => isSameSize(from, other)) ? { from, to, between } : 'sizes';
  };
  if (!isLabelled(here)) return gap(before, after);
  const ahead = gap(here, after);
  if (typeof ahead === 'object') return ahead;
  const behind = gap(before, here);
  return typeof behind === 'object' ? behind : ahead;
}

/** How far each section between lies from the first (0) to the last (1), by their places in the stack. */
export const placesBetween = ({ from, to, between }: Gap<Placed>): number[] =>
  between.map(({ index }) => (index - from.index) / (to.index - from.index));
