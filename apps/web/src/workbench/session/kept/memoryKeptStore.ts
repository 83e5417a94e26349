/** A kept store in memory: for tests, and the model of what the browser's does. Refuses when told that the device is full. */
import { KeepingError, type KeptMask, type KeptPlace, type KeptStore, type KeptStroke } from './keptStore.ts';

export interface MemoryKeptStore extends KeptStore {
  /** Rejects every write until called with undefined. */
  failWith(code: KeepingError['code'] | undefined): void;
}

export function createMemoryKeptStore(): MemoryKeptStore {
  const kept = new Map<string, { place: KeptPlace; strokes: Map<number, KeptStroke> }>();
  const keyOf = ({ maskId, sessionId }: { maskId: string; sessionId: string }) => `${maskId} ${sessionId}`;
  const inOrder = (strokes: ReadonlyMap<number, KeptStroke>) =>
    [...strokes.values()].sort((a, b) => a.strokeId - b.strokeId).map((stroke) => structuredClone(stroke));
  let failure: KeepingError['code'] | undefined;

  return {
    failWith(code) {
      failure = code;
    },
    async write(place, { put, remove }) {
      if (failure !== undefined) throw new KeepingError(failure);
      const strokes = new Map(kept.get(keyOf(place))?.strokes);
      for (const strokeId of remove) strokes.delete(strokeId);
      for (const stroke of put) strokes.set(stroke.strokeId, structuredClone(stroke));
      if (strokes.size === 0) kept.delete(keyOf(place));
      else kept.set(keyOf(place), { place, strokes });
    },
    async read(of) {
      const found = kept.get(keyOf(of));
      return found === undefined ? [] : inOrder(found.strokes);
    },
    async list() {
      return [...kept.values()].map(({ place, strokes }): KeptMask => ({ place, strokes: inOrder(strokes) }));
    },
  };
}
