/**
 * One editing session on one mask: the room's connection, the document, and what of it is saved. Framework-free; refuses
 * to drop a stroke: whatever the server refuses stays here until the person has decided about it.
 */
import type { Runs } from '@cotrace/mask';
import {
  createDurabilityTracker,
  type DurabilityTracker,
  decodeAck,
  type MaskDoc,
  openMaskDoc,
  resubmit,
  type UnsavedRecords,
  unsavedRecords,
} from '@cotrace/mask-doc';
import {
  CLOSE,
  ERRORS,
  type ErrorBody,
  errorBody,
  ROOM_MESSAGE,
  ROOM_PATH,
  type RoomReady,
  roomName,
} from '@cotrace/protocol';
import * as decoding from 'lib0/decoding';
import type { Awareness } from 'y-protocols/awareness';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { closeSentence, isPassing } from './closeReason.ts';
import { acceptsStrokes, NOTHING_KNOWN, type SaveFacts, type SaveState, saveStateOf } from './saveState.ts';

/** Milliseconds between two SyncStep1: an answer is a sign of life, and a frame that got lost is asked for again. */
const RESYNC_INTERVAL_MS = 10_000;
/** Milliseconds before strokes that met a passing trouble are sent again. */
const RESEND_AFTER_MS = 2_000;

export interface MaskSessionOptions {
  /** `ws://host` or `wss://host`. */
  readonly origin: string;
  readonly maskId: string;
  readonly epoch: number;
  readonly width: number;
  readonly height: number;
  readonly sessionId: string;
  readonly labels: ReadonlySet<number>;
  /** Strokes of the same session that an earlier document could not save. */
  readonly carry?: UnsavedRecords;
  /** Node's tests pass `ws`. */
  readonly WebSocketPolyfill?: typeof WebSocket;
}

export interface MaskSession {
  readonly maskId: string;
  readonly sessionId: string;
  readonly maskDoc: MaskDoc;
  readonly state: SaveState;
  /** What the room said last; undefined until it has. */
  readonly ready: RoomReady | undefined;
  readonly mayPaint: boolean;
  /** The epoch of this room is over: open the mask again, with `unsaved()` as `carry`. */
  readonly epochEnded: boolean;
  /** Called after `state`, `ready` or what can be undone has changed. */
  onChange(listener: () => void): () => void;
  /** Number of the stroke; undefined when it covers nothing or may not be painted now. Throws LABEL_OUTSIDE_TABLE. */
  paint(stroke: { label: number; runs: Runs }): number | undefined;
  undo(): boolean;
  redo(): boolean;
  unsaved(): UnsavedRecords;
  /** Connects again after the room was closed for good. */
  reconnect(): void;
  destroy(): void;
}

type Handler = (encoder: unknown, decoder: decoding.Decoder) => void;

export function openMaskSession(options: MaskSessionOptions): MaskSession {
  const { maskId, epoch, width, height, sessionId, labels } = options;
  const doc = new Y.Doc();
  const maskDoc = openMaskDoc({ doc, width, height, sessionId, labels });
  const tracker: DurabilityTracker = createDurabilityTracker(maskDoc);
  const listeners = new Set<() => void>();
  let facts: SaveFacts = NOTHING_KNOWN;
  // Kept, so that whoever compares by identity sees no change where there is none.
  let state: SaveState = saveStateOf(facts);
  let ready: RoomReady | undefined;
  let epochEnded = false;
  let resend: ReturnType<typeof setTimeout> | undefined;
  // Waits for the first synchronisation: only then can be told which of its strokes the server has after all.
  let carried = options.carry;

  const tell = () => {
    for (const listener of listeners) listener();
  };
  const learn = (news: Partial<SaveFacts>) => {
    facts = { ...facts, ...news };
    const next = saveStateOf(facts);
    if (JSON.stringify(next) !== JSON.stringify(state)) state = next;
    tell();
  };

  const provider = new WebsocketProvider(options.origin + ROOM_PATH, roomName(maskId, epoch), doc, {
    connect: false,
    // BroadcastChannel would carry edits between tabs past the server.
    disableBc: true,
    params: { session: sessionId, client: String(doc.clientID) },
    resyncInterval: RESYNC_INTERVAL_MS,
    ...(options.WebSocketPolyfill ? { WebSocketPolyfill: options.WebSocketPolyfill } : {}),
  });
  // Presence travels over socket.io; an awareness state here would be a second, forgeable one.
  (provider.awareness as Awareness).setLocalState(null);

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
    refused(said.success ? said.data : { code: 'INTERNAL', message: ERRORS.INTERNAL[1] });
  };

  const refused = (why: ErrorBody) => {
    // Nothing of ours is at stake: a viewer's answer to a synchronisation, for one.
    if (tracker.pendingStrokes === 0) return;
    if (!isPassing(why)) {
      // What follows a refused update in the same document would leave a gap: stop sending, keep everything.
      provider.disconnect();
      learn({ refusal: why });
      return;
    }
    learn({ trouble: why.message });
    clearTimeout(resend);
    resend = setTimeout(() => {
      provider.disconnect();
      learn({ trouble: undefined });
      provider.connect();
    }, RESEND_AFTER_MS);
  };

  provider.on('status', ({ status }) => learn({ connected: status === 'connected' }));
  provider.on('sync', (synced) => {
    if (synced && carried !== undefined) {
      const waiting = carried;
      carried = undefined;
      resubmit(maskDoc, waiting);
    }
    learn({ synced, pending: tracker.pendingStrokes, ...(synced ? { everSynced: true } : {}) });
  });
  provider.on('closed', ({ code, reason }) => {
    epochEnded = code === CLOSE.epochEnded;
    learn({ closed: closeSentence(code, reason) });
  });
  tracker.onChange((pending) => learn({ pending }));

  if (carried !== undefined) {
    const strokes = new Set([...carried.records.map(({ strokeId }) => strokeId), ...carried.undone]);
    learn({ pending: strokes.size });
  }
  provider.connect();

  return {
    maskId,
    sessionId,
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
    unsaved: () => carried ?? unsavedRecords(maskDoc, tracker),
    reconnect() {
      learn({ closed: undefined, trouble: undefined });
      provider.connect();
    },
    destroy() {
      clearTimeout(resend);
      listeners.clear();
      provider.destroy();
      tracker.destroy();
      maskDoc.destroy();
      doc.destroy();
    },
  };
}
