/**
 * Where the cells are: circles of very different sizes, packed at random, that wander through the stack; their power
 * diagram, bent by smooth noise, is the cell map of a section. Knows nothing of grey values.
 */
import { type SeededRandom, seededRandom } from './seededRandom.ts';
import { noiseAlongStack, noiseField } from './valueNoise.ts';

/** A neurite's cross-section is one site, or a chain of sites that share a cell number. */
export interface Site {
  x: number;
  y: number;
  radius: number;
  cell: number;
}

export interface Canvas {
  seed: number;
  width: number;
  height: number;
}

const MARGIN = 110;
const BEND_WIDE = 22;
const BEND_FINE = 2.2;
const REACH = 46;

/** Packs circles from the largest to the smallest into the canvas and a margin around it. */
export function packSites({ seed, width, height }: Canvas): Site[] {
  const random = seededRandom(seed ^ 0x51f15e);
  const sites: Site[] = [];
  const area = (width + 2 * MARGIN) * (height + 2 * MARGIN);
  let cell = 0;
  // [radius from, to, tries per 10,000 px², probability that a chain goes on]
  const classes: [number, number, number, number][] = [
    [44, 66, 0.5, 0.1],
    [26, 40, 1.2, 0.35],
    [14, 24, 5, 0.5],
    [7, 12, 14, 0.45],
  ];
  for (const [from, to, density, chain] of classes) {
    const tries = Math.round((area / 10_000) * density);
    for (let i = 0; i < tries; i++) {
      const radius = random.between(from, to);
      const first: Site = {
        x: random.between(-MARGIN, width + MARGIN),
        y: random.between(-MARGIN, height + MARGIN),
        radius,
        cell,
      };
      if (!fits(first, sites)) continue;
      sites.push(first);
      growChain(first, chain, random, sites);
      cell++;
    }
  }
  return sites;
}

function fits(candidate: Site, sites: Site[]): boolean {
  return sites.every((other) => {
    if (other.cell === candidate.cell) return true;
    const dx = other.x - candidate.x;
    const dy = other.y - candidate.y;
    const apart = 0.93 * (other.radius + candidate.radius);
    return dx * dx + dy * dy >= apart * apart;
  });
}

function growChain(first: Site, probability: number, random: SeededRandom, sites: Site[]): void {
  let last = first;
  let [dx, dy] = random.direction();
  for (let link = 0; link < 5 && random.unit() < probability; link++) {
    const [turnX, turnY] = random.direction();
    const length = Math.sqrt((dx + 0.4 * turnX) ** 2 + (dy + 0.4 * turnY) ** 2);
    dx = (dx + 0.4 * turnX) / length;
    dy = (dy + 0.4 * turnY) / length;
    const radius = last.radius * random.between(0.8, 1.05);
    const step = 0.75 * (last.radius + radius);
    const next: Site = { x: last.x + dx * step, y: last.y + dy * step, radius, cell: first.cell };
    if (!fits(next, sites)) return;
    sites.push(next);
    last = next;
  }
}

/** The sites as they lie in one section: each wanders around its home, all of them drift together. */
export function sitesAt(sites: Site[], seed: number, section: number): Site[] {
  const driftX = 9 * noiseAlongStack(seed, -1, section, 7);
  const driftY = 9 * noiseAlongStack(seed, -2, section, 7);
  return sites.map((site, i) => {
    const sway = 5 + 0.16 * site.radius;
    return {
      x: site.x + driftX + sway * noiseAlongStack(seed, 3 * i, section, 5),
      y: site.y + driftY + sway * noiseAlongStack(seed, 3 * i + 1, section, 5),
      radius: site.radius * (1 + 0.22 * noiseAlongStack(seed, 3 * i + 2, section, 6)),
      cell: site.cell,
    };
  });
}

export interface CellMap {
  /** Index into the sites: [height, width]. */
  siteOf: Int32Array;
  /** The bent coordinates at which the diagram was evaluated: [height, width] each. */
  bentX: Float32Array;
  bentY: Float32Array;
}

/** The power diagram (distance² − radius²) of the sites in bent coordinates. */
export function mapCells(sites: Site[], canvas: Canvas, section: number): CellMap {
  const { width, height } = canvas;
  const bentX = bend(canvas, section, 11, 0);
  const bentY = bend(canvas, section, 13, 1);
  const siteOf = new Int32Array(width * height).fill(-1);
  const best = new Float64Array(width * height).fill(Number.POSITIVE_INFINITY);
  const bendMost = BEND_WIDE + BEND_FINE;
  const splat = (index: number, reach: number) => {
    const { x: sx, y: sy, radius } = sites[index]!;
    const square = radius * radius;
    const left = Math.max(0, Math.floor(sx - reach));
    const right = Math.min(width - 1, Math.ceil(sx + reach));
    const top = Math.max(0, Math.floor(sy - reach));
    const bottom = Math.min(height - 1, Math.ceil(sy + reach));
    for (let y = top; y <= bottom; y++) {
      for (let i = y * width + left; i <= y * width + right; i++) {
        const dx = bentX[i]! - sx;
        const dy = bentY[i]! - sy;
        const power = dx * dx + dy * dy - square;
        if (power < best[i]!) {
          best[i] = power;
          siteOf[i] = index;
        }
      }
    }
  };
  sites.forEach(({ radius }, index) => {
    splat(index, radius + REACH + bendMost);
  });
  // A hole in the packing can be out of every site's reach: then all sites are asked.
  if (siteOf.includes(-1)) for (const index of sites.keys()) splat(index, width + height + 4 * MARGIN);
  return { siteOf, bentX, bentY };
}

function bend({ seed, width, height }: Canvas, section: number, lane: number, axis: 0 | 1): Float32Array {
  const wide = noiseField({ seed: seed + lane, width, height, period: 88, section, sectionPeriod: 9 });
  const fine = noiseField({ seed: seed + lane + 1, width, height, period: 17, section, sectionPeriod: 3 });
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      wide[i] = (axis === 0 ? x : y) + BEND_WIDE * wide[i]! + BEND_FINE * fine[i]!;
    }
  }
  return wide;
}
