import { openMaskDoc } from '@cotrace/mask-doc';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { openOn, READY, SIZE, stroke, until, untilSays } from './testing/openSessions.ts';
import { startRoomServer } from './testing/roomServer.ts';
import { somePlace } from './testing/somePlace.ts';

const at = (sessionId: string) => ({ place: somePlace({ sessionId }) });

describe('a session of a mask that is folded', () => {
  it('folds along, shows the same, and says which fold it holds when it comes back', async () => {
    await using server = await startRoomServer(READY);
    using ada = openOn(server, at('session-ada'));
    using ben = openOn(server, at('session-ben'));
    await Promise.all([untilSays(ada, 'saved'), untilSays(ben, 'saved')]);
    for (let y = 4; y < 60; y += 3) ada.paint(stroke(y, 1 + (y % 2)));
    await untilSays(ada, 'saved');
    const painted = ada.maskDoc.composition.toLabels();
    server.fold(['session-ada']);
    await Promise.all([ada, ben].map((one) => until(one, () => one.maskDoc.foldNumber === 1)));
    for (const one of [ada, ben]) expect(one.maskDoc.composition.toLabels()).toEqual(painted);
    server.closeAll(4100);
    await untilSays(ada, 'offline');
    await untilSays(ada, 'saved');
    expect(server.foldsAskedFor.at(-1)).toBe('1');
    expect(ada.maskDoc.composition.toLabels()).toEqual(painted);
  });

  it('takes the whole base when it does not hold what was folded', async () => {
    await using server = await startRoomServer(READY);
    using ada = openOn(server, at('session-ada'));
    await untilSays(ada, 'saved');
    for (const y of [10, 20, 30]) ada.paint(stroke(y));
    await untilSays(ada, 'saved');
    const painted = ada.maskDoc.composition.toLabels();
    server.fold(['session-ada'], { wrongly: true });
    await until(ada, () => ada.maskDoc.foldNumber === 1);
    await untilSays(ada, 'saved');
    expect(server.foldsAskedFor).toEqual(['0', '0']);
    expect(ada.maskDoc.composition.toLabels()).toEqual(painted);
  });

  it('notices that a notice got lost, and takes the whole base then', async () => {
    await using server = await startRoomServer(READY);
    using ada = openOn(server, at('session-ada'));
    await untilSays(ada, 'saved');
    for (const y of [10, 20, 30]) ada.paint(stroke(y));
    await untilSays(ada, 'saved');
    const painted = ada.maskDoc.composition.toLabels();
    server.tellFoldNumber();
    server.fold(['session-ada'], { isLost: true });
    await until(ada.maskDoc, () => ada.maskDoc.strokeCountOf('session-ada') === 0);
    server.tellFoldNumber();
    await until(ada, () => ada.maskDoc.foldNumber === 1);
    expect(ada.maskDoc.composition.toLabels()).toEqual(painted);
    await untilSays(ada, 'saved');
    server.tellFoldNumber();
    ada.paint(stroke(40));
    await untilSays(ada, 'saved');
    expect(server.foldsAskedFor).toEqual(['0', '0']);
  });

  it('merges exactly what was painted offline while the others’ strokes were folded', async () => {
    await using server = await startRoomServer(READY);
    using ada = openOn(server, at('session-ada'));
    using ben = openOn(server, at('session-ben'));
    await Promise.all([untilSays(ada, 'saved'), untilSays(ben, 'saved')]);
    // What all of it comes to when nothing is ever folded.
    const oracle = new Y.Doc();
    for (const { maskDoc } of [ada, ben])
      maskDoc.doc.on('update', (update: Uint8Array, _origin, _doc, transaction) => {
        if (transaction.local) Y.applyUpdate(oracle, update);
      });
    ada.paint(stroke(10));
    await untilSays(ada, 'saved');
    await until(ben, () => ben.maskDoc.composition.labelAt(20, 10) === 1);
    server.goAway(true);
    await Promise.all([untilSays(ada, 'offline'), untilSays(ben, 'offline')]);
    ben.paint(stroke(11, 2));
    ada.paint(stroke(12, 1));
    ada.paint(stroke(14, 2));
    expect(ben.state).toMatchObject({ kind: 'offline', pending: 1, inThisTabOnly: 0 });
    // Ada first: hers is folded before Ben's arrives.
    using held = { [Symbol.dispose]: ben.maskDoc.onChange(() => {}) };
    void held;
    server.goAway(false);
    await untilSays(ada, 'saved');
    server.fold(['session-ada']);
    await until(ada, () => ada.maskDoc.foldNumber === 1);
    await untilSays(ben, 'saved');
    await until(ben, () => ben.maskDoc.foldNumber === 1);
    const wanted = openMaskDoc({ doc: oracle, ...SIZE }).composition.toLabels();
    await until(ada, () => ada.maskDoc.strokeCountOf('session-ben') === 1);
    expect(ada.maskDoc.composition.toLabels()).toEqual(wanted);
    expect(ben.maskDoc.composition.toLabels()).toEqual(wanted);
  });

  it('knows why what is folded cannot be taken back', async () => {
    await using server = await startRoomServer(READY);
    using ada = openOn(server, at('session-ada'));
    await untilSays(ada, 'saved');
    ada.paint(stroke(10));
    await untilSays(ada, 'saved');
    server.fold(['session-ada']);
    await until(ada, () => ada.maskDoc.foldNumber === 1);
    expect(ada.undo()).toBe(false);
    expect(ada.maskDoc.undoLimit).toBe('horizon');
  });
});
