/** A toolbox over a real mask: strokes and sketches are remembered instead of drawn, pixels come from the test. */
import { openMaskDoc } from '@cotrace/mask-doc';
import * as Y from 'yjs';
import { createSettings, type Settings } from '../../settings.ts';
import type { Sketch } from '../../view/sketch.ts';
import type { Inked } from '../../view/strokeOverlay.ts';
import type { Suggestion } from '../suggestion.ts';
import type { Held } from '../tool.ts';
import { createToolbox } from '../toolbox.ts';
import type { ToolNotice } from '../toolNotices.ts';

export const SIZE = { width: 80, height: 60 };

export interface Pixels {
  grey?: Uint8Array;
  suggestion?: Suggestion | 'none' | undefined;
}

export function openToolbox(given: Partial<Settings>, pixels: Pixels = {}) {
  const labels = new Set([1, 2]);
  const maskDoc = openMaskDoc({ doc: new Y.Doc(), ...SIZE, sessionId: 'anna', labels });
  const session = { mayPaint: true, pendingBytes: 0, maskDoc, paintTogether: maskDoc.paintTogether };
  const settings = createSettings();
  const shown = { sketch: undefined as Sketch | undefined, inked: [] as Inked[] };
  const notices: ToolNotice[] = [];
  const refusals = { count: 0 };
  const comers = new Set<() => void>();
  const toolbox = createToolbox({
    settings,
    session: () => session,
    stage: {
      view: { scale: 2, offsetX: 0, offsetY: 0 },
      beginStroke() {
        shown.inked = [];
      },
      addToStroke: (fresh) => shown.inked.push(...fresh),
      endStroke() {
        shown.inked = [];
      },
      setSketch(sketch) {
        shown.sketch = sketch;
      },
    },
    sources: {
      grey: () => pixels.grey,
      suggestion: () => pixels.suggestion,
      onChange(listener) {
        comers.add(listener);
        return () => comers.delete(listener);
      },
    },
    colorOf: (label) => [label, 0, 0],
    tell: (notice) => notices.push(notice),
    onRefusedStroke: () => {
      refusals.count += 1;
    },
  });
  settings.set(given);
  const press = (x: number, y: number, how: { erases?: boolean; continues?: boolean } = {}): Held =>
    toolbox.tool!.press({ point: { x, y }, erases: false, continues: false, ...how });
  return {
    ...{ toolbox, settings, session, maskDoc, shown, notices, refusals, press },
    /** Pixels that have come since. */
    arrive: (more: Pixels) => {
      Object.assign(pixels, more);
      for (const listener of comers) listener();
    },
    click: (x: number, y: number, how?: { erases?: boolean; continues?: boolean }) =>
      press(x, y, how).release(),
    drag(points: readonly (readonly [number, number])[], how?: { erases?: boolean }) {
      const held = press(...points[0]!, how);
      held.move(points.slice(1).map(([x, y]) => ({ x, y })));
      held.release();
    },
    labelAt: (x: number, y: number) => maskDoc.composition.labelAt(x, y),
    count: (label: number) => maskDoc.composition.labelCounts[label]!,
    /** Strokes that one may take back one after the other. */
    steps() {
      let count = 0;
      while (maskDoc.undo()) count++;
      return count;
    },
  };
}

/** Row-major values by a rule. */
export const pixelsBy = (value: (x: number, y: number) => number): Uint8Array =>
  Uint8Array.from({ length: SIZE.width * SIZE.height }, (_, i) =>
    value(i % SIZE.width, Math.floor(i / SIZE.width)),
  );
