/** A page of the folding world: paints, lags, goes offline, follows folds, is loaded again. */
import type { Runs } from '@cotrace/mask';
import * as Y from 'yjs';
import {
  ackOfDocument,
  createDurabilityTracker,
  type DurabilityTracker,
  decodeAck,
  decodeBase,
  decodeFoldNotice,
  type FoldJob,
  type MaskDoc,
  openMaskDoc,
  resubmit,
  type UnsavedRecords,
  unsavedRecords,
} from '../index.ts';
import type { World } from './foldingWorld.ts';
import { change, type Delta, nameOf, type Oracle } from './oracle.ts';
import { LABELS, SIZE } from './simulation.ts';

/** Small, so that a few strokes reach it. */
export const HORIZON = 2;

export type Down =
  | { kind: 'update'; bytes: Uint8Array; delta: Delta }
  | { kind: 'ack' | 'folded'; bytes: Uint8Array };

export class WorldPage {
  doc!: Y.Doc;
  mask!: MaskDoc;
  tracker!: DurabilityTracker;
  oracle: Oracle = new Map();
  epoch = 0;
  isConnected = false;
  readonly up: Uint8Array[] = [];
  readonly down: Down[] = [];
  job: FoldJob | undefined;
  private carried: UnsavedRecords | undefined;

  constructor(
    readonly sessionId: string,
    private readonly world: World,
  ) {
    this.open(undefined);
  }

  /** On an empty document; what an earlier one could not save is submitted when the page is connected. */
  open(carried: UnsavedRecords | undefined): void {
    this.doc = new Y.Doc();
    this.doc.clientID = this.world.nextClientId(this.sessionId);
    const { sessionId, doc } = this;
    const used = carried?.used === undefined ? {} : { used: carried.used };
    this.mask = openMaskDoc({ doc, ...SIZE, sessionId, labels: LABELS, undoHorizon: HORIZON, ...used });
    this.tracker = createDurabilityTracker(this.mask);
    this.carried = carried;
    this.job = undefined;
    this.oracle = new Map();
    doc.on('update', (update: Uint8Array, _: unknown, __: Y.Doc, { local }: Y.Transaction) => {
      if (local && this.isConnected) this.up.push(update);
    });
  }

  private get mayPaint(): boolean {
    return this.carried === undefined;
  }

  paint(label: number, runs: Runs): void {
    const strokeId = this.mayPaint ? this.mask.paint({ label, runs }) : undefined;
    if (strokeId !== undefined) this.noteOwn(strokeId);
  }

  undo(): void {
    const before = this.mask.liveRecordsOf(this.sessionId);
    if (!this.mayPaint || !this.mask.undo()) return;
    const last = Math.max(...before.map(({ record }) => record.strokeId));
    for (const { record } of before) {
      if (record.strokeId === last) this.oracle.delete(nameOf(this.sessionId, record));
    }
  }

  redo(): void {
    const before = new Set(this.mask.liveRecordsOf(this.sessionId).map(({ id }) => id));
    if (!this.mayPaint || !this.mask.redo()) return;
    const fresh = this.mask.liveRecordsOf(this.sessionId).find(({ id }) => !before.has(id))!;
    this.noteOwn(fresh.record.strokeId);
  }

  private noteOwn(strokeId: number): void {
    const { sessionId } = this;
    for (const { record } of this.mask.liveRecordsOf(sessionId)) {
      if (record.strokeId === strokeId) this.oracle.set(nameOf(sessionId, record), { sessionId, record });
    }
  }

  disconnect(): void {
    this.isConnected = false;
    this.up.length = 0;
    this.down.length = 0;
  }

  /** The whole handshake at once: base, what the page lacks, what the server lacks, acknowledgement. */
  connect(knownFold = this.mask.foldNumber): void {
    this.disconnect();
    const { server } = this.world;
    if (this.epoch !== server.epoch) this.enterEpoch();
    const base = server.baseSince(Math.min(knownFold, this.mask.foldNumber));
    if (base !== undefined) {
      this.job = undefined;
      this.mask.setBase(decodeBase(base));
    }
    Y.applyUpdate(this.doc, Y.encodeStateAsUpdate(server.doc, Y.encodeStateVector(this.doc)));
    this.isConnected = true;
    if (this.carried !== undefined) {
      const waiting = this.carried;
      this.carried = undefined;
      this.tracker.adoptOwn();
      resubmit(this.mask, waiting);
    }
    this.up.length = 0;
    server.take(this, Y.encodeStateAsUpdate(this.doc, Y.encodeStateVector(server.doc)), { isAnswer: true });
    this.tracker.acknowledge(ackOfDocument(server.doc));
    this.oracle = new Map(server.oracle);
  }

  private enterEpoch(): void {
    // A page that never saw an epoch has nothing of it.
    if (this.epoch > 0) this.open(this.kept());
    this.epoch = this.world.server.epoch;
  }

  /** Loaded again from what the device has kept: the strokes that were not acknowledged, by name. */
  reload(): void {
    this.disconnect();
    this.open(this.kept());
    this.epoch = this.world.server.epoch;
  }

  private kept(): UnsavedRecords {
    return this.carried ?? unsavedRecords(this.mask, this.tracker);
  }

  /** Takes the next thing that the server sent. */
  receive(): void {
    const message = this.down.shift();
    if (message === undefined) return;
    switch (message.kind) {
      case 'update':
        Y.applyUpdate(this.doc, message.bytes);
        change(this.oracle, message.delta);
        return;
      case 'ack':
        this.tracker.acknowledge(decodeAck(message.bytes));
        return;
      case 'folded':
        this.finishJob();
        this.job = this.mask.followFold(decodeFoldNotice(message.bytes));
        if (this.job === undefined) this.connect(0);
    }
  }

  stepJob(): void {
    if (this.job?.step() === false) this.finishJob();
  }

  finishJob(): void {
    this.job?.finish();
    this.job = undefined;
  }
}
