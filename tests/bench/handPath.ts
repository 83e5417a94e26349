/** How a hand moves that paints: points of a path, the same for the same seed. */
import type { SeededRandom } from '@cotrace/tissue';

const POINTS = 60;
const STEP = 4;

/** 60 points of a hand that wanders, 4 pixels apart, inside a square of `side` pixels. */
export function handPath(random: SeededRandom, side: number): { x: number; y: number }[] {
  let [x, y] = [random.between(0, side), random.between(0, side)];
  let [dx, dy] = random.direction();
  const inside = (value: number) => Math.min(side - 1, Math.max(0, value));
  return Array.from({ length: POINTS }, () => {
    const [turnX, turnY] = random.direction();
    const length = Math.hypot(dx + turnX / 3, dy + turnY / 3) || 1;
    [dx, dy] = [(dx + turnX / 3) / length, (dy + turnY / 3) / length];
    [x, y] = [inside(x + STEP * dx), inside(y + STEP * dy)];
    return { x, y };
  });
}
