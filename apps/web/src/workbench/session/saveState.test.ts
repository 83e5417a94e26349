import { describe, expect, it } from 'vitest';
import {
  acceptsStrokes,
  longSentence,
  NOTHING_KNOWN,
  type SaveFacts,
  saveStateOf,
  shortSentence,
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
    expect(saveStateOf(facts({ ...online, pending: 3 }))).toEqual({ kind: 'saving', pending: 3 });
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
    expect(state).toEqual({ kind: 'refused', pending: 2, code: 'FORBIDDEN', why: 'Your role changed.' });
    expect(acceptsStrokes(state)).toBe(false);
    expect(longSentence(state)).toContain('download');
  });

  it('goes on painting offline', () => {
    expect(acceptsStrokes(saveStateOf(facts({ everSynced: true })))).toBe(true);
    expect(acceptsStrokes(saveStateOf(NOTHING_KNOWN))).toBe(false);
  });

  it('says one stroke, and several strokes', () => {
    expect(shortSentence({ kind: 'saving', pending: 1 })).toBe('Saving 1 stroke');
    expect(shortSentence({ kind: 'offline', pending: 2, why: undefined })).toBe('Offline, 2 strokes kept');
  });
});
