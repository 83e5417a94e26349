import { rasterizeStroke } from '@cotrace/mask';
import { ackOfDocument, createDurabilityTracker, openMaskDoc } from '@cotrace/mask-doc';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { somePlace } from '../testing/somePlace.ts';
import { createMemoryKeptStore } from './memoryKeptStore.ts';
import { createStrokeRecorder, withRefusal } from './strokeRecorder.ts';

const place = somePlace({ sessionId: 'session-one' });

function openRecorder(store = createMemoryKeptStore()) {
  const doc = new Y.Doc();
  const { width, height, sessionId } = place;
  const maskDoc = openMaskDoc({ doc, width, height, sessionId, labels: new Set([1]) });
  const tracker = createDurabilityTracker(maskDoc);
  const recorder = createStrokeRecorder({ store, place, maskDoc, tracker });
  const paint = (y: number) =>
    maskDoc.paint({ label: 1, runs: rasterizeStroke([{ x: 9, y }], { shape: 'round', diameter: 5 }) })!;
  /** What the store says is kept: [number, records, undone]. */
  const kept = async () => {
    await recorder.settled();
    return (await store.read(place)).map((one) => [one.strokeId, one.records.length, one.undone]);
  };
  return {
    store,
    maskDoc,
    tracker,
    recorder,
    paint,
    kept,
    commit: () => tracker.acknowledge(ackOfDocument(doc)),
  };
}

describe('the recorder of strokes', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('keeps a stroke from when it is made until it is acknowledged', async () => {
    const { paint, kept, commit, store } = openRecorder();
    paint(10);
    paint(20);
    expect(await kept()).toEqual([
      [1, 1, false],
      [2, 1, false],
    ]);
    commit();
    expect(await kept()).toEqual([]);
    expect(await store.list()).toEqual([]);
  });

  it('keeps that a stroke was taken back, and the stroke again when it was written again', async () => {
    const { paint, kept, commit, maskDoc } = openRecorder();
    paint(10);
    commit();
    maskDoc.undo();
    expect(await kept()).toEqual([[1, 0, true]]);
    maskDoc.redo();
    expect(await kept()).toEqual([[1, 1, false]]);
    commit();
    expect(await kept()).toEqual([]);
  });

  it('counts what the device does not take, tries again by itself, and says when it is kept', async () => {
    const { paint, kept, recorder, store } = openRecorder();
    store.failWith('KEEPING_FULL');
    paint(10);
    paint(20);
    await recorder.settled();
    expect(recorder.inThisTabOnly.size).toBe(2);
    expect(recorder.failure?.message).toContain('full');
    store.failWith(undefined);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await kept()).toHaveLength(2);
    expect(recorder.inThisTabOnly.size).toBe(0);
    expect(recorder.failure).toBeUndefined();
  });

  it('forgets what the device did not take when the server has it', async () => {
    const { paint, recorder, store, commit } = openRecorder();
    store.failWith('KEEPING_MISSING');
    paint(10);
    await recorder.settled();
    commit();
    expect(recorder.inThisTabOnly.size).toBe(0);
  });

  it('keeps refused strokes with their reason until they are let go of', async () => {
    const { paint, recorder, store, kept, commit } = openRecorder();
    const strokeId = paint(10);
    await recorder.settled();
    recorder.refuse(withRefusal(await store.read(place), { code: 'LABEL_OUTSIDE_TABLE', message: 'why' }));
    commit();
    await recorder.settled();
    expect((await store.read(place))[0]).toMatchObject({
      strokeId,
      refusal: { code: 'LABEL_OUTSIDE_TABLE' },
    });
    recorder.letGoOfRefused();
    expect(await kept()).toEqual([]);
  });

  it('leaves what is pending on the device when it ends, and nothing that is covered', async () => {
    const { paint, recorder, store, kept, commit } = openRecorder();
    paint(10);
    await recorder.settled();
    commit();
    paint(20);
    recorder.stop();
    await recorder.settled();
    expect((await kept()).map(([id]) => id)).not.toContain(1);
    const next = openRecorder(store);
    expect((await next.recorder.load()).every(({ strokeId }) => strokeId === 2)).toBe(true);
  });
});
