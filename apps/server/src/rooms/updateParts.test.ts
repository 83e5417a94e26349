import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { putTogether, takeApart } from './updateParts.ts';

const RUNS = Number(process.env.COTRACE_LONG === '1' ? 2_000 : 200);

/** Pages that push and delete in arrays of their own; returns the updates in the order in which they were made. */
function updatesOf(steps: readonly (readonly [page: number, kind: number])[]): Uint8Array[] {
  const updates: Uint8Array[] = [];
  const docs = [0, 1, 2].map((page) => {
    const doc = new Y.Doc();
    doc.clientID = 1 + page * 1_000_000;
    doc.on('update', (update: Uint8Array) => updates.push(update));
    return doc;
  });
  for (const [page, kind] of steps) {
    const array = docs[page]!.getArray<Uint8Array>(`ops:session-${page}`);
    const bytes = (length: number) => new Uint8Array(length).fill(kind);
    if (kind < 4) array.push(Array.from({ length: kind + 1 }, (_, i) => bytes(i * 100)));
    else if (array.length > 0) array.delete(kind % array.length, 1);
  }
  return updates;
}

const contentOf = (updates: readonly Uint8Array[]) => {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, update);
  expect(doc.store.pendingStructs ?? doc.store.pendingDs).toBeNull();
  return [0, 1, 2].map((page) => doc.getArray(`ops:session-${page}`).toJSON());
};

const steps = fc.array(fc.tuple(fc.nat(2), fc.nat(6)), { minLength: 1, maxLength: 25 });

describe('updates put together', () => {
  it('say what they say one after the other, as Yjs’ own merge does', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const updates = updatesOf(all);
        if (updates.length === 0) return;
        const parts = updates.map(takeApart);
        expect(parts.every(({ sections }) => sections !== undefined)).toBe(true);
        const together = putTogether(parts);
        expect(contentOf([together])).toEqual(contentOf(updates));
        expect(contentOf([together])).toEqual(contentOf([Y.mergeUpdates(updates)]));
      }),
      { numRuns: RUNS },
    );
  });

  it('may lack those of one page', () => {
    const updates = updatesOf([
      [0, 1],
      [1, 2],
      [0, 5],
      [1, 0],
    ]);
    const others = [updates[1]!, updates[3]!];
    expect(contentOf([putTogether(others.map(takeApart))])).toEqual(contentOf(others));
  });

  it('delete for a page that lacks what they delete what they deleted for others', () => {
    fc.assert(
      fc.property(steps, fc.nat(24), (all, cut) => {
        const updates = updatesOf(all);
        const [before, after] = [updates.slice(0, cut), updates.slice(cut)];
        if (before.length === 0 || after.length === 0) return;
        const doc = new Y.Doc();
        Y.applyUpdate(doc, putTogether(after.map(takeApart)));
        Y.applyUpdate(doc, putTogether(before.map(takeApart)));
        expect(contentOf([Y.encodeStateAsUpdate(doc)])).toEqual(contentOf(updates));
      }),
      { numRuns: RUNS },
    );
  });

  it('of which one deletes backwards come out in order', () => {
    // No structs; one client, 1, with three ranges.
    const backwards = Uint8Array.of(0, 1, 1, 3, 9, 1, 4, 2, 3, 2);
    const { ds } = Y.decodeUpdate(putTogether([takeApart(backwards)]));
    expect(ds.clients.get(1)!.map(({ clock, len }) => [clock, len])).toEqual([
      [3, 3],
      [9, 1],
    ]);
  });

  it('may hold what only Yjs can take apart', () => {
    const doc = new Y.Doc();
    const array = doc.getArray<Uint8Array>('ops:session-0');
    array.push([Uint8Array.of(1), Uint8Array.of(2)]);
    array.delete(0);
    const first = Y.encodeStateAsUpdate(doc);
    const before = Y.encodeStateVector(doc);
    array.push([Uint8Array.of(3)]);
    const second = Y.encodeStateAsUpdate(doc, before);
    expect(takeApart(first).sections).toBeUndefined();
    expect(contentOf([putTogether([first, second].map(takeApart))])[0]).toHaveLength(2);
  });

  it('that do not follow each other are left to Yjs', () => {
    const updates = updatesOf([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    const parts = [updates[0]!, updates[1]!, updates[1]!, updates[2]!].map(takeApart);
    expect(contentOf([putTogether(parts)])).toEqual(contentOf(updates));
  });
});
