/** Where mitochondria lie: ellipses that ride on a large site for a few sections, thin at both ends. */
import type { Canvas, CellMap, Site } from './neurites.ts';
import { hashUnit, seededRandom } from './seededRandom.ts';

/** Per pixel of one section; depth is 0 outside. */
export interface MitochondrionMap {
  /** Pixels inward from the outer rim: [height, width]. */
  depth: Float32Array;
  /** Pixels across the cristae: [height, width]. */
  across: Float32Array;
}

const SPAN = 9; // sections from one mitochondrion of a site to its next one
const KEEP_FROM_WALL = 3.5;

interface Ellipse {
  centreX: number;
  centreY: number;
  axisX: number;
  axisY: number;
  long: number;
  short: number;
}

/** `distance` is the distance from the cell's wall: [height, width]. */
export function mapMitochondria(
  { seed, width, height }: Canvas,
  section: number,
  sites: Site[],
  { siteOf, bentX, bentY }: CellMap,
  distance: Float32Array,
): MitochondrionMap {
  const depth = new Float32Array(width * height);
  const across = new Float32Array(width * height);
  const ellipses = sites.map((site, i) => ellipseOf(site, seed, i, section));
  if (ellipses.every((ellipse) => ellipse === undefined)) return { depth, across };
  for (let i = 0; i < depth.length; i++) {
    const ellipse = ellipses[siteOf[i]!];
    if (ellipse === undefined || distance[i]! < KEEP_FROM_WALL) continue;
    const dx = bentX[i]! - ellipse.centreX;
    const dy = bentY[i]! - ellipse.centreY;
    const along = (dx * ellipse.axisX + dy * ellipse.axisY) / ellipse.long;
    const aside = (dy * ellipse.axisX - dx * ellipse.axisY) / ellipse.short;
    const inward = Math.min(
      (1 - Math.sqrt(along * along + aside * aside)) * ellipse.short,
      distance[i]! - KEEP_FROM_WALL,
    );
    if (inward <= 0) continue;
    depth[i] = inward;
    across[i] = along * ellipse.long + 0.5 * aside * ellipse.short;
  }
  return { depth, across };
}

/** A site's sections fall into spans, shifted by a phase of its own; a span holds one mitochondrion or none. */
function ellipseOf(site: Site, seed: number, index: number, section: number): Ellipse | undefined {
  if (site.radius < 17) return undefined;
  const phase = Math.floor(hashUnit(seed, 7001, index) * SPAN);
  const span = Math.floor((section + phase) / SPAN);
  const random = seededRandom(seed + index * 977 + span * 131_071);
  if (random.unit() > 0.62) return undefined;
  const half = random.between(2.6, SPAN / 2);
  const off = (section + phase - span * SPAN - SPAN / 2 + 0.5) / half;
  if (off * off >= 1) return undefined;
  const taper = Math.sqrt(1 - off * off);
  const short = random.between(10, 19) * (0.55 + 0.45 * taper);
  const [axisX, axisY] = random.direction();
  const [towardsX, towardsY] = random.direction();
  const aside = random.unit() * Math.max(0, site.radius - short);
  return {
    centreX: site.x + towardsX * aside,
    centreY: site.y + towardsY * aside,
    axisX,
    axisY,
    short,
    long: short * random.between(1.1, 1.9),
  };
}
