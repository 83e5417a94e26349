/**
 * Labels taken over from other sections of the stack: read from what is open in this page or else from the server, painted
 * into sections that need not be on the screen. Nothing that has a label is painted over. Framework-free.
 */
import type { Section, Task } from '@cotrace/protocol';
import { routeUrl } from '@cotrace/protocol';
import type { MaskSession } from '../session/maskSession.ts';
import type { OpenMask, SessionKeeper } from '../session/sessionKeeper.ts';
import { type PaintOutcome, paintStep } from '../tools/paintStep.ts';
import { readBytes } from '../tools/pixelSources.ts';
import { type Gap, placesBetween } from './stackPlan.ts';
import { labelsBetween, strokesOfLabels } from './takeLabels.ts';

/** Milliseconds that a section's room has to open. */
const OPENING_MS = 20_000;

export interface StackOptions {
  readonly keeper: SessionKeeper;
  readonly task: Task;
  /** How the room of a section's mask is opened; undefined when it has none. */
  readonly openMask: (section: Section) => OpenMask | undefined;
  /** Whose session is not to be left: the one on the screen. */
  readonly isShown: (maskId: string) => boolean;
  readonly signal: AbortSignal;
}

/** `unreachable`: the room did not open in time, or not for painting. */
export type SectionOutcome = PaintOutcome | 'unreachable';

/** What a section shows; its committed labels when it is not open here. Throws Error with a sentence; the signal's reason. */
export async function labelsOf(
  section: Section,
  { keeper, task, signal }: StackOptions,
): Promise<Uint8Array> {
  const mask = section.masks.find(({ taskId }) => taskId === task.id);
  if (mask === undefined) return new Uint8Array(section.width * section.height);
  const open = keeper.session(mask.id);
  if (open?.mayPaint) return open.maskDoc.composition.toLabels();
  return readBytes(routeUrl('maskLabels', { maskId: mask.id }), section, signal);
}

/** Paints labels into what is unknown of a section, as one step of undo there. */
export async function paintLabels(
  section: Section,
  labels: Uint8Array,
  options: StackOptions,
): Promise<SectionOutcome> {
  const opened = options.openMask(section);
  if (opened === undefined) return 'unreachable';
  const session = options.keeper.enter(opened);
  try {
    if (!(await mayBePainted(session, options.signal))) return 'unreachable';
    return paintStep(session, strokesOfLabels(labels, section, opened.labels), { onlyUnknown: true });
  } finally {
    // It ends when its strokes are saved.
    if (!options.isShown(session.maskId)) options.keeper.leave(session);
  }
}

/** Fills the sections between, one after the other; undefined when both ends have no label in common. */
export async function fillGap(
  gap: Gap,
  options: StackOptions & { onProgress: (done: number) => void },
): Promise<SectionOutcome[] | undefined> {
  const [from, to] = await Promise.all([labelsOf(gap.from, options), labelsOf(gap.to, options)]);
  const { signal } = options;
  const pictures = await labelsBetween(from, to, { size: gap.from, places: placesBetween(gap), signal });
  if (pictures === undefined) return undefined;
  const outcomes: SectionOutcome[] = [];
  for (const [i, section] of gap.between.entries()) {
    options.onProgress(i);
    outcomes.push(await paintLabels(section, pictures[i]!, options));
    signal.throwIfAborted();
  }
  return outcomes;
}

/** Resolves when the room lets this person paint (true), or does not, or not in time. Throws the signal's reason. */
function mayBePainted(session: MaskSession, signal: AbortSignal): Promise<boolean> {
  return new Promise((done, failed) => {
    const end = (answer: () => void) => {
      stop();
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      answer();
    };
    const look = () => {
      const { kind } = session.state;
      if (session.mayPaint && kind !== 'offline') end(() => done(true));
      else if (kind === 'closed' || kind === 'refused' || session.ready?.mayPaint === false)
        end(() => done(false));
    };
    const onAbort = () => end(() => failed(signal.reason));
    const timer = setTimeout(() => end(() => done(false)), OPENING_MS);
    const stop = session.onChange(look);
    signal.addEventListener('abort', onAbort);
    look();
  });
}
