import { rasterizeStroke } from '@cotrace/mask';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { ackOfDocument, createDurabilityTracker, inspectUpdate, openMaskDoc } from './index.ts';

test('a stroke goes from one document to another, through the inspection, and is undone', () => {
  const server = new Y.Doc();
  const doc = new Y.Doc();
  const mask = openMaskDoc({ doc, width: 300, height: 200, sessionId: 'anna', labels: new Set([1, 2]) });
  const tracker = createDurabilityTracker(mask);
  const send = () => {
    const update = Y.encodeStateAsUpdate(doc, Y.encodeStateVector(server));
    const seen = inspectUpdate(update, {
      doc: server,
      sessionId: 'anna',
      clientIds: new Set([doc.clientID]),
      width: 300,
      height: 200,
      labels: new Set([1, 2]),
      currentMaxLamport: 0,
    });
    Y.applyUpdate(server, update);
    return seen;
  };
  const runs = rasterizeStroke(
    [
      { x: 10, y: 10 },
      { x: 150, y: 90 },
    ],
    { shape: 'round', diameter: 9 },
  );
  mask.paint({ label: 2, runs });
  expect(tracker.pendingStrokes).toBe(1);
  expect(send().records).toHaveLength(1);
  const other = openMaskDoc({ doc: server, width: 300, height: 200 });
  expect(other.composition.labelAt(150, 90)).toBe(2);
  expect(other.composition.authorAt(150, 90)).toBe('anna');
  tracker.acknowledge(ackOfDocument(server));
  expect(tracker.pendingStrokes).toBe(0);
  expect(mask.undo()).toBe(true);
  expect(tracker.pendingStrokes).toBe(1);
  expect(send().deletions).toHaveLength(1);
  expect(other.composition.labelAt(150, 90)).toBe(0);
  tracker.acknowledge(ackOfDocument(server));
  expect(tracker.pendingStrokes).toBe(0);
});
