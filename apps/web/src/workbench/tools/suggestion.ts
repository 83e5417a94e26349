/** What the live model suggests for each pixel, and how certain it is at least. Pure; fetches and paints nothing. */

export interface Suggestion {
  readonly width: number;
  readonly height: number;
  /** Row-major bytes of the probability map: of two labels the greater one's probability × 255, of more the label itself. */
  readonly values: Uint8Array;
  /** Of more than two labels: entropy × 255 / ln(labels). */
  readonly entropies: Uint8Array | undefined;
  /** Ascending by grey. */
  readonly labels: readonly number[];
}

/**
 * The label that the model gives a pixel with at least this probability, 0 where it gives none. Of two labels the map holds the
 * probability itself. Of more it holds the winner and the entropy H of all: the winner's probability is never below exp(-H),
 * since -ln max p <= -sum p ln p; so nothing less certain is taken, and some of what is as certain is not.
 */
export function certainLabels(
  { width, height, values, entropies, labels }: Suggestion,
  certainty: number,
): (x: number, y: number) => number {
  const inside = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height;
  if (entropies === undefined) {
    const [lesser = 0, greater = 0] = labels;
    const table = Uint8Array.from({ length: 256 }, (_, byte) =>
      byte / 255 >= certainty ? greater : 1 - byte / 255 >= certainty ? lesser : 0,
    );
    return (x, y) => (inside(x, y) ? table[values[y * width + x]!]! : 0);
  }
  const mostEntropy = -Math.log(certainty);
  const most = Math.floor((255 * mostEntropy) / Math.log(labels.length));
  const known = Uint8Array.from({ length: 256 }, (_, label) => (labels.includes(label) ? label : 0));
  return (x, y) => {
    if (!inside(x, y)) return 0;
    const at = y * width + x;
    return entropies[at]! <= most ? known[values[at]!]! : 0;
  };
}
