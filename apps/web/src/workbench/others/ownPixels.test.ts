import { pixelCount, type Runs, rasterizeStroke, toBitmap } from '@cotrace/mask';
import { type MaskDoc, openMaskDoc } from '@cotrace/mask-doc';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { followOwnPixels } from './ownPixels.ts';

const SIZE = { width: 300, height: 200 };
const block = (x: number, y: number, side = 20) =>
  rasterizeStroke([{ x, y }], { shape: 'square', diameter: side }, SIZE);

function pages(...names: string[]): MaskDoc[] {
  const docs = names.map((sessionId) =>
    openMaskDoc({ doc: new Y.Doc(), ...SIZE, sessionId, labels: new Set([1, 2]) }),
  );
  for (const { doc } of docs)
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === 'network') return;
      for (const other of docs) if (other.doc !== doc) Y.applyUpdate(other.doc, update, 'network');
    });
  return docs;
}

function follow(maskDoc: MaskDoc, mine = ['me', 'me-yesterday']) {
  const waiting: (() => void)[] = [];
  let told = 0;
  const own = followOwnPixels({
    maskDoc,
    isMine: (sessionId) => mine.includes(sessionId),
    onLosses: () => told++,
    soon: (work) => waiting.push(work),
  });
  const flush = () => {
    while (waiting.length > 0) waiting.shift()!();
    return Object.fromEntries(own.losses);
  };
  flush();
  return { own, flush, told: () => told };
}

describe('my pixels', () => {
  it('are lost where somebody else’s other label shows, wherever the tiles end', () => {
    const [me, ada] = pages('me', 'ada') as [MaskDoc, MaskDoc];
    me.paint({ label: 1, runs: block(128, 128, 40) });
    const { own, flush } = follow(me);
    ada.paint({ label: 2, runs: block(128, 128, 20) });
    expect(flush()).toEqual({ ada: 400 });
    const lost = own.lostTo(new Set(['ada']));
    expect(Buffer.compare(toBitmap(lost, SIZE), toBitmap(block(128, 128, 20), SIZE))).toBe(0);
    expect(pixelCount(own.lostTo(new Set(['ben'])))).toBe(0);
  });

  it('are lost to an eraser, and not to who paints the same', () => {
    const [me, ada, ben] = pages('me', 'ada', 'ben') as [MaskDoc, MaskDoc, MaskDoc];
    const { flush } = follow(me);
    me.paint({ label: 1, runs: block(50, 50, 40) });
    flush();
    ada.paint({ label: 1, runs: block(50, 50, 10) });
    expect(flush()).toEqual({});
    ben.paint({ label: 0, runs: block(50, 50, 10) });
    expect(flush()).toEqual({ ben: 100 });
  });

  it('are mine again when I paint them, and when the other takes the stroke back', () => {
    const [me, ada] = pages('me', 'ada') as [MaskDoc, MaskDoc];
    me.paint({ label: 1, runs: block(50, 50, 40) });
    const { flush, told } = follow(me);
    ada.paint({ label: 2, runs: block(50, 50, 20) });
    expect(flush()).toEqual({ ada: 400 });
    me.paint({ label: 1, runs: block(50, 50, 10) });
    expect(flush()).toEqual({ ada: 300 });
    ada.undo();
    expect(flush()).toEqual({});
    ada.redo();
    expect(flush()).toEqual({ ada: 300 });
    expect(told()).toBe(4);
  });

  it('are not lost by my own undo, nor by what somebody paints beside them', () => {
    const [me, ada] = pages('me', 'ada') as [MaskDoc, MaskDoc];
    ada.paint({ label: 2, runs: block(50, 50, 30) });
    const { flush } = follow(me);
    me.paint({ label: 1, runs: block(50, 50, 20) });
    flush();
    me.undo();
    ada.paint({ label: 2, runs: block(150, 100, 30) });
    expect(flush()).toEqual({});
  });

  it('are mine in whatever session of mine, and those of before are known from the start', () => {
    const [me, before, ada] = pages('me', 'me-yesterday', 'ada') as [MaskDoc, MaskDoc, MaskDoc];
    before.paint({ label: 1, runs: block(50, 50, 20) });
    const { flush } = follow(me);
    ada.paint({ label: 2, runs: block(60, 50, 20) });
    expect(flush()).toEqual({ ada: 200 });
  });

  it('are told no more once they are forgotten, until they are lost anew', () => {
    const [me, ada] = pages('me', 'ada') as [MaskDoc, MaskDoc];
    me.paint({ label: 1, runs: block(50, 50, 40) });
    const { own, flush } = follow(me);
    ada.paint({ label: 2, runs: block(50, 50, 10) });
    expect(flush()).toEqual({ ada: 100 });
    own.forget(new Set(['ada']));
    expect(flush()).toEqual({});
    ada.paint({ label: 2, runs: block(52, 50, 10) as Runs });
    expect(flush()).toEqual({ ada: 20 });
  });
});
