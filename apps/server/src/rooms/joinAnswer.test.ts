import * as decoding from 'lib0/decoding';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { Frame } from './frames.ts';
import { isNothing, JoinAnswer } from './joinAnswer.ts';

/** A document whose changes the answer hears of. */
function open() {
  const doc = new Y.Doc();
  let now = 0;
  const answer = new JoinAnswer(doc, () => now);
  doc.on('update', (update: Uint8Array) => answer.changed(update));
  const push = (bytes: number) => doc.getArray<Uint8Array>('ops:session-anna').push([new Uint8Array(bytes)]);
  return { doc, answer, push, wait: (ms: number) => (now += ms) };
}

/** The document of a page that got these frames, and the kinds of their messages. */
function joined(frames: readonly Frame[]) {
  const doc = new Y.Doc();
  const kinds = frames.map(({ message }) => {
    const decoder = decoding.createDecoder(message);
    decoding.readVarUint(decoder);
    const kind = decoding.readVarUint(decoder);
    Y.applyUpdate(doc, decoding.readVarUint8Array(decoder));
    return kind;
  });
  expect(doc.store.pendingStructs ?? doc.store.pendingDs).toBeNull();
  return { kinds, bytes: Y.encodeStateAsUpdate(doc) };
}

describe('the answer to whoever holds nothing', () => {
  it('is the same bytes for everybody while nothing changes', () => {
    const { doc, answer, push } = open();
    push(100);
    const [first] = answer.frames();
    expect(answer.frames()).toEqual([first]);
    expect(answer.frames()[0]).toBe(first);
    expect(joined(answer.frames()).bytes).toEqual(Y.encodeStateAsUpdate(doc));
  });

  it('comes after what has changed since it was encoded, and together they are all', () => {
    const { doc, answer, push } = open();
    push(100_000);
    const [first] = answer.frames();
    push(10);
    doc.getArray('ops:session-anna').delete(0);
    push(20);
    const frames = answer.frames();
    expect(frames.at(-1)).toBe(first);
    const { kinds, bytes } = joined(frames);
    expect(kinds).toEqual([2, 1]);
    expect(bytes).toEqual(Y.encodeStateAsUpdate(doc));
  });

  it('is encoded anew when much has changed, or when nobody has asked for long', () => {
    const { doc, answer, push, wait } = open();
    push(100);
    const [first] = answer.frames();
    push(70_000);
    const [second] = answer.frames();
    expect(second).not.toBe(first);
    wait(11_000);
    push(1);
    const third = answer.frames();
    expect(third).toHaveLength(1);
    expect(joined(third).bytes).toEqual(Y.encodeStateAsUpdate(doc));
  });

  it('is encoded anew when what was folded has left the document', () => {
    const { doc, answer, push } = open();
    push(50_000);
    const [before] = answer.frames();
    doc.getArray('ops:session-anna').delete(0);
    answer.forget();
    const after = answer.frames();
    expect(after).toHaveLength(1);
    expect(after[0]!.message.length).toBeLessThan(before!.message.length / 100);
    expect(joined(after).bytes).toEqual(Y.encodeStateAsUpdate(doc));
  });

  it('is for empty documents only', () => {
    const { doc, push } = open();
    expect(isNothing(Y.encodeStateVector(doc))).toBe(true);
    push(1);
    expect(isNothing(Y.encodeStateVector(doc))).toBe(false);
  });
});
