/**
 * What the person is told about their strokes: one union, derived from facts. Knows no socket; never says "saved" of a
 * stroke that no acknowledgement covers.
 *
 *              first sync                    stroke
 *  connecting ────────────► saved ◄───────────────────────► saving n
 *      │                     │ ▲      acknowledged             │
 *      │ connection lost     │ │ connection back, synchronised │
 *      ▼                     ▼ │                               ▼
 *    offline 0 ◄────────── offline n ◄──────────────────────────
 *
 *  any ── an update is refused ──► refused n ── try again ──► connecting
 *                                       └────── let go ─────► connecting
 *  any ── closed with 44xx ──────► closed    ── try again ──► connecting
 */
import type { ErrorBody } from '@cotrace/protocol';

export type SaveState =
  | { readonly kind: 'connecting'; readonly pending: number }
  | { readonly kind: 'saved'; readonly pending: 0 }
  | { readonly kind: 'saving'; readonly pending: number }
  | { readonly kind: 'offline'; readonly pending: number; readonly why: string | undefined }
  | { readonly kind: 'refused'; readonly pending: number; readonly code: string; readonly why: string }
  | { readonly kind: 'closed'; readonly pending: number; readonly why: string };

/** What is known; `pending` counts own strokes without an acknowledgement. */
export interface SaveFacts {
  readonly connected: boolean;
  readonly synced: boolean;
  readonly everSynced: boolean;
  readonly pending: number;
  readonly refusal: ErrorBody | undefined;
  /** A trouble that passes by itself, e.g. the database being away. */
  readonly trouble: string | undefined;
  readonly closed: string | undefined;
}

export const NOTHING_KNOWN: SaveFacts = {
  connected: false,
  synced: false,
  everSynced: false,
  pending: 0,
  refusal: undefined,
  trouble: undefined,
  closed: undefined,
};

export function saveStateOf(facts: SaveFacts): SaveState {
  const { pending } = facts;
  if (facts.refusal !== undefined)
    return { kind: 'refused', pending, code: facts.refusal.code, why: facts.refusal.message };
  if (facts.closed !== undefined) return { kind: 'closed', pending, why: facts.closed };
  if (facts.connected && facts.synced && facts.trouble === undefined)
    return pending === 0 ? { kind: 'saved', pending } : { kind: 'saving', pending };
  if (!facts.everSynced && facts.trouble === undefined) return { kind: 'connecting', pending };
  return { kind: 'offline', pending, why: facts.trouble };
}

const strokes = (n: number) => `${n} stroke${n === 1 ? '' : 's'}`;

/** A few words for the one steady place. */
export function shortSentence(state: SaveState): string {
  switch (state.kind) {
    case 'connecting':
      return 'Connecting';
    case 'saved':
      return 'Saved';
    case 'saving':
      return `Saving ${strokes(state.pending)}`;
    case 'offline':
      return state.pending === 0 ? 'Offline' : `Offline, ${strokes(state.pending)} kept`;
    case 'refused':
      return `${strokes(state.pending)} refused`;
    case 'closed':
      return state.pending === 0 ? 'Disconnected' : `Disconnected, ${strokes(state.pending)} kept`;
  }
}

/** What it means and what to do. */
export function longSentence(state: SaveState): string {
  switch (state.kind) {
    case 'connecting':
      return 'The mask is being loaded.';
    case 'saved':
      return 'Everything you painted is committed on the server.';
    case 'saving':
      return `${strokes(state.pending)} on the way; saved when the server has committed them.`;
    case 'offline':
      return `${state.why ?? 'The server cannot be reached.'} Go on painting: your strokes are kept in this tab and sent when the connection is back. Do not close it.`;
    case 'refused':
      return `${state.why} Your strokes are kept in this tab: download them, try again, or let go of them.`;
    case 'closed':
      return state.why;
  }
}

/** May strokes be added? After a refusal nothing that follows would be accepted either. */
export const acceptsStrokes = (state: SaveState): boolean =>
  state.kind === 'saved' || state.kind === 'saving' || state.kind === 'offline';
