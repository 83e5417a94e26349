/**
 * The oracle of durability: every stroke that its author's page called saved, held outside of all replicas, and the picture
 * that must follow from it by the pixel rule. Believes no document; shares no code with the composition.
 */
import type { Runs } from '@cotrace/mask';
import type { Painter } from '../../apps/server/src/rooms/testing/painter.ts';

export interface Stroke {
  readonly sessionId: string;
  readonly strokeId: number;
  readonly lamport: number;
  readonly label: number;
  readonly runs: Runs;
  /** Not undone by its author. */
  isLive: boolean;
  /** The author's page waits for an acknowledgement of the latest action. */
  isPending: boolean;
  wasAcknowledged: boolean;
  /** Paintings, undos and redos. */
  actions: number;
  /** All that its author's page did with it and was told of it; times as of `Date.now()`. */
  readonly history: {
    readonly what: 'painted' | 'undone' | 'redone' | 'acknowledged';
    readonly at: number;
  }[];
}

/** What was certain at one moment: acknowledged strokes with the count of their actions then. */
export type Moment = ReadonlyMap<Stroke, number>;

export interface Author {
  readonly painter: Painter;
  paint(label: number, runs: Runs): void;
  undo(): void;
  redo(): void;
}

export interface Verdict {
  /** Acknowledged strokes, not undone, that should show somewhere and do not. */
  readonly lost: ReadonlySet<Stroke>;
  /** Pixels that show what nobody painted, or what its author has taken back for sure. */
  readonly ghosts: number;
  /** Indices of all pixels that are wrong. */
  readonly wrong: ReadonlySet<number>;
}

/** All is as it should be. */
export const NOTHING_WRONG: Verdict = { lost: new Set(), ghosts: 0, wrong: new Set() };

export interface Ledger {
  readonly painted: number;
  readonly acknowledged: number;
  readonly undone: number;
  /** `performance.now()` of the latest acknowledgement. */
  readonly lastAcknowledgedAt: number;
  follow(painter: Painter, sessionId: string): Author;
  onAcknowledged(listener: () => void): () => void;
  moment(): Moment;
  /** The stroke that a pixel's stamp names. */
  find(stamp: { readonly sessionId: string; readonly lamport: number }): Stroke | undefined;
  /** Holds a picture that was read after `moment` against it; what has been touched since may show or not. */
  judge(pixels: Uint8Array, moment: Moment): Verdict;
}

export function createLedger({ width, height }: { width: number; height: number }): Ledger {
  const strokes: Stroke[] = [];
  const listeners = new Set<() => void>();
  let acknowledged = 0;
  let undone = 0;
  let lastAcknowledgedAt = Number.NEGATIVE_INFINITY;

  return {
    get painted() {
      return strokes.length;
    },
    get acknowledged() {
      return acknowledged;
    },
    get undone() {
      return undone;
    },
    get lastAcknowledgedAt() {
      return lastAcknowledgedAt;
    },
    follow(painter, sessionId) {
      const { mask, tracker } = painter;
      const own = new Map<number, Stroke>();
      const pending = new Set<Stroke>();
      mask.onOwnAction(({ strokeIds, deleted }) => {
        for (const strokeId of strokeIds) {
          const stroke = own.get(strokeId);
          if (stroke === undefined) continue;
          stroke.isLive = deleted.length === 0;
          stroke.history.push({ what: stroke.isLive ? 'redone' : 'undone', at: Date.now() });
          stroke.actions++;
          stroke.isPending = true;
          pending.add(stroke);
          if (!stroke.isLive) undone++;
        }
      });
      tracker.onChange(() => {
        let isNews = false;
        for (const stroke of pending) {
          if (tracker.pendingStrokeIds.has(stroke.strokeId)) continue;
          pending.delete(stroke);
          stroke.isPending = false;
          stroke.history.push({ what: 'acknowledged', at: Date.now() });
          if (!stroke.wasAcknowledged) acknowledged++;
          stroke.wasAcknowledged = true;
          isNews = true;
        }
        if (!isNews) return;
        lastAcknowledgedAt = performance.now();
        for (const listener of [...listeners]) listener();
      });
      return {
        painter,
        paint(label, runs) {
          const strokeId = mask.paint({ label, runs });
          if (strokeId === undefined) return;
          const { greatestLamport: lamport } = mask;
          const stroke = { sessionId, strokeId, lamport, label, runs };
          const noted: Stroke = {
            ...stroke,
            isLive: true,
            isPending: true,
            wasAcknowledged: false,
            actions: 1,
            history: [{ what: 'painted', at: Date.now() }],
          };
          own.set(strokeId, noted);
          strokes.push(noted);
          pending.add(noted);
        },
        undo: () => void mask.undo(),
        redo: () => void mask.redo(),
      };
    },
    onAcknowledged(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    moment: () =>
      new Map(strokes.flatMap((stroke) => (stroke.isPending ? [] : [[stroke, stroke.actions] as const]))),
    find: ({ sessionId, lamport }) =>
      strokes.find((stroke) => stroke.sessionId === sessionId && stroke.lamport === lamport),
    judge(pixels, moment) {
      const isCertain = (stroke: Stroke) => moment.get(stroke) === stroke.actions;
      const inOrder = [...strokes].sort(
        (a, b) =>
          a.lamport - b.lamport || (a.sessionId < b.sessionId ? -1 : a.sessionId > b.sessionId ? 1 : 0),
      );
      const top = new Int32Array(width * height).fill(-1);
      for (const [index, stroke] of inOrder.entries()) {
        if (isCertain(stroke) && stroke.isLive) fill(top, width, stroke.runs, index);
      }
      const wrong = new Set<number>();
      for (let at = 0; at < top.length; at++) {
        if (pixels[at] !== (inOrder[top[at]!]?.label ?? 0)) wrong.add(at);
      }
      // A stroke on its way, or touched since, may lie over what is certain.
      for (const [index, stroke] of inOrder.entries()) {
        if (wrong.size === 0) break;
        if (isCertain(stroke)) continue;
        for (let i = 0; i < stroke.runs.length; i += 3) {
          for (let x = stroke.runs[i + 1]!; x < stroke.runs[i + 2]!; x++) {
            const at = stroke.runs[i]! * width + x;
            if (wrong.has(at) && index > top[at]! && pixels[at] === stroke.label) wrong.delete(at);
          }
        }
      }
      const lost = new Set<Stroke>();
      let ghosts = 0;
      for (const at of wrong) {
        const stroke = inOrder[top[at]!];
        if (stroke === undefined) ghosts++;
        else lost.add(stroke);
      }
      return { lost, ghosts, wrong };
    },
  };
}

function fill(plane: Int32Array, width: number, runs: Runs, value: number): void {
  for (let i = 0; i < runs.length; i += 3) {
    plane.fill(value, runs[i]! * width + runs[i + 1]!, runs[i]! * width + runs[i + 2]!);
  }
}
