/**
 * Draws EM-like neuropil: the pictures that a new project shows before anyone brought their own. Deterministic by
 * seed to the byte; section n does not depend on how many are drawn. Labels are exact, the images are not easy.
 */
import { mapMitochondria } from './mitochondria.ts';
import { type Canvas, mapCells, packSites, type Site, sitesAt } from './neurites.ts';
import { blur, expose } from './optics.ts';
import { drawReticulum, drawVesicles } from './organelles.ts';
import { hashUnit } from './seededRandom.ts';
import { noiseField } from './valueNoise.ts';
import { wallDistance } from './wallDistance.ts';

export interface TissueOptions {
  /** Any 32-bit integer. */
  seed: number;
  width: number;
  height: number;
  /** How many sections, from number 0. */
  sections: number;
}

/** One section, each array row by row: [height, width]. */
export interface TissueSection {
  image: Uint8Array;
  /** 0 membrane, 255 cell. */
  membrane: Uint8Array;
  /** 255 mitochondrion, 0 not. */
  mitochondrion: Uint8Array;
}

/** All sections at once. */
export function drawTissue(options: TissueOptions): TissueSection[] {
  return [...tissueSections(options)];
}

/** One section after another, for callers that show progress or write each away. */
export function* tissueSections({ seed, width, height, sections }: TissueOptions): Generator<TissueSection> {
  const canvas = { seed, width, height };
  const sites = packSites(canvas);
  for (let section = 0; section < sections; section++) yield drawSection(canvas, sites, section);
}

function drawSection(canvas: Canvas, homes: Site[], section: number): TissueSection {
  const { seed, width, height } = canvas;
  const sites = sitesAt(homes, seed, section);
  const cells = mapCells(sites, canvas, section);
  const cellOf = cells.siteOf.map((site) => sites[site]!.cell);
  const distance = wallDistance(cellOf, width, height);
  const mitochondria = mapMitochondria(canvas, section, sites, cells, distance);
  const mitochondrion = mitochondria.depth.map((depth) => (depth > 0 ? 255 : 0));

  const grey = drawCytoplasm(canvas, section, cellOf, distance);
  drawReticulum(grey, canvas, section, distance);
  drawVesicles(grey, canvas, section, cellOf, distance);
  drawMitochondria(grey, canvas, section, mitochondria.depth, mitochondria.across);
  const membrane = drawWalls(grey, canvas, section, distance);
  blur(grey, width, height);
  return { image: expose(grey, canvas, section), membrane, mitochondrion: Uint8Array.from(mitochondrion) };
}

/** Each cell has its own brightness; some are dark and coarse, as glia are. */
function drawCytoplasm(
  { seed, width, height }: Canvas,
  section: number,
  cellOf: Int32Array,
  distance: Float32Array,
): Float32Array {
  const grain = noiseField({ seed: seed + 21, width, height, period: 3.1, section, sectionPeriod: 0.5 });
  const clumps = noiseField({ seed: seed + 22, width, height, period: 6.7, section, sectionPeriod: 0.9 });
  const clouds = noiseField({ seed: seed + 23, width, height, period: 37, section, sectionPeriod: 4 });
  const grey = new Float32Array(width * height);
  for (let i = 0; i < grey.length; i++) {
    const cell = cellOf[i]!;
    const dark = hashUnit(seed, 31, cell) < 0.1;
    const base = dark ? 118 + 22 * hashUnit(seed, 32, cell) : 152 + 36 * hashUnit(seed, 32, cell);
    const coarse = dark ? 1.5 : 0.75 + 0.5 * hashUnit(seed, 33, cell);
    const middle = Math.min(distance[i]!, 26) * 0.35; // large profiles are lighter in the middle
    grey[i] = base + middle + coarse * (17 * grain[i]! + 17 * clumps[i]!) + 9 * clouds[i]!;
  }
  return grey;
}

/** A dark double rim, a lighter cleft, and cristae across a grey matrix. */
function drawMitochondria(
  grey: Float32Array,
  { seed, width, height }: Canvas,
  section: number,
  depth: Float32Array,
  across: Float32Array,
): void {
  const waver = noiseField({ seed: seed + 81, width, height, period: 13, section, sectionPeriod: 2 });
  for (let i = 0; i < grey.length; i++) {
    const inward = depth[i]!;
    if (inward <= 0) continue;
    const texture = grey[i]! - 165;
    let tone: number;
    if (inward < 1.8) tone = 62;
    else if (inward < 3.2) tone = 118;
    else if (inward < 4.6) tone = 84;
    else {
      const turns = (across[i]! + 5 * waver[i]!) / 7;
      const crista = Math.abs(2 * (turns - Math.floor(turns)) - 1); // 0 at a crista, 1 between two
      tone = 78 + 44 * crista;
    }
    grey[i] = tone + 0.5 * texture;
  }
}

/**
 * Walls: dark and narrow where they were cut across, broad and pale where the cut was oblique. Synaptic densities
 * darken the cytoplasm beside some of them. Returns the label, which follows the wall's true width.
 */
function drawWalls(
  grey: Float32Array,
  { seed, width, height }: Canvas,
  section: number,
  distance: Float32Array,
): Uint8Array {
  const tilt = noiseField({ seed: seed + 91, width, height, period: 40, section, sectionPeriod: 1.6 });
  const stain = noiseField({ seed: seed + 92, width, height, period: 23, section, sectionPeriod: 1.3 });
  const synapse = noiseField({ seed: seed + 93, width, height, period: 30, section, sectionPeriod: 2.4 });
  const flecks = noiseField({ seed: seed + 94, width, height, period: 3.3, section, sectionPeriod: 0.5 });
  const membrane = new Uint8Array(grey.length).fill(255);
  for (let i = 0; i < grey.length; i++) {
    const away = distance[i]!;
    if (away > 14) continue;
    const oblique = Math.min(1, Math.max(0, (tilt[i]! - 0.3) * 2.4));
    const half = 2.3 + 0.5 * stain[i]! + 3 * oblique;
    if (away <= half + 0.2) membrane[i] = 0;
    const density = (synapse[i]! - 0.52) * 3.4 - away / 14;
    if (density > 0) grey[i]! -= Math.min(1, 2.2 * density) * (62 + 34 * flecks[i]!);
    const reach = half + 0.9;
    if (away >= reach) continue;
    const edge = 1 - away / reach;
    const profile = edge * edge * (3 - 2 * edge);
    const strength = (1 - 0.42 * oblique) * (0.9 + 0.22 * stain[i]!) * Math.min(1, 1.35 * profile);
    const tone = 58 + 16 * flecks[i]!;
    grey[i] = grey[i]! + strength * (tone - grey[i]!);
  }
  return membrane;
}
