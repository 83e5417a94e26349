/**
 * One mask while somebody is in it: the document, its pixels, and the one door that every update goes through. Judges,
 * applies, relays and appends; knows no socket and no database.
 */
import {
  type Ack,
  ackOfDocument,
  applyLog,
  deleteFolded,
  inspectUpdate,
  type MaskDoc,
  MaskDocError,
  openMaskDoc,
} from '@cotrace/mask-doc';
import { ProtocolError, type RoomReady } from '@cotrace/protocol';
import * as Y from 'yjs';
import type { CommitLog, LogWriter } from './commitLog.ts';
import { RoomBase } from './folds/roomBase.ts';
import { type Frame, foldNumberFrame, type PresenceEntry, syncStep2Frame } from './frames.ts';
import { isNothing, JoinAnswer } from './joinAnswer.ts';
import { LogFollower } from './logFollower.ts';
import { isForeign } from './refusal.ts';
import { Relay } from './relay.ts';
import type { RoomLimits } from './roomLimits.ts';
import type { AppendOutcome, LoggedEntry, MaskRow, OpenedMask, RoomStore } from './roomStore.ts';

/** Somebody in the room. */
export interface Peer {
  readonly clientId: number;
  presence: PresenceEntry | undefined;
  /** The fold that it was told of last; undefined before its first answer, which brings it to the room's. */
  heldFold: number | undefined;
  send(frame: Frame, options?: { droppable: boolean }): void;
  sendTogether(frames: readonly Frame[]): void;
  /** The task's label table has changed. */
  labelsChanged(): void;
  /** The room is not to be trusted any more (come back to a new one), or its epoch has ended, or it is gone. */
  roomEnded(error: unknown): void;
}

export interface EditSession {
  readonly userId: string | null;
  readonly clientIds: Set<number>;
}

export interface Applied {
  /** What the update's sender may be told… */
  readonly ack: Ack;
  /** …once this resolves. */
  readonly committed: Promise<void>;
}

export interface RoomParts {
  readonly store: Pick<RoomStore, 'loadSince'>;
  readonly commits: CommitLog;
  readonly limits: RoomLimits;
  /** Once, before the peers are sent away. */
  onEnded(room: Room, error: unknown): void;
}

const NOBODY: ReadonlySet<number> = new Set();

export class Room implements LogWriter {
  readonly doc = new Y.Doc();
  readonly sessions = new Map<string, EditSession>();
  readonly peers = new Set<Peer>();
  readonly base: RoomBase;
  /** Updates are turned away until an epoch has ended or has not. */
  isMoving = false;
  /** Planes that the server itself is painting, in several updates: no epoch ends in the middle of one. */
  planesUnderWay = 0;
  row: MaskRow;
  readonly relay: Relay<Peer>;
  private readonly follower: LogFollower;
  private readonly joinAnswer = new JoinAnswer(this.doc);
  private opened: MaskDoc | undefined;
  private opening: NodeJS.Immediate | undefined;
  private labels: ReadonlySet<number>;
  private maxLamport = 0;
  private appliedBytes: Uint8Array | undefined;
  private appliedPainted = 0;
  /** Nobody may paint here any more. */
  hasEnded = false;
  private reason: unknown;
  private lastCommit: Promise<void> | undefined;

  /** Throws MaskDocError LOG_GAP, LOG_MALFORMED. */
  constructor(
    { row, head, fold, entries }: OpenedMask,
    private readonly parts: RoomParts,
  ) {
    this.row = row;
    this.relay = new Relay(this.peers, parts.limits);
    this.follower = new LogFollower(head, {
      fetch: (from, before) => parts.store.loadSince(row.maskId, row.epoch, from, before),
      apply: (logged) => this.applyLogged(logged),
    });
    const document = fold?.epoch === row.epoch ? [fold.document] : [];
    applyLog(this.doc, [...document, ...entries.map(({ bytes }) => bytes)]);
    this.base = new RoomBase(() => this.mask, fold);
    // A fold's document need not know of entries which the fold before it took: see `applyLogged`.
    if (entries.length > 0 && this.base.watermarks.length > 0) this.deleteFolded();
    this.labels = new Set(row.labels);
    this.doc.on('update', (bytes: Uint8Array) => {
      this.appliedBytes = bytes;
      this.joinAnswer.changed(bytes);
    });
  }

  /**
   * The picture, made when it is needed first: whoever comes in is answered from bytes alone, which takes a fraction of the
   * time. Throws MaskDocError, MaskError when the log holds what makes no picture; the room has ended then.
   */
  get mask(): MaskDoc {
    this.opened ??= this.openMask();
    return this.opened;
  }

  private openMask(): MaskDoc {
    const { width, height } = this.row;
    const { maxPlanes, undoHorizon } = this.parts.limits;
    const base = this.base.unopened;
    try {
      const mask = openMaskDoc({
        doc: this.doc,
        width,
        height,
        maxPlanes,
        undoHorizon,
        ...(base === undefined ? {} : { base }),
      });
      this.base.opened();
      this.maxLamport = mask.greatestLamport;
      mask.onChange(({ painted }) => {
        this.appliedPainted += painted;
      });
      return mask;
    } catch (error) {
      this.end(error);
      throw error;
    }
  }

  /** Somebody is here who may paint soon: the picture is made while what was sent is on its way. */
  prepare(): void {
    if (this.opened !== undefined || this.hasEnded) return;
    this.opening ??= setImmediate(() => {
      try {
        if (!this.hasEnded) this.opened ??= this.openMask();
      } catch {
        // The room has ended by it: everybody was told.
      }
    });
  }

  get labelledPixels(): number {
    return this.row.width * this.row.height - this.mask.composition.labelCounts[0]!;
  }

  get greatestLamport(): number {
    return Math.max(this.mask.greatestLamport, this.maxLamport);
  }

  /** Entries of the log below this are in the document. */
  get head(): number {
    return this.follower.head;
  }

  /** Is there something in the log that the document is known to lack? */
  get isBehind(): boolean {
    return this.follower.isBehind;
  }

  appended({ firstSeq, count }: AppendOutcome): void {
    this.follower.committed(firstSeq, count);
    if (this.follower.isBehind) this.follow(this.follower.head);
  }

  /** Takes in what others have written below `head`; what cannot be read now is read at the next occasion. */
  follow(head: number): void {
    this.catchUp(head).catch((error) => {
      if (error instanceof ProtocolError && error.code === 'DATABASE_UNAVAILABLE') return;
      this.end(error);
    });
  }

  /** Throws ProtocolError DATABASE_UNAVAILABLE, MaskDocError LOG_GAP, LOG_MALFORMED. */
  async catchUp(head: number): Promise<void> {
    if (!this.hasEnded) await this.follower.catchUp(head);
  }

  greatestStrokeId(sessionId: string): number {
    return this.mask.greatestStrokeIdOf(sessionId);
  }

  /** Live strokes of all sessions. */
  get liveStrokes(): number {
    let strokes = 0;
    for (const sessionId of this.sessions.keys()) strokes += this.mask.strokeCountOf(sessionId);
    return strokes;
  }

  ready(mayPaint: boolean): RoomReady {
    const { maskId, epoch, width, height, labels } = this.row;
    return { maskId, epoch, width, height, mayPaint, labels };
  }

  /** Takes a row that was read anew. */
  renew(row: MaskRow): void {
    this.row = row;
    this.labels = new Set(row.labels);
    for (const peer of this.peers) peer.labelsChanged();
  }

  leave(peer: Peer): void {
    this.peers.delete(peer);
    const gone = peer.presence;
    if (gone === undefined || gone.state === 'null') return;
    // A page that reconnects may be here a second time before its first socket is noticed to be dead.
    if ([...this.peers].some(({ clientId }) => clientId === peer.clientId)) return;
    this.relay.left({ ...gone, state: 'null' });
  }

  /**
   * Everything of these client ids that is in the document now, and when it is durable; with what a new epoch wrote again
   * in everybody's name.
   */
  everythingOf(clientIds: ReadonlySet<number>): Applied {
    const rewritten = this.sessions.get('')?.clientIds ?? NOBODY;
    return {
      ack: ackOfDocument(this.doc, new Set([...clientIds, ...rewritten])),
      committed: this.parts.commits.settled(this.row.maskId),
    };
  }

  /**
   * What somebody lacks who holds this much; and which fold they hold by now, if nothing got lost. `stateVector` has been
   * through `readFrame`.
   */
  answerTo(stateVector: Uint8Array): Frame[] {
    const { number } = this.base;
    const fold = number > 0 ? [foldNumberFrame(number)] : [];
    return isNothing(stateVector)
      ? [...this.joinAnswer.frames(), ...fold]
      : [syncStep2Frame(this.doc, stateVector), ...fold];
  }

  /** Does the update hold something that the document lacks? A reader's must not. Throws MaskDocError. */
  bringsNews(update: Uint8Array): boolean {
    return !this.inspect('', NOBODY, update).isEmpty;
  }

  /** Does an answer hold what others wrote or deleted and the document lacks? Throws MaskDocError. */
  lacksOf(answer: Uint8Array): boolean {
    try {
      return this.bringsNews(answer);
    } catch (error) {
      if (isForeign(error)) return true;
      throw error;
    }
  }

  /**
   * Judges an update of one session; lets it in as a whole or not at all.
   * Throws MaskDocError (see inspectUpdate), ProtocolError DATABASE_UNAVAILABLE when too much waits for the database.
   */
  apply(
    sessionId: string,
    update: Uint8Array,
    { from, countsAsNew = true }: { from?: Peer; countsAsNew?: boolean } = {},
  ): Applied {
    const clientIds = this.sessions.get(sessionId)?.clientIds ?? NOBODY;
    const inspected = this.inspect(sessionId, clientIds, update);
    let committed: Promise<void> | undefined;
    if (!inspected.isEmpty) {
      if (this.hasEnded) throw new ProtocolError('CONFLICT');
      if (this.isMoving || this.parts.commits.isFull) throw new ProtocolError('DATABASE_UNAVAILABLE');
      // Decoded once: the picture takes them as they were judged.
      this.mask.expectRecords(inspected.records);
      const bytes = this.applyToDocument(update);
      this.maxLamport = inspected.maxLamport;
      if (bytes !== undefined) {
        committed = this.parts.commits.append(this, {
          sessionId,
          bytes,
          // What shows again because somebody undid something is no new label.
          painted: countsAsNew && inspected.records.length > 0 ? this.appliedPainted : 0,
        });
        if (committed !== this.lastCommit) committed.catch((error) => this.end(error));
        this.lastCommit = committed;
        this.relay.update(bytes, from);
      }
    }
    const clocks = [...clientIds].map((id) => [id, Y.getState(this.doc.store, id)] as const);
    return {
      ack: { clocks: clocks.filter(([, clock]) => clock > 0), deleteSet: inspected.deleteSetBytes },
      committed: committed ?? this.parts.commits.settled(this.row.maskId),
    };
  }

  /** Throws what has ended the room: somebody may be on the way in meanwhile. */
  checkOpen(): void {
    if (this.reason !== undefined) throw this.reason;
  }

  /** Nobody may paint here any more: peers are told, and whoever comes is given a new room. */
  end(error: unknown): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.reason = error;
    this.parts.onEnded(this, error);
    for (const peer of [...this.peers]) peer.roomEnded(error);
  }

  /** What the server itself changes without anybody's pixels changing: peers are told, the log is not. */
  changeUnlogged(change: () => void): void {
    this.appliedBytes = undefined;
    change();
    this.joinAnswer.forget();
    if (this.appliedBytes !== undefined) this.relay.update(this.appliedBytes, undefined);
  }

  destroy(): void {
    this.hasEnded = true;
    clearImmediate(this.opening);
    this.relay.stop();
    this.opened?.destroy();
    this.doc.destroy();
  }

  private inspect(sessionId: string, clientIds: ReadonlySet<number>, update: Uint8Array) {
    const { sessionState } = this.mask;
    return inspectUpdate(update, {
      doc: this.doc,
      sessionId,
      clientIds,
      width: this.row.width,
      height: this.row.height,
      labels: this.labels,
      sessionState,
      currentMaxLamport: this.maxLamport,
    });
  }

  /** Returns what really changed, as one update: re-sent structs and deletions are left out of log and relay. */
  private applyToDocument(update: Uint8Array): Uint8Array | undefined {
    this.appliedBytes = undefined;
    this.appliedPainted = 0;
    try {
      Y.applyUpdate(this.doc, update, this);
      if (this.doc.store.pendingStructs !== null || this.doc.store.pendingDs !== null) {
        throw new MaskDocError('UPDATE_GAP', 'an update that passed the inspection and does not integrate');
      }
    } catch (error) {
      // It may be half applied: only the log knows what is true.
      this.end(error);
      throw new ProtocolError('INTERNAL');
    }
    return this.appliedBytes;
  }

  /** What others have written is in the log already, and true: it is neither judged nor written again. */
  private applyLogged(entries: readonly LoggedEntry[]): void {
    if (this.hasEnded) return;
    this.appliedBytes = undefined;
    applyLog(
      this.doc,
      entries.map(({ bytes }) => bytes),
    );
    this.maxLamport = Math.max(this.maxLamport, this.opened?.greatestLamport ?? 0);
    if (this.appliedBytes !== undefined) this.relay.update(this.appliedBytes, undefined);
    if (this.base.watermarks.length > 0) this.changeUnlogged(() => this.deleteFolded());
  }

  /** Folds may be known before the entries that they took: those go at once, or their deletion would pass for an undo. */
  private deleteFolded(): void {
    deleteFolded(this.doc, this.base.watermarks);
  }
}
