/**
 * What the person is told about their strokes: one union, derived from facts. Knows no socket; never says "saved" of a
 * stroke that no acknowledgement covers, nor "kept on this device" of one that the device has not taken.
 *
 *              first sync                    stroke
 *  connecting ────────────► saved ◄───────────────────────► saving n
 *      │                     │ ▲      acknowledged             │
 *      │ connection lost     │ │ connection back, synchronised │
 *      ▼                     ▼ │                               ▼
 *    offline 0 ◄────────── offline n ◄──────────────────────────
 *
 *  any ── all is refused ──► refused n ── try again ──► connecting
 *                                └──────── let go ────► connecting
 *  any ── closed with 44xx ► closed    ── try again ──► connecting
 *
 * Strokes that were refused one by one are set aside beside any of these: what was painted before and after them goes on.
 */
import type { ErrorBody } from '@cotrace/protocol';
import { refusalSentence } from './refusalSentence.ts';

interface Common {
  /** Own strokes without an acknowledgement, those set aside left out. */
  readonly pending: number;
  /** How many of them the device could not keep. */
  readonly inThisTabOnly: number;
  /** Why not, as words within a sentence. */
  readonly keeping: string | undefined;
  /** Strokes that were refused one by one. */
  readonly setAside: number;
  /** How many of these the device could not keep. */
  readonly asideInThisTabOnly: number;
  /** Why the first of them was. */
  readonly setAsideWhy: string | undefined;
}

export type SaveState = Common &
  (
    | { readonly kind: 'connecting' | 'saved' | 'saving' }
    | { readonly kind: 'offline'; readonly why: string | undefined }
    | { readonly kind: 'refused'; readonly code: string; readonly why: string }
    | { readonly kind: 'closed'; readonly code: number | undefined; readonly why: string }
  );

/** What is known. */
export interface SaveFacts {
  readonly connected: boolean;
  readonly synced: boolean;
  readonly everSynced: boolean;
  readonly pending: number;
  readonly inThisTabOnly: number;
  readonly keeping: string | undefined;
  readonly setAside: number;
  readonly asideInThisTabOnly: number;
  readonly setAsideWhy: Pick<ErrorBody, 'code' | 'message'> | undefined;
  /** All that follows would be refused, too. */
  readonly refusal: ErrorBody | undefined;
  /** A trouble that passes by itself, e.g. the database being away. */
  readonly trouble: string | undefined;
  readonly closed: string | undefined;
  readonly closedWith: number | undefined;
}

export const NOTHING_KNOWN: SaveFacts = {
  connected: false,
  synced: false,
  everSynced: false,
  pending: 0,
  inThisTabOnly: 0,
  keeping: undefined,
  setAside: 0,
  asideInThisTabOnly: 0,
  setAsideWhy: undefined,
  refusal: undefined,
  trouble: undefined,
  closed: undefined,
  closedWith: undefined,
};

export function saveStateOf(facts: SaveFacts): SaveState {
  const { pending, inThisTabOnly, keeping, setAside, asideInThisTabOnly, refusal, closed } = facts;
  const setAsideWhy = facts.setAsideWhy && refusalSentence(facts.setAsideWhy);
  const common: Common = { pending, inThisTabOnly, keeping, setAside, asideInThisTabOnly, setAsideWhy };
  if (refusal !== undefined)
    return { ...common, kind: 'refused', code: refusal.code, why: refusalSentence(refusal) };
  if (closed !== undefined) return { ...common, kind: 'closed', code: facts.closedWith, why: closed };
  if (facts.connected && facts.synced && facts.everSynced && facts.trouble === undefined)
    return { ...common, kind: pending === 0 ? 'saved' : 'saving' };
  if (!facts.everSynced && facts.trouble === undefined) return { ...common, kind: 'connecting' };
  return { ...common, kind: 'offline', why: facts.trouble };
}

export const strokes = (n: number): string => `${n} stroke${n === 1 ? '' : 's'}`;

const whereTheyAre = ({ pending, inThisTabOnly }: Common) =>
  inThisTabOnly > 0 ? `${inThisTabOnly} in this tab only` : `${pending} kept on this device`;

/** A few words for the one steady place. */
export function shortSentence(state: SaveState): string {
  const refused = state.setAside === 0 ? '' : ` · ${state.setAside} refused`;
  const waiting = state.pending === 0 ? '' : `, ${whereTheyAre(state)}`;
  switch (state.kind) {
    case 'connecting':
      return `Connecting${waiting}`;
    case 'saved':
      // "Saved" beside a refusal could be read as being about those strokes.
      return state.setAside === 0 ? 'Saved' : `${strokes(state.setAside)} refused`;
    case 'saving':
      return `Saving ${strokes(state.pending)}${refused}`;
    case 'offline':
      return `Offline${waiting}${refused}`;
    case 'refused':
      return `${strokes(state.pending + state.setAside)} refused`;
    case 'closed':
      return `Disconnected${waiting}${refused}`;
  }
}

const safety = ({ pending, inThisTabOnly, keeping }: Common): string => {
  if (pending === 0) return '';
  if (inThisTabOnly === 0)
    return ` ${strokes(pending)} ${pending === 1 ? 'is' : 'are'} kept on this device, also when this tab is closed.`;
  return ` ${strokes(inThisTabOnly)} ${inThisTabOnly === 1 ? 'is' : 'are'} in this tab only, because ${keeping ?? 'this browser keeps nothing'}: do not close the tab. Make space, or download ${inThisTabOnly === 1 ? 'it' : 'them'}.`;
};

/** What it means and what to do. */
export function longSentence(state: SaveState): string {
  switch (state.kind) {
    case 'connecting':
      return `The mask is being loaded.${safety(state)}`;
    case 'saved':
      return state.setAside === 0
        ? 'Everything you painted here is committed on the server.'
        : 'Everything else you painted here is committed on the server.';
    case 'saving':
      return `${strokes(state.pending)} on the way; saved when the server has committed them.${state.inThisTabOnly > 0 ? safety(state) : ''}`;
    case 'offline':
      return `${state.why ?? 'The server cannot be reached.'} Go on painting: what you paint is sent when the connection is back.${safety(state)}`;
    case 'refused':
      return `${state.why}${safety(state)} You can try again, download them, or let go of them.`;
    case 'closed':
      return `${state.why}${safety(state)}`;
  }
}

/** What was refused by itself, where it is, and why; undefined when nothing was. */
export function setAsideSentence(state: Common): string | undefined {
  const { setAside, asideInThisTabOnly, keeping, setAsideWhy } = state;
  if (setAside === 0) return undefined;
  const [was, is] = setAside === 1 ? ['was', 'is'] : ['were', 'are'];
  const where =
    asideInThisTabOnly === 0
      ? `${is} kept on this device`
      : `${is} in this tab only, because ${keeping ?? 'this browser keeps nothing'}: do not close the tab`;
  return `${strokes(setAside)} ${was} refused and ${where}. ${setAsideWhy ?? ''}`;
}

/** May strokes be added? After a refusal of everything nothing that follows would be accepted either. */
export const acceptsStrokes = (state: SaveState): boolean =>
  state.kind === 'saved' || state.kind === 'saving' || state.kind === 'offline';

/** Milliseconds that "saving" stays when everything is saved at once: shorter than that is a flicker. */
const SAVED_AFTER_MS = 350;
/** Milliseconds that "saving" stays when the connection is lost and may be back at once. */
const OFFLINE_AFTER_MS = 800;

/** How long what is shown may stay in place of what is: only ever the less reassuring of the two. */
export function showAfterMs(shown: SaveState, actual: SaveState): number {
  if (shown.kind !== 'saving') return 0;
  if (actual.kind === 'saved') return SAVED_AFTER_MS;
  return actual.kind === 'offline' && actual.inThisTabOnly === 0 ? OFFLINE_AFTER_MS : 0;
}
