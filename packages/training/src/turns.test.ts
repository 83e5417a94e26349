import { expect, test } from 'vitest';
import { addTurnedBack, applyTurn, TURNS } from './turns.ts';

const plane = {
  width: 5,
  height: 3,
  values: Float32Array.from({ length: 15 }, (_, at) => at * at),
};

test.each(TURNS)('turn %i is taken back exactly', (turn) => {
  const turned = applyTurn(plane, turn);
  const back = new Float32Array(15);
  addTurnedBack(back, { ...plane, channels: 1 }, turned.values, turn);
  expect(back).toEqual(plane.values);
});

test('the eight turns are all different', () => {
  const square = { width: 3, height: 3, values: Float32Array.from({ length: 9 }, (_, at) => at) };
  const seen = TURNS.map((turn) => applyTurn(square, turn).values.join());
  expect(new Set(seen).size).toBe(8);
});

test('channels stay together', () => {
  const back = new Float32Array(30);
  // The turned picture is 3 wide and 5 high; each pixel carries its own index twice.
  const values = Float32Array.from({ length: 30 }, (_, at) => Math.floor(at / 2));
  addTurnedBack(back, { width: 5, height: 3, channels: 2 }, values, 4);
  for (let at = 0; at < 15; at++) expect(back[2 * at]).toBe(back[2 * at + 1]);
  expect(back[2]).toBe(3);
});
