/** Sections to train on in tests: procedural tissue as the product shows it, and tiny ones made of stripes. */
import { drawTissue } from '@cotrace/tissue';
import { MEMBRANE_LABELS, type Section } from '../section.ts';
import { seededRandom } from '../seededRandom.ts';

/** Membranes of drawn tissue, all pixels labelled. */
export function tissueSections(options: { seed: number; side: number; count: number }): Section[] {
  const { seed, side, count } = options;
  return drawTissue({ seed, width: side, height: side, sections: count }).map((drawn, index) => ({
    name: `${index}.png`,
    width: side,
    height: side,
    image: Float32Array.from(drawn.image, (grey) => grey / 255),
    labels: drawn.membrane.map((grey) => MEMBRANE_LABELS.find(({ gray }) => gray === grey)!.value),
  }));
}

/** Dark and light stripes, eight pixels wide, labelled 1 and 2 by their grey. */
export function stripes(options: { width: number; height: number; name?: string }): Section {
  const { width, height, name = 'stripes.png' } = options;
  const light = (at: number) => Math.floor((at % width) / 8) % 2 === 1;
  return {
    name,
    width,
    height,
    image: Float32Array.from({ length: width * height }, (_, at) => (light(at) ? 0.8 : 0.3)),
    labels: Uint8Array.from({ length: width * height }, (_, at) => (light(at) ? 2 : 1)),
  };
}

/** Keeps only labels for which `kept` says so. */
export function partlyLabelled(section: Section, kept: (x: number, y: number) => boolean): Section {
  return {
    ...section,
    labels: section.labels!.map((value, at) =>
      kept(at % section.width, Math.floor(at / section.width)) ? value : 0,
    ),
  };
}

/** The same section as another microscope might have taken it: blurred over 3 × 3 pixels, then noisy. */
export function outOfFocus(section: Section, seed: number): Section {
  const { width, image } = section;
  const random = seededRandom(seed, 0xf0c5);
  const around = [-1, 0, 1].flatMap((row) => [-1, 0, 1].map((column) => row * width + column));
  return {
    ...section,
    name: `blurred-${section.name}`,
    image: image.map((value, at) => {
      const mean = around.reduce((sum, offset) => sum + (image[at + offset] ?? value), 0) / around.length;
      return mean + random.between(-0.125, 0.125);
    }),
  };
}
