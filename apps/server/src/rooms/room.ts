/**
 * One mask while somebody is in it: the document, its pixels, and the one door that every update goes through. Judges,
 * applies, relays and appends; knows no socket and no database.
 */
import {
  type Ack,
  ackOfDocument,
  applyLog,
  inspectUpdate,
  type MaskDoc,
  MaskDocError,
  openMaskDoc,
} from '@cotrace/mask-doc';
import { ProtocolError, type RoomReady } from '@cotrace/protocol';
import * as Y from 'yjs';
import type { CommitLog, LogWriter } from './commitLog.ts';
import { type PresenceEntry, presenceFrame, updateFrame } from './frames.ts';
import type { AppendOutcome, MaskRow, OpenedMask } from './roomStore.ts';

/** Somebody in the room. */
export interface Peer {
  readonly clientId: number;
  presence: PresenceEntry | undefined;
  send(frame: Uint8Array, options?: { droppable: boolean }): void;
  /** The task's label table has changed. */
  labelsChanged(): void;
  /** The room is not to be trusted any more: come back to a new one. */
  roomBroken(): void;
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

const NOBODY: ReadonlySet<number> = new Set();

export class Room implements LogWriter {
  readonly doc = new Y.Doc();
  readonly sessions = new Map<string, EditSession>();
  readonly peers = new Set<Peer>();
  readonly mask: MaskDoc;
  row: MaskRow;
  private logHead: number;
  private labels: ReadonlySet<number>;
  private maxLamport: number;
  private appliedBytes: Uint8Array | undefined;
  private appliedPainted = 0;
  private isBroken = false;
  private lastCommit: Promise<void> | undefined;

  /** Throws MaskDocError LOG_GAP, LOG_MALFORMED. */
  constructor(
    { row, head, entries }: OpenedMask,
    private readonly commits: CommitLog,
    private readonly onBroken: (room: Room, error: unknown) => void,
  ) {
    this.row = row;
    this.logHead = head;
    applyLog(
      this.doc,
      entries.map(({ bytes }) => bytes),
    );
    this.mask = openMaskDoc({ doc: this.doc, width: row.width, height: row.height });
    this.maxLamport = this.mask.greatestLamport;
    this.labels = new Set(row.labels);
    this.doc.on('update', (bytes: Uint8Array) => {
      this.appliedBytes = bytes;
    });
    this.mask.onChange(({ painted }) => {
      this.appliedPainted += painted;
    });
  }

  get labelledPixels(): number {
    return this.row.width * this.row.height - this.mask.composition.labelCounts[0]!;
  }

  get greatestLamport(): number {
    return this.maxLamport;
  }

  /** Entries of the log below this are in the document. */
  get head(): number {
    return this.logHead;
  }

  appended({ firstSeq, count }: AppendOutcome): void {
    this.logHead = firstSeq + count;
  }

  greatestStrokeId(sessionId: string): number {
    return this.mask.liveRecordsOf(sessionId).reduce((id, { record }) => Math.max(id, record.strokeId), 0);
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
    this.relay(presenceFrame([{ ...gone, state: 'null' }]), peer, { droppable: false });
  }

  relay(frame: Uint8Array, from: Peer | undefined, options: { droppable: boolean }): void {
    for (const peer of this.peers) if (peer !== from) peer.send(frame, options);
  }

  /** Everything that is in the document now, and when it is durable. */
  everything(): Applied {
    return { ack: ackOfDocument(this.doc), committed: this.commits.settled(this.row.maskId) };
  }

  /** Does the update hold something that the document lacks? A reader's must not. Throws MaskDocError. */
  bringsNews(update: Uint8Array): boolean {
    return !this.inspect('', NOBODY, update).isEmpty;
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
      if (this.isBroken) throw new ProtocolError('CONFLICT');
      if (this.commits.isFull) throw new ProtocolError('DATABASE_UNAVAILABLE');
      const bytes = this.applyToDocument(update);
      this.maxLamport = inspected.maxLamport;
      if (bytes !== undefined) {
        this.relay(updateFrame(bytes), from, { droppable: false });
        committed = this.commits.append(this, {
          sessionId,
          bytes,
          // What shows again because somebody undid something is no new label.
          painted: countsAsNew && inspected.records.length > 0 ? this.appliedPainted : 0,
        });
        if (committed !== this.lastCommit) committed.catch((error) => this.break(error));
        this.lastCommit = committed;
      }
    }
    const clocks = [...clientIds].map((id) => [id, Y.getState(this.doc.store, id)] as const);
    return {
      ack: { clocks: clocks.filter(([, clock]) => clock > 0), deleteSet: inspected.deleteSetBytes },
      committed: committed ?? this.commits.settled(this.row.maskId),
    };
  }

  destroy(): void {
    this.mask.destroy();
    this.doc.destroy();
  }

  private inspect(sessionId: string, clientIds: ReadonlySet<number>, update: Uint8Array) {
    return inspectUpdate(update, {
      doc: this.doc,
      sessionId,
      clientIds,
      width: this.row.width,
      height: this.row.height,
      labels: this.labels,
      sessionState: this.mask.sessionState,
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
      this.break(error);
      throw new ProtocolError('INTERNAL');
    }
    return this.appliedBytes;
  }

  private break(error: unknown): void {
    if (this.isBroken) return;
    this.isBroken = true;
    this.onBroken(this, error);
    for (const peer of [...this.peers]) peer.roomBroken();
  }
}
