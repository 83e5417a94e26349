/**
 * Where people do not agree. A pixel is in dispute when the last label that somebody painted there is not the one that shows, and
 * somebody else made it so: painted over with another label, or erased. Who erased last has no opinion; what the server
 * itself painted (imports) is nobody's. Pure: strokes in, a plane and its account out, tile by tile.
 */
import { type Box, clipToBox, forEachRun, type Runs, type Size, TILE_PIXELS, TILE_SIZE } from '@cotrace/mask';

export interface PersonsStroke {
  /** Undefined: the server itself. */
  readonly userId: string | undefined;
  readonly label: number;
  readonly runs: Runs;
}

export interface Dispute {
  /** Whose label shows (0: they erased), and whose it was. */
  readonly over: string;
  readonly under: string;
  readonly shows: number;
  readonly was: number;
  readonly pixels: number;
  readonly box: Box;
}

export interface Disagreement {
  /** [height * width], row-major: 0, or the label that was painted over; of several people's the one painted last. */
  readonly plane: Uint8Array;
  /** The largest first; each pixel of the plane is in one of them. */
  readonly disputes: Dispute[];
}

/** `strokes`: live ones, what shows on top first. Yields after every tile, so that others get their turn. */
export function* disagreementOf(
  strokes: readonly PersonsStroke[],
  { width, height }: Size,
): Generator<void, Disagreement> {
  const plane = new Uint8Array(width * height);
  const people = [...new Set(strokes.map(({ userId }) => userId))];
  const placeOf = new Map(people.map((userId, place) => [userId, place]));
  const account = new Account(people);
  const byTile = tilesOf(strokes, { width, height });
  const top = new Uint16Array(TILE_PIXELS);
  const shown = new Uint8Array(TILE_PIXELS);

  for (const [index, ofTile] of byTile) {
    const across = Math.ceil(width / TILE_SIZE);
    const [left, upper] = [(index % across) * TILE_SIZE, Math.floor(index / across) * TILE_SIZE];
    const box = {
      x0: left,
      y0: upper,
      x1: Math.min(width, left + TILE_SIZE),
      y1: Math.min(height, upper + TILE_SIZE),
    };
    // One more than a person's place; 0 where nobody was.
    top.fill(0);
    /** Whoever has spoken at a pixel: older strokes of theirs count no more. */
    const spoken = new Map<number, Uint8Array>();
    for (const { userId, label, runs } of ofTile) {
      const person = placeOf.get(userId)!;
      let ofPerson = spoken.get(person);
      if (ofPerson === undefined) {
        ofPerson = new Uint8Array(TILE_PIXELS);
        spoken.set(person, ofPerson);
      }
      const told = ofPerson;
      forEachRun(clipToBox(runs, box), (y, x0, x1) => {
        for (let x = x0; x < x1; x++) {
          const i = (y - upper) * TILE_SIZE + x - left;
          if (told[i] === 1) continue;
          told[i] = 1;
          if (top[i] === 0) {
            top[i] = person + 1;
            shown[i] = label;
            continue;
          }
          const isByPerson = people[top[i]! - 1] !== undefined && userId !== undefined;
          const at = y * width + x;
          if (!isByPerson || label === 0 || label === shown[i] || plane[at] !== 0) continue;
          plane[at] = label;
          account.enter(top[i]! - 1, person, shown[i]!, label, x, y);
        }
      });
    }
    yield;
  }
  return { plane, disputes: account.disputes() };
}

function tilesOf(
  strokes: readonly PersonsStroke[],
  { width }: Size,
): ReadonlyMap<number, readonly PersonsStroke[]> {
  const across = Math.ceil(width / TILE_SIZE);
  const byTile = new Map<number, PersonsStroke[]>();
  for (const stroke of strokes) {
    const touched = new Set<number>();
    forEachRun(stroke.runs, (y, x0, x1) => {
      for (let column = x0 >> 7; column << 7 < x1; column++) touched.add((y >> 7) * across + column);
    });
    for (const index of touched) {
      const ofTile = byTile.get(index);
      if (ofTile === undefined) byTile.set(index, [stroke]);
      else ofTile.push(stroke);
    }
  }
  return byTile;
}

/** One dispute while its pixels are counted. */
interface Entry {
  pixels: number;
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** By numbers: there may be a million pixels, and a word for each would take a second. */
class Account {
  private readonly entries = new Map<number, Entry>();

  constructor(private readonly people: readonly (string | undefined)[]) {}

  /** `over`, `under`: places of people. */
  enter(over: number, under: number, shows: number, was: number, x: number, y: number): void {
    const key = ((over * this.people.length + under) * 256 + shows) * 256 + was;
    const known = this.entries.get(key);
    if (known === undefined) {
      this.entries.set(key, { pixels: 1, x0: x, y0: y, x1: x + 1, y1: y + 1 });
      return;
    }
    known.pixels++;
    known.x0 = Math.min(known.x0, x);
    known.y0 = Math.min(known.y0, y);
    known.x1 = Math.max(known.x1, x + 1);
    known.y1 = Math.max(known.y1, y + 1);
  }

  disputes(): Dispute[] {
    const all = [...this.entries].map(([key, { pixels, ...box }]) => {
      const pair = Math.floor(key / 65_536);
      return {
        over: this.people[Math.floor(pair / this.people.length)]!,
        under: this.people[pair % this.people.length]!,
        shows: (key >> 8) & 255,
        was: key & 255,
        pixels,
        box,
      };
    });
    return all.sort((a, b) => b.pixels - a.pixels);
  }
}
