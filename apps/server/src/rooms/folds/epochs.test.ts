/** When a document is written anew. */
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { ROOM_LIMITS } from '../roomLimits.ts';
import { outgrown } from './epochs.ts';
import { EMPTY_UPDATE } from './foldStore.ts';

const limits = { ...ROOM_LIMITS, epochBytes: 2_000, epochRatio: 4 };
const array = (doc: Y.Doc) => doc.getArray<Uint8Array>('ops:session-anna');
const push = (doc: Y.Doc, count: number, length = 100) => {
  for (let i = 0; i < count; i++) array(doc).push([new Uint8Array(length)]);
};

describe('a document', () => {
  it('that is large because much lives in it goes on', () => {
    const doc = new Y.Doc();
    push(doc, 500);
    expect(outgrown({ doc }, limits)).toBe(false);
  });

  it('whose structure outweighs what lives in it has outgrown itself, once it is large', () => {
    const doc = new Y.Doc();
    push(doc, 1_000);
    // Every other one: what is left of them does not merge.
    for (let i = 998; i >= 0; i -= 2) array(doc).delete(i);
    expect(outgrown({ doc }, { ...limits, epochRatio: 0.1 })).toBe(true);
    expect(outgrown({ doc }, { ...limits, epochRatio: 0.1, epochBytes: 1e6 })).toBe(false);
    expect(outgrown({ doc }, limits)).toBe(false);
  });

  it('that is folded again and again stays small', () => {
    const doc = new Y.Doc();
    for (let round = 0; round < 50; round++) {
      push(doc, 100);
      array(doc).delete(0, 100);
    }
    expect(Y.encodeStateAsUpdate(doc).length).toBeLessThan(200);
    expect(outgrown({ doc }, limits)).toBe(false);
  });
});

describe('the document of an epoch that has just begun', () => {
  it('is one that says nothing', () => {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, EMPTY_UPDATE);
    expect([...EMPTY_UPDATE]).toEqual([...Y.encodeStateAsUpdate(doc)]);
  });
});
