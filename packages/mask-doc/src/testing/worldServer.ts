/** The server of the folding world and its store: commits a fold before it tells anybody, crashes, starts new epochs. */
import * as Y from 'yjs';
import {
  applyLog,
  decodeBase,
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
  type Watermarks,
} from '../index.ts';
import type { World } from './foldingWorld.ts';
import { change, type Delta, nameOf, type Oracle } from './oracle.ts';
import { LABELS, SIZE } from './simulation.ts';
import { HORIZON, type WorldPage } from './worldPage.ts';

interface Store {
  epoch: number;
  fold: { number: number; throughSeq: number; document: Uint8Array; watermarks: Watermarks } | undefined;
  readonly tiles: Map<number, { number: number; bytes: Uint8Array }>;
  /** Complete, of all epochs. */
  readonly log: LogEntry[];
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
