import { rasterizeStroke } from '@cotrace/mask';
import { openMaskDoc } from '@cotrace/mask-doc';
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { createLabelImage } from './labelImage.ts';

it('the label image is what the mask shows, after every change of it', () => {
  const size = { width: 300, height: 200 };
  const open = () => openMaskDoc({ doc: new Y.Doc(), ...size, sessionId: 'anna', labels: new Set([1, 2]) });
  const maskDoc = open();
  let changes = 0;
  const image = createLabelImage(() => {
    changes += 1;
  });
  const agrees = () => expect(Buffer.compare(image.now(maskDoc)!, maskDoc.composition.toLabels())).toBe(0);
  const brush = { shape: 'round', diameter: 40 } as const;
  agrees();
  maskDoc.paint({ label: 1, runs: rasterizeStroke([{ x: 128, y: 128 }], brush) });
  agrees();
  maskDoc.paint({
    label: 2,
    runs: rasterizeStroke(
      [
        { x: 299, y: 199 },
        { x: 150, y: 10 },
      ],
      brush,
    ),
  });
  maskDoc.paint({ label: 0, runs: rasterizeStroke([{ x: 128, y: 128 }], brush) });
  agrees();
  maskDoc.undo();
  agrees();
  expect(changes).toBe(4);
  const other = open();
  expect(image.now(other)!.every((label) => label === 0)).toBe(true);
  expect(image.now(undefined)).toBeUndefined();
});
