/** All labels of the mask on the screen in one array, brought up to date tile by tile when somebody asks. */
import { labelWindow, TILE_SIZE } from '@cotrace/mask';
import type { MaskDoc } from '@cotrace/mask-doc';

export interface LabelImage {
  /** Row-major; the same array until another mask is shown. Undefined for none. */
  now(maskDoc: MaskDoc | undefined): Uint8Array | undefined;
  destroy(): void;
}

export function createLabelImage(onChange: () => void): LabelImage {
  let held: { maskDoc: MaskDoc; labels: Uint8Array; stale: Set<number>; stop: () => void } | undefined;

  const destroy = () => {
    held?.stop();
    held = undefined;
  };
  const read = (maskDoc: MaskDoc) => {
    const { width, height } = maskDoc.composition;
    const stale = new Set<number>();
    const stop = maskDoc.onChange(({ tiles }) => {
      for (const tile of tiles) stale.add(tile);
      onChange();
    });
    const { labels } = labelWindow(maskDoc.composition, { x0: 0, y0: 0, x1: width, y1: height });
    return { maskDoc, labels, stale, stop };
  };

  return {
    now(maskDoc) {
      if (maskDoc !== held?.maskDoc) destroy();
      if (maskDoc === undefined) return undefined;
      held ??= read(maskDoc);
      const { width, tilesAcross } = maskDoc.composition;
      for (const tile of held.stale) {
        const x0 = (tile % tilesAcross) * TILE_SIZE;
        const y0 = Math.floor(tile / tilesAcross) * TILE_SIZE;
        const fresh = labelWindow(maskDoc.composition, { x0, y0, x1: x0 + TILE_SIZE, y1: y0 + TILE_SIZE });
        for (let row = 0; row < fresh.height; row++)
          held.labels.set(
            fresh.labels.subarray(row * fresh.width, (row + 1) * fresh.width),
            (y0 + row) * width + x0,
          );
      }
      held.stale.clear();
      return held.labels;
    },
    destroy,
  };
}
