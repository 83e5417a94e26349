/** Arrow keys in a grid whose rows are wherever the browser broke them. Pure but for the focus that it moves. */
import type { KeyboardEvent } from 'react';

export interface Place {
  left: number;
  top: number;
}

/** Index of the cell that an arrow leads to from `at`; the same index at an edge, undefined for other keys. */
export function cellAfter(key: string, at: number, cells: readonly Place[]): number | undefined {
  const here = cells[at];
  if (!here) return undefined;
  switch (key) {
    case 'ArrowRight':
      return Math.min(cells.length - 1, at + 1);
    case 'ArrowLeft':
      return Math.max(0, at - 1);
    case 'Home':
      return 0;
    case 'End':
      return cells.length - 1;
    case 'ArrowDown': {
      const below = cells.findIndex(({ left, top }) => top > here.top && left >= here.left);
      const nextRow = cells.findIndex(({ top }) => top > here.top);
      const isNextRow = below >= 0 && cells[below]!.top === cells[nextRow]!.top;
      return isNextRow ? below : nextRow >= 0 ? lastOfRow(cells, nextRow) : at;
    }
    case 'ArrowUp': {
      const above = cells.filter(({ left, top }) => top < here.top && left <= here.left).at(-1);
      return above ? cells.indexOf(above) : at;
    }
    default:
      return undefined;
  }
}

const lastOfRow = (cells: readonly Place[], at: number): number =>
  at + cells.filter(({ top }) => top === cells[at]!.top).length - 1;

/** For `onKeyDown` of the grid; cells are its links. */
export function moveBetweenLinks(event: KeyboardEvent<HTMLElement>): void {
  const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>('article > a')];
  const at = links.indexOf(document.activeElement as HTMLAnchorElement);
  const places = links.map((link) => link.getBoundingClientRect());
  const next = cellAfter(event.key, at, places);
  if (next === undefined) return;
  event.preventDefault();
  links[next]!.focus();
}
