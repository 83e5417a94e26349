import { describe, expect, it } from 'vitest';
import {
  acceptsStrokes,
  longSentence,
  NOTHING_KNOWN,
  type SaveFacts,
  saveStateOf,
  setAsideSentence,
  shortSentence,
  showAfterMs,
} from './saveState.ts';

const facts = (change: Partial<SaveFacts>): SaveFacts => ({ ...NOTHING_KNOWN, ...change });
const online = { connected: true, synced: true, everSynced: true };

describe('save state', () => {
  it('is not "saved" before the first synchronisation', () => {
    expect(saveStateOf(NOTHING_KNOWN).kind).toBe('connecting');
    expect(saveStateOf(facts({ connected: true })).kind).toBe('connecting');
    expect(saveStateOf(facts(online)).kind).toBe('saved');
  });

  it('counts strokes that no acknowledgement covers', () => {
    expect(saveStateOf(facts({ ...online, pending: 3 }))).toMatchObject({ kind: 'saving', pending: 3 });
    expect(saveStateOf(facts({ everSynced: true, pending: 3 }))).toMatchObject({
      kind: 'offline',
      pending: 3,
    });
  });

  it('is offline while connected again but not yet synchronised', () => {
    expect(saveStateOf(facts({ connected: true, everSynced: true })).kind).toBe('offline');
  });

  it('shows a passing trouble as offline with its reason', () => {
    const state = saveStateOf(facts({ ...online, pending: 1, trouble: 'The database does not answer.' }));
    expect(state).toMatchObject({ kind: 'offline', pending: 1 });
    expect(longSentence(state)).toContain('The database does not answer.');
  });

  it('puts a refusal above all else and takes no more strokes', () => {
    const state = saveStateOf(
      facts({
        ...online,
        pending: 2,
        closed: 'x',
        refusal: { code: 'FORBIDDEN', message: 'Your role changed.' },
      }),
    );
    expect(state).toMatchObject({ kind: 'refused', pending: 2, code: 'FORBIDDEN' });
    expect(longSentence(state)).toContain('Your role no longer lets you paint here');
    expect(acceptsStrokes(state)).toBe(false);
    expect(longSentence(state)).toContain('download');
  });

  it('goes on painting offline', () => {
    expect(acceptsStrokes(saveStateOf(facts({ everSynced: true })))).toBe(true);
    expect(acceptsStrokes(saveStateOf(NOTHING_KNOWN))).toBe(false);
  });

  it('says one stroke, and several strokes', () => {
    expect(shortSentence(saveStateOf(facts({ ...online, pending: 1 })))).toBe('Saving 1 stroke');
    expect(shortSentence(saveStateOf(facts({ everSynced: true, pending: 2 })))).toBe(
      'Offline, 2 kept on this device',
    );
  });

  it('says "in this tab only" of what the device could not keep, and not to close the tab', () => {
    const full = { inThisTabOnly: 1, keeping: 'the storage of this browser is full' };
    const state = saveStateOf(facts({ everSynced: true, pending: 3, ...full }));
    expect(shortSentence(state)).toBe('Offline, 1 in this tab only');
    expect(longSentence(state)).toContain(
      '1 stroke is in this tab only, because the storage of this browser is full: do not close the tab.',
    );
  });

  it('says nothing of a closed tab while everything is on its way', () => {
    expect(longSentence(saveStateOf(facts({ ...online, pending: 1 })))).not.toContain('tab');
  });

  it('shows strokes that were set aside beside all else, and says "saved" of none of them', () => {
    const aside = { setAside: 2, setAsideWhy: { code: 'LABEL_OUTSIDE_TABLE', message: 'x' } };
    const saved = saveStateOf(facts({ ...online, ...aside }));
    expect(saved.kind).toBe('saved');
    expect(shortSentence(saved)).toBe('2 strokes refused');
    expect(acceptsStrokes(saved)).toBe(true);
    expect(setAsideSentence(saved)).toContain('no longer in the task’s label table');
    expect(shortSentence(saveStateOf(facts({ ...online, ...aside, pending: 1 })))).toBe(
      'Saving 1 stroke · 2 refused',
    );
  });

  it('lets only the less reassuring of two words stay for a moment', () => {
    const saving = saveStateOf(facts({ ...online, pending: 1 }));
    const saved = saveStateOf(facts(online));
    const offline = saveStateOf(facts({ everSynced: true, pending: 1 }));
    expect(showAfterMs(saving, saved)).toBeGreaterThan(0);
    expect(showAfterMs(saving, offline)).toBeGreaterThan(0);
    for (const state of [saving, offline, saveStateOf(NOTHING_KNOWN)])
      expect(showAfterMs(saved, state)).toBe(0);
    expect(showAfterMs(offline, saved)).toBe(0);
  });
});
