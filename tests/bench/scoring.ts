/** The challenge's scores of a whole stack, at every threshold. */
import { scoreStack, THRESHOLDS } from '@cotrace/metrics';
import { drawTissue } from '@cotrace/tissue';
import { type Bench, measurement, repeated } from './measure.ts';

const SIDE = 512;
const SECTIONS = 30;

export const scoring: Bench = {
  about: `${SECTIONS} sections of 512 × 512 at ${THRESHOLDS.length} thresholds`,
  async run() {
    const drawn = drawTissue({ seed: 1, width: SIDE, height: SIDE, sections: SECTIONS });
    const labels = drawn.map(({ membrane }) => ({ width: SIDE, height: SIDE, labels: membrane }));
    // Between the truth and the picture: walls with gaps and cells with false walls, as maps have.
    const maps = drawn.map(({ membrane, image }) =>
      Float32Array.from(membrane, (cell, at) => (cell + 2 * image[at]!) / (3 * 255)),
    );
    const times = await repeated(3, 0, () => scoreStack(labels, maps));
    return {
      measurements: [measurement(`${SECTIONS} sections, ${THRESHOLDS.length} thresholds`, 'ms', times)],
    };
  },
};
