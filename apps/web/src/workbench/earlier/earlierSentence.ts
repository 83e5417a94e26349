/** What earlier tabs left on this device, as one sentence for each kind of thing there is to do about it. Knows no browser. */
import type { EarlierStrokes } from '../session/kept/adopter.ts';
import { refusalSentence } from '../session/refusalSentence.ts';
import { strokes } from '../session/saveState.ts';

export interface EarlierLine {
  readonly key: string;
  readonly state: EarlierStrokes['state'];
  readonly count: number;
  readonly sentence: string;
  /** Sections and tasks, for a second, quieter line. */
  readonly where: string;
  readonly entries: readonly EarlierStrokes[];
}

const are = (n: number) => (n === 1 ? 'is' : 'are');

function sentenceOf(state: EarlierStrokes['state'], n: number, name: string, why: string): string {
  const them = n === 1 ? 'it' : 'them';
  switch (state) {
    case 'waiting':
      return `${strokes(n)} of an earlier tab ${are(n)} kept on this device and ${n === 1 ? 'waits' : 'wait'} for the server.`;
    case 'sending':
      return `${strokes(n)} of an earlier tab ${are(n)} being sent.`;
    case 'refused':
      return `${strokes(n)} of an earlier tab ${n === 1 ? 'was' : 'were'} refused and ${are(n)} kept on this device. ${why}`;
    case 'foreign':
      return `${strokes(n)} of ${name} ${are(n)} kept on this device: sign in as ${name} to send ${them}, or download ${them}.`;
    case 'byHand':
      return `${strokes(n)} of an earlier tab ${are(n)} kept on this device. Close the other tabs of Cotrace, then send ${them} from here.`;
  }
}

/** Lines in the order of the first entry; one for each state, person and reason. */
export function earlierLines(earlier: readonly EarlierStrokes[]): EarlierLine[] {
  const groups = new Map<string, EarlierStrokes[]>();
  for (const entry of earlier) {
    const key = [entry.state, entry.place.userId, whyOf(entry)].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return [...groups].map(([key, entries]) => {
    const { state, place } = entries[0]!;
    const count = entries.reduce((sum, one) => sum + one.strokes.length, 0);
    const where = new Set(entries.map((one) => `${one.place.sectionName}, ${one.place.taskName}`));
    return {
      key,
      state,
      count,
      sentence: sentenceOf(state, count, place.userName, whyOf(entries[0]!)),
      where: [...where].join(' · '),
      entries,
    };
  });
}

const whyOf = ({ strokes }: EarlierStrokes): string => {
  const refusal = strokes.find((stroke) => stroke.refusal !== undefined)?.refusal;
  return refusal === undefined ? '' : refusalSentence(refusal);
};

/** What the state line adds in a few words; empty when there is nothing to say. */
export function earlierWords(lines: readonly EarlierLine[]): string {
  const count = (wanted: EarlierStrokes['state'][]) =>
    lines.filter(({ state }) => wanted.includes(state)).reduce((sum, line) => sum + line.count, 0);
  const refused = count(['refused']);
  if (refused > 0) return `${strokes(refused)} of an earlier tab refused`;
  const sending = count(['sending']);
  if (sending > 0) return `sending ${strokes(sending)} of an earlier tab`;
  const kept = count(['waiting', 'byHand']);
  if (kept > 0) return `${strokes(kept)} of an earlier tab kept`;
  const foreign = lines.filter(({ state }) => state === 'foreign');
  if (foreign.length === 0) return '';
  const n = foreign.reduce((sum, line) => sum + line.count, 0);
  return foreign.length === 1
    ? `${strokes(n)} of ${foreign[0]!.entries[0]!.place.userName} kept`
    : `${strokes(n)} of others kept`;
}

/** For a page where nobody is signed in: one sentence for each person. */
export function signedOutSentences(earlier: readonly EarlierStrokes[]): string[] {
  return earlierLines(earlier).map(({ count, entries }) => {
    const { userName } = entries[0]!.place;
    return `${strokes(count)} of ${userName} ${are(count)} kept on this device, to be sent when ${userName} signs in.`;
  });
}
