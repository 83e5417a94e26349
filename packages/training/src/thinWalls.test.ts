import { expect, test } from 'vitest';
import { UNKNOWN_CLASS } from './section.ts';
import { thinWalls } from './thinWalls.ts';

const size = { width: 60, height: 20 };
/** Walls at x = 10…12 (thin) and x = 30…49 (broad), cells elsewhere. */
const wall = (x: number) => (x >= 10 && x < 13) || (x >= 30 && x < 50);
const classes = Uint8Array.from({ length: 1200 }, (_, at) => (wall(at % 60) ? 0 : 1));

test('thin walls between two cells weigh more, cells and broad walls do not', () => {
  const emphasis = thinWalls(classes, size)!;
  for (let at = 0; at < 1200; at++) {
    const x = at % 60;
    if (x >= 10 && x < 13) expect(emphasis[at]).toBeGreaterThan(128);
    else expect(emphasis[at]).toBe(0);
  }
});

test('a wall that ends inside one cell parts nothing', () => {
  const spur = Uint8Array.from({ length: 1200 }, (_, at) => (at % 60 === 20 && at < 600 ? 0 : 1));
  expect(Math.max(...thinWalls(spur, size)!)).toBe(0);
});

test('strokes, organelles and more than two classes have no walls', () => {
  expect(
    thinWalls(
      classes.map((index, at) => (at % 5 ? UNKNOWN_CLASS : index)),
      size,
    ),
  ).toBeNull();
  expect(
    thinWalls(
      classes.map((index) => 1 - index),
      size,
    ),
  ).toBeNull();
  expect(
    thinWalls(
      classes.map((index, at) => (at === 0 ? 2 : index)),
      size,
    ),
  ).toBeNull();
});
