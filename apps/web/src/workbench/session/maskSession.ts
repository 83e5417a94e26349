/**
 * One editing session on one mask: the room's connection, the document, what of it is saved and what is kept on this device.
 * Framework-free; refuses to drop a stroke: whatever the server refuses stays until the person has decided about it.
 */
import { MaskError, type Runs } from '@cotrace/mask';
import {
  createDurabilityTracker,
  decodeAck,
  type MaskDoc,
  MaskDocError,
  openMaskDoc,
  type Watermark,
} from '@cotrace/mask-doc';
import {
  CLOSE,
  ERRORS,
  type ErrorBody,
  errorBody,
  ROOM_MESSAGE,
  ROOM_PATH,
  type RoomReady,
  refusedStrokes,
  roomName,
} from '@cotrace/protocol';
import * as decoding from 'lib0/decoding';
import type { Awareness } from 'y-protocols/awareness';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { type Carry, NOTHING_CARRIED, pendingStrokes, submit } from './carry.ts';
import { announcesTheEnd, closeSentence, isPassing } from './closeReason.ts';
import { createFoldFollower } from './foldFollower.ts';
import type { KeptPlace, KeptStore } from './kept/keptStore.ts';
import { createStrokeRecorder, withRefusal } from './kept/strokeRecorder.ts';
import { acceptsStrokes, NOTHING_KNOWN, type SaveFacts, type SaveState, saveStateOf } from './saveState.ts';
import { watchStandstill } from './standstill.ts';
import { tellOwn } from './tellOwn.ts';

/** Milliseconds between two SyncStep1: an answer is a sign of life, and a frame that got lost is asked for again. */
const RESYNC_INTERVAL_MS = 10_000;
/** Milliseconds before strokes that met a passing trouble are sent again. */
const RESEND_AFTER_MS = 2_000;

export interface MaskSessionOptions {
  /** `ws://host` or `wss://host`. */
  readonly origin: string;
  readonly place: KeptPlace;
  readonly labels: ReadonlySet<number>;
  readonly store: KeptStore;
  /** Greatest stroke id and lamport that earlier documents of the session have used: none is used twice. */
  readonly used?: Watermark;
  /**
   * Strokes of the same session that an earlier document could not save: at once, or asked for at the first
   * synchronisation, while the earlier document still takes strokes. Without it, what this device keeps of the session.
   */
  readonly carry?: Carry | (() => Carry);
  /** Strokes that may be undone, where it is not what the rooms are used to. */
  readonly undoHorizon?: number;
  /** Node's tests pass `ws`. */
  readonly WebSocketPolyfill?: typeof WebSocket;
}

export interface MaskSession {
  readonly maskId: string;
  readonly sessionId: string;
  readonly place: KeptPlace;
  readonly maskDoc: MaskDoc;
  readonly state: SaveState;
  /** What the room said last; undefined until it has. */
  readonly ready: RoomReady | undefined;
  readonly mayPaint: boolean;
  /** The epoch of this room is over: open the mask again, with `unsaved()` as `carry`. */
  readonly epochEnded: boolean;
  /** This document holds strokes that were set aside, or others' that no server has: all else needs a fresh one. */
  readonly isSpoilt: boolean;
  /** Closing the page now would lose a stroke. */
  readonly wouldLose: boolean;
  /** Called after `state`, `ready` or what can be undone has changed. */
  onChange(listener: () => void): () => void;
  /** Number of the stroke; undefined when it covers nothing or may not be painted now. Throws LABEL_OUTSIDE_TABLE. */
  paint(stroke: { label: number; runs: Runs }): number | undefined;
  undo(): boolean;
  redo(): boolean;
  unsaved(): Carry;
  /** Sets all that is not saved aside, with one reason. */
  refuseAll(why: ErrorBody): void;
  /** Forgets what was set aside, here and on the device. */
  letGoOfRefused(): void;
  /** Forgets everything that is not saved; the session is of no use afterwards. */
  letGo(): void;
  /** Connects again after the room was closed for good. */
  reconnect(): void;
  /** Resolves when the device has been told everything, or does not answer. */
  settled(): Promise<void>;
  destroy(): void;
}

type Handler = (encoder: unknown, decoder: decoding.Decoder) => void;

export function openMaskSession(options: MaskSessionOptions): MaskSession {
  const { place, labels, store } = options;
  const { maskId, epoch, width, height, sessionId } = place;
  const doc = new Y.Doc();
  const maskDoc = openMaskDoc({
    ...{ doc, width, height, sessionId, labels },
    ...(options.used === undefined ? {} : { used: options.used }),
    ...(options.undoHorizon === undefined ? {} : { undoHorizon: options.undoHorizon }),
  });
  const tracker = createDurabilityTracker(maskDoc);
  const recorder = createStrokeRecorder({ store, place, maskDoc, tracker });
  const listeners = new Set<() => void>();
  let facts: SaveFacts = NOTHING_KNOWN;
  // Kept, so that whoever compares by identity sees no change where there is none.
  let state: SaveState = saveStateOf(facts);
  let ready: RoomReady | undefined;
  let epochEnded = false;
  let isSpoilt = false;
  let isDestroyed = false;
  let hasBegun = false;
  let resend: ReturnType<typeof setTimeout> | undefined;
  /** Waits for the first synchronisation: only then can be told which of its strokes the server has after all. */
  let carried: Carry | undefined;

  const tell = () => {
    for (const listener of listeners) listener();
  };
  const learn = (news: Partial<SaveFacts>) => {
    facts = { ...facts, ...news };
    const next = saveStateOf(facts);
    if (JSON.stringify(next) !== JSON.stringify(state)) state = next;
    tell();
  };
  /** Strokes that were set aside no longer wait for the server. */
  const countPending = () => {
    const aside = new Set(recorder.refused.map(({ strokeId }) => strokeId));
    const pending =
      carried?.strokes.map(({ strokeId }) => strokeId) ??
      [...tracker.pendingStrokeIds].filter((id) => !aside.has(id));
    const only = carried?.inThisTabOnly ?? recorder.inThisTabOnly;
    learn({
      pending: pending.length,
      inThisTabOnly: pending.filter((id) => only.has(id)).length,
      asideInThisTabOnly: [...aside].filter((id) => only.has(id)).length,
      keeping: recorder.failure?.message,
      setAside: recorder.refused.length,
      setAsideWhy: recorder.refused[0]?.refusal,
    });
  };

  const provider = new WebsocketProvider(options.origin + ROOM_PATH, roomName(maskId, epoch), doc, {
    connect: false,
    // BroadcastChannel would carry edits between tabs past the server.
    disableBc: true,
    params: { session: sessionId, client: String(doc.clientID), fold: '0' },
    resyncInterval: RESYNC_INTERVAL_MS,
    ...(options.WebSocketPolyfill ? { WebSocketPolyfill: options.WebSocketPolyfill } : {}),
  });
  // Presence travels over socket.io; an awareness state here would be a second, forgeable one.
  (provider.awareness as Awareness).setLocalState(null);

  const folds = createFoldFollower({
    maskDoc,
    onFolded() {
      provider.params.fold = String(maskDoc.foldNumber);
      tell();
    },
    onMismatch() {
      provider.params.fold = '0';
      provider.disconnect();
      provider.connect();
    },
  });

  const handlers = provider.messageHandlers as unknown as Handler[];
  handlers[ROOM_MESSAGE.durable] = (_, decoder) => {
    tracker.acknowledge(decodeAck(decoding.readTailAsUint8Array(decoder)));
  };
  handlers[ROOM_MESSAGE.ready] = (_, decoder) => {
    ready = JSON.parse(decoding.readVarString(decoder)) as RoomReady;
    tell();
  };
  handlers[ROOM_MESSAGE.refused] = (_, decoder) => {
    const said = errorBody.safeParse(JSON.parse(decoding.readVarString(decoder)));
    onRefused(said.success ? said.data : { code: 'INTERNAL', message: ERRORS.INTERNAL[1] });
  };

  const readable =
    (take: (bytes: Uint8Array) => void): Handler =>
    (_, decoder) => {
      try {
        take(decoding.readTailAsUint8Array(decoder));
      } catch (error) {
        if (!(error instanceof MaskDocError) && !(error instanceof MaskError)) throw error;
        provider.disconnect();
        learn({ closed: closeSentence(CLOSE.rubbish, error.code), closedWith: CLOSE.rubbish });
      }
    };
  handlers[ROOM_MESSAGE.base] = readable((bytes) => folds.takeBase(bytes));
  handlers[ROOM_MESSAGE.folded] = readable((bytes) => folds.takeNotice(bytes));

  handlers[ROOM_MESSAGE.foldNumber] = (_, decoder) => folds.expectNumber(decoding.readVarUint(decoder));
  handlers[ROOM_MESSAGE.startOver] = () => {
    if (isSpoilt) return;
    isSpoilt = true;
    provider.disconnect();
    tell();
  };

  const onRefused = (why: ErrorBody) => {
    // Nothing of ours is at stake: a viewer's answer to a synchronisation, for one.
    if (isSpoilt || tracker.pendingStrokes === 0 || announcesTheEnd(why)) return;
    if (isPassing(why)) return sendAgainSoon(why.message);
    // What follows a refused update in the same document would leave a gap: stop sending, keep everything.
    provider.disconnect();
    const guilty = guiltyStrokes(why);
    if (guilty.size === 0) return learn({ refusal: why });
    isSpoilt = true;
    recorder.refuse(
      withRefusal(
        unsavedStrokes().filter(({ strokeId }) => guilty.has(strokeId)),
        why,
      ),
    );
  };

  const sendAgainSoon = (trouble: string) => {
    learn({ trouble });
    clearTimeout(resend);
    resend = setTimeout(() => {
      provider.disconnect();
      learn({ trouble: undefined });
      provider.connect();
    }, RESEND_AFTER_MS);
  };

  /**
   * Who may not paint at all may not paint any of it; else the refusal names strokes, or there is only one. Of a label that is
   * gone it names the first: the room has said which labels there are, so that its others need not be refused one by one.
   */
  const guiltyStrokes = ({ code, details }: ErrorBody): ReadonlySet<number> => {
    if (code === 'FORBIDDEN') return new Set();
    const said = refusedStrokes.safeParse(details);
    const guilty = new Set(said.success ? said.data.strokeIds : []);
    if (code === 'LABEL_OUTSIDE_TABLE' && ready !== undefined) {
      const labelled = new Set([0, ...ready.labels]);
      for (const { label, strokeId } of maskDoc.liveRecordsOf(sessionId))
        if (!labelled.has(label)) guilty.add(strokeId);
    }
    const pending = new Set([...guilty].filter((id) => tracker.pendingStrokeIds.has(id)));
    if (pending.size > 0) return pending;
    return tracker.pendingStrokes === 1 ? new Set(tracker.pendingStrokeIds) : new Set();
  };

  const unsavedStrokes = () => {
    if (carried !== undefined) return carried.strokes;
    const aside = new Set(recorder.refused.map(({ strokeId }) => strokeId));
    return pendingStrokes(maskDoc, tracker).filter(({ strokeId }) => !aside.has(strokeId));
  };

  const asked = options.carry;
  const loading: Promise<Carry> | undefined =
    asked === undefined ? recorder.load().then((strokes) => ({ ...NOTHING_CARRIED, strokes })) : undefined;
  const expect = (carry: Carry) => {
    carried = carry;
    recorder.refuse(carry.refused);
    countPending();
  };

  /** After the first synchronisation: what earlier documents left goes into this one, and painting may begin. */
  const begin = async () => {
    if (hasBegun) return;
    hasBegun = true;
    await loading;
    if (isDestroyed) return;
    if (typeof asked === 'function') expect(asked());
    const { strokes, onDevice } = carried ?? NOTHING_CARRIED;
    carried = undefined;
    if (strokes.length > 0) recorder.refuse(submit(maskDoc, tracker, strokes));
    recorder.look([...onDevice, ...strokes.map(({ strokeId }) => strokeId)]);
    learn({ everSynced: true });
    countPending();
  };

  const isWanted = () => provider.shouldConnect && facts.refusal === undefined;
  const standstill = watchStandstill({
    unready: () =>
      isWanted() && !(provider.synced && ready !== undefined) ? (provider.ws ?? undefined) : undefined,
    pendingStrokeIds: () => (isWanted() && provider.synced ? tracker.pendingStrokeIds : []),
    onConnection() {
      provider.disconnect();
      provider.connect();
    },
    onStrokes: () => tellOwn(provider),
  });

  provider.on('status', ({ status }) => learn({ connected: status === 'connected' }));
  provider.on('sync', (synced) => {
    learn({ synced });
    if (synced) void begin();
  });
  provider.on('closed', ({ code, reason }) => {
    epochEnded = code === CLOSE.epochEnded;
    learn({ closed: closeSentence(code, reason), closedWith: code });
  });
  tracker.onChange(countPending);
  recorder.onChange(countPending);

  if (typeof asked === 'object') expect(asked);
  void loading?.then((carry) => !isDestroyed && expect(carry));
  provider.connect();

  return {
    maskId,
    sessionId,
    place,
    maskDoc,
    get state() {
      return state;
    },
    get ready() {
      return ready;
    },
    get mayPaint() {
      return ready?.mayPaint === true && acceptsStrokes(state);
    },
    get epochEnded() {
      return epochEnded;
    },
    get isSpoilt() {
      return isSpoilt;
    },
    get wouldLose() {
      const { inThisTabOnly, asideInThisTabOnly, pending } = facts;
      return inThisTabOnly + asideInThisTabOnly > 0 || (recorder.isWriting && pending > 0);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    // Told again afterwards: what can be undone has changed only then.
    paint(stroke) {
      const strokeId = this.mayPaint ? maskDoc.paint(stroke) : undefined;
      tell();
      return strokeId;
    },
    undo() {
      const undone = this.mayPaint && maskDoc.undo();
      tell();
      return undone;
    },
    redo() {
      const redone = this.mayPaint && maskDoc.redo();
      tell();
      return redone;
    },
    unsaved: () => ({
      strokes: unsavedStrokes(),
      refused: recorder.refused,
      inThisTabOnly: carried?.inThisTabOnly ?? new Set(recorder.inThisTabOnly),
      onDevice: new Set([...(carried?.onDevice ?? []), ...recorder.onDevice]),
    }),
    refuseAll(why) {
      const strokes = withRefusal(unsavedStrokes(), why);
      if (carried !== undefined) carried = { ...carried, strokes: [] };
      recorder.refuse(strokes);
    },
    letGoOfRefused: () => recorder.letGoOfRefused(),
    letGo: () => recorder.letGo(),
    reconnect() {
      learn({ closed: undefined, closedWith: undefined, trouble: undefined });
      provider.connect();
    },
    settled: () => recorder.settled(),
    destroy() {
      isDestroyed = true;
      clearTimeout(resend);
      listeners.clear();
      recorder.stop();
      folds.destroy();
      standstill.stop();
      provider.destroy();
      tracker.destroy();
      maskDoc.destroy();
      doc.destroy();
    },
  };
}
