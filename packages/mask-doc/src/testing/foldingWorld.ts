/**
 * Pages, one server and its store, over channels that keep order but lag and break; deterministic by its steps. The server
 * commits a fold before it tells anybody, crashes, and starts new epochs; pages go offline, come back and are loaded again.
 * The oracle is a plain list of records by name (session, stroke, part) that nobody ever folds. No clock, no socket.
 */
import { type Composition, createComposition, type Runs, type StrokeRecord } from '@cotrace/mask';
import * as Y from 'yjs';
import {
  ackOfDocument,
  applyLog,
  createDurabilityTracker,
  type DurabilityTracker,
  decodeAck,
  decodeBase,
  decodeFoldNotice,
  deleteFolded,
  documentAfterFold,
  documentOfNewEpoch,
  encodeAck,
  encodeBase,
  encodeFoldNotice,
  type FoldJob,
  inspectUpdate,
  type LogEntry,
  type MaskDoc,
  openMaskDoc,
  resubmit,
  type UnsavedRecords,
  unsavedRecords,
  type Watermarks,
} from '../index.ts';
import { LABELS, SIZE } from './simulation.ts';

/** Small, so that a few strokes reach it. */
export const HORIZON = 2;

/** All records that are live or folded, by name. */
type Oracle = Map<string, { sessionId: string; record: StrokeRecord }>;

interface Delta {
  readonly added: readonly (readonly [name: string, sessionId: string, record: StrokeRecord])[];
  readonly gone: readonly string[];
}

type Down =
  | { kind: 'update'; bytes: Uint8Array; delta: Delta }
  | { kind: 'ack' | 'folded'; bytes: Uint8Array };

interface Store {
  epoch: number;
  fold: { number: number; throughSeq: number; document: Uint8Array; watermarks: Watermarks } | undefined;
  readonly tiles: Map<number, { number: number; bytes: Uint8Array }>;
  /** Complete, of all epochs. */
  readonly log: LogEntry[];
}

const nameOf = (sessionId: string, { strokeId, part }: StrokeRecord) => `${sessionId}/${strokeId}/${part}`;

function change(oracle: Oracle, { added, gone }: Delta): void {
  for (const name of gone) oracle.delete(name);
  for (const [name, sessionId, record] of added) oracle.set(name, { sessionId, record });
}

export function pictureOfOracle(oracle: Oracle): Uint8Array {
  const fresh: Composition = createComposition(SIZE);
  for (const [id, { sessionId, record }] of oracle) fresh.add({ id, sessionId, record });
  return fresh.toLabels();
}

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

export class WorldServer {
  doc!: Y.Doc;
  mask!: MaskDoc;
  job: FoldJob | undefined;
  private throughSeq = 0;
  readonly oracle: Oracle = new Map();

  constructor(
    private readonly world: World,
    readonly store: Store = {
      epoch: 1,
      fold: undefined,
      tiles: new Map<number, { number: number; bytes: Uint8Array }>(),
      log: [],
    },
  ) {
    this.load();
  }

  get epoch(): number {
    return this.store.epoch;
  }

  /** As after a crash: from the store alone. */
  load(): void {
    const { fold, log, epoch } = this.store;
    this.doc = new Y.Doc();
    this.mask = openMaskDoc({ doc: this.doc, ...SIZE, undoHorizon: HORIZON });
    this.job = undefined;
    const base = this.baseSince(0);
    if (base !== undefined) this.mask.setBase(decodeBase(base));
    const entries = log.filter((entry) => entry.epoch === epoch && entry.seq >= (fold?.throughSeq ?? 0));
    const documents = fold === undefined ? [] : [fold.document];
    applyLog(this.doc, [...documents, ...entries.map(({ bytes }) => bytes)]);
  }

  /** What a page lacks that knows this fold; undefined when it knows all. */
  baseSince(known: number): Uint8Array | undefined {
    const { fold, tiles } = this.store;
    if (fold === undefined || fold.number <= known) return undefined;
    return encodeBase({
      number: fold.number,
      since: known,
      watermarks: fold.watermarks,
      tiles: [...tiles]
        .filter(([, { number }]) => number > known)
        .map(([index, { bytes }]) => [index, bytes]),
    });
  }

  take(page: WorldPage, update: Uint8Array, { isAnswer = false } = {}): void {
    const { sessionId } = page;
    // Throws when an honest page is refused: that is the test.
    const seen = inspectUpdate(update, {
      doc: this.doc,
      sessionId,
      clientIds: this.world.clientIdsOf(sessionId),
      ...SIZE,
      labels: LABELS,
      sessionState: this.mask.sessionState,
      currentMaxLamport: this.mask.greatestLamport,
    });
    if (!seen.isEmpty) {
      const live = new Map(this.mask.liveRecordsOf(sessionId).map(({ id, record }) => [id, record]));
      const gone = seen.deletions.flatMap(({ client, clock }) => {
        const record = live.get(`${client}:${clock}`);
        return record === undefined ? [] : [nameOf(sessionId, record)];
      });
      const added = seen.records.map(({ record }) => [nameOf(sessionId, record), sessionId, record] as const);
      const delta: Delta = { added, gone };
      this.mask.expectRecords(seen.records);
      const bytes = this.changeBy(() => Y.applyUpdate(this.doc, update));
      change(this.oracle, delta);
      if (bytes === undefined) throw new Error('an update with news changes the document');
      this.append(sessionId, bytes);
      for (const peer of this.world.pages) {
        if (peer !== page && peer.isConnected) peer.down.push({ kind: 'update', bytes, delta });
      }
    }
    const clocks = [...this.world.clientIdsOf(sessionId)].map(
      (id) => [id, Y.getState(this.doc.store, id)] as const,
    );
    const bytes = encodeAck({ clocks, deleteSet: seen.deleteSetBytes });
    if (!isAnswer) page.down.push({ kind: 'ack', bytes });
  }

  /** What really changed, without what is sent again: that is what is logged and relayed. */
  private changeBy(act: () => void): Uint8Array | undefined {
    let changed: Uint8Array | undefined;
    const listen = (bytes: Uint8Array) => {
      changed = bytes;
    };
    this.doc.on('update', listen);
    act();
    this.doc.off('update', listen);
    return changed;
  }

  private append(sessionId: string, bytes: Uint8Array): void {
    const { log, epoch } = this.store;
    const seq = log.filter((entry) => entry.epoch === epoch).length;
    log.push({ epoch, seq, sessionId, bytes, at: new Date(log.length * 1000) });
  }

  plan(atLeast: number, idle: ReadonlySet<string>): void {
    if (this.job !== undefined) return;
    this.job = this.mask.planFold({ atLeast, idle });
    this.throughSeq = this.store.log.filter(({ epoch }) => epoch === this.epoch).length;
  }

  stepJob(): void {
    // A fold that is complete is committed at once.
    if (this.job?.step() === false) this.commit({ dies: false });
  }

  /** One transaction; then the live document and the pages. `dies`: between the two. */
  commit({ dies }: { dies: boolean }): void {
    const { job, store } = this;
    if (job === undefined) return;
    while (job.step());
    this.job = undefined;
    if (job.isDisturbed) {
      job.cancel();
      return;
    }
    const { number } = job.notice;
    const watermarks = mergedWatermarks(this.mask.watermarks, job.notice.watermarks);
    store.fold = {
      number,
      watermarks,
      throughSeq: this.throughSeq,
      document: documentAfterFold(this.doc, watermarks),
    };
    for (const [index, bytes] of job.tiles) store.tiles.set(index, { number, bytes });
    if (dies) {
      this.world.crash();
      return;
    }
    job.finish();
    const deletions = this.changeBy(() => deleteFolded(this.doc, watermarks));
    for (const page of this.world.pages) {
      if (!page.isConnected) continue;
      page.down.push({ kind: 'folded', bytes: encodeFoldNotice(job.notice) });
      page.down.push({ kind: 'update', bytes: deletions!, delta: { added: [], gone: [] } });
    }
  }

  newEpoch(): void {
    const { store } = this;
    const bytes = documentOfNewEpoch(this.doc, 500 + store.epoch);
    store.epoch++;
    store.log.push({
      epoch: store.epoch,
      seq: 0,
      sessionId: '',
      bytes,
      at: new Date(store.log.length * 1000),
    });
    if (store.fold !== undefined)
      store.fold = { ...store.fold, throughSeq: 0, document: Uint8Array.of(0, 0) };
    this.load();
  }
}

function mergedWatermarks(all: Watermarks, moved: Watermarks): Watermarks {
  const table = new Map(all);
  for (const [sessionId, watermark] of moved) table.set(sessionId, watermark);
  return [...table];
}

export class World {
  readonly server: WorldServer;
  readonly pages: WorldPage[];
  private readonly clientIds = new Map<string, Set<number>>();
  private clients = 1000;

  constructor(sessions: readonly string[]) {
    this.server = new WorldServer(this);
    this.pages = sessions.map((sessionId) => new WorldPage(sessionId, this));
    for (const page of this.pages) page.connect();
  }

  nextClientId(sessionId: string): number {
    const ids = this.clientIds.get(sessionId) ?? new Set();
    this.clientIds.set(sessionId, ids.add(++this.clients));
    return this.clients;
  }

  clientIdsOf(sessionId: string): ReadonlySet<number> {
    return this.clientIds.get(sessionId)!;
  }

  crash(): void {
    for (const page of this.pages) page.disconnect();
    this.server.load();
  }

  /** Everybody comes back, and whatever is on its way arrives. */
  settle(): void {
    this.server.commit({ dies: false });
    for (const page of this.pages) if (!page.isConnected || page.epoch !== this.server.epoch) page.connect();
    for (let moving = true; moving; ) {
      moving = false;
      for (const page of this.pages) {
        for (; page.up.length > 0; moving = true) this.server.take(page, page.up.shift()!);
        for (; page.down.length > 0; moving = true) page.receive();
      }
    }
    for (const page of this.pages) page.finishJob();
  }
}
