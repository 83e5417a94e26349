/** What a prediction looks like on the wire: two 8-bit PNGs, a mean, and the regions to ask about. Pure. */
import { encodePng } from '@cotrace/image-io';
import { type LabelClass, type MapsReport, REGION_SIDE } from '@cotrace/protocol';
import { uncertainRegions } from '@cotrace/training';

/** Places of one section that people may be led to; the server spreads people over all sections. */
const REGIONS_A_SECTION = 32;

export interface SectionMaps {
  probability: Uint8Array;
  uncertainty: Uint8Array;
  report: MapsReport;
}

/**
 * `probability`: [h, w] of the label with the greater grey for two labels, else [h, w, labels]; `uncertainty`: [h, w], nats.
 * Painted pixels are answered questions: they count as certain when regions are chosen.
 */
export function drawMaps(
  { probability, uncertainty }: { probability: Float32Array; uncertainty: Float32Array },
  section: {
    width: number;
    height: number;
    painted: Uint8Array | null;
    labels: readonly LabelClass[];
    seed: number;
  },
): SectionMaps {
  const { width, height, painted, labels, seed } = section;
  const picture = (data: Uint8Array) => encodePng({ width, height, bitDepth: 8, data });
  const most = Math.log(labels.length);
  const open = painted ? uncertainty.map((nats, at) => (painted[at] === 0 ? nats : 0)) : uncertainty;
  return {
    probability: picture(
      labels.length === 2 ? Uint8Array.from(probability, toByte) : winningLabels(probability, labels),
    ),
    uncertainty: picture(Uint8Array.from(uncertainty, (nats) => toByte(nats / most))),
    report: {
      meanUncertainty: uncertainty.reduce((sum, nats) => sum + nats, 0) / uncertainty.length,
      regions: uncertainRegions(open, { width, height, side: REGION_SIDE, count: REGIONS_A_SECTION, seed }),
    },
  };
}

const toByte = (share: number) => Math.round(255 * Math.min(1, Math.max(0, share)));

/** [h, w, labels in the order of their greys] → [h, w] label values. */
function winningLabels(probability: Float32Array, labels: readonly LabelClass[]): Uint8Array {
  const values = [...labels].sort((a, b) => a.gray - b.gray).map(({ value }) => value);
  const winners = new Uint8Array(probability.length / values.length);
  for (let at = 0; at < winners.length; at += 1) {
    let best = 0;
    for (let c = 1; c < values.length; c += 1) {
      if (probability[at * values.length + c]! > probability[at * values.length + best]!) best = c;
    }
    winners[at] = values[best]!;
  }
  return winners;
}
