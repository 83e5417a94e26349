/** A room store in memory that keeps the contract, and that a test can hold up or take away. */
import { ProtocolError } from '@cotrace/protocol';
import { createMemoryFolds, type MemoryFolds, noFolds } from '../folds/testing/memoryFolds.ts';
import type { AppendOutcome, LoggedEntry, MaskRow, RoomStore } from '../roomStore.ts';

export interface MemoryRoomStore extends RoomStore {
  addMask(mask: Partial<MaskRow> & { maskId: string }): MaskRow;
  /** Changes a mask's row; `undefined` deletes it. */
  changeMask(maskId: string, change: Partial<MaskRow> | undefined): void;
  labelledPixels(maskId: string): number;
  /** Appends (or openings) wait until the returned function is called. */
  holdAppends(): () => void;
  holdLoads(): () => void;
  /** Everything answers DATABASE_UNAVAILABLE while it is away. */
  isAway: boolean;
  /** Calls of `append` so far, failed ones too. */
  readonly attempts: number;
  /** Resolves when `append` is called the next time. */
  nextAttempt(): Promise<void>;
  /** Resolves when a mask is opened the next time. */
  nextLoad(): Promise<void>;
  /** Commits of folds and epochs wait until the returned function is called. */
  holdFolds(): () => void;
  /** Resolves when a fold or an epoch is committed the next time, before it is. */
  nextFold(): Promise<void>;
  /** Folds are kept while it holds, and whoever commits them is told that the database is away. */
  losesFoldAnswers: boolean;
}

interface Kept {
  row: MaskRow;
  labelled: number;
  /** Logs of all epochs, that of the row's among them. */
  logs: Map<number, LoggedEntry[]>;
  sessions: Map<string, { userId: string | null; clientIds: number[] }>;
  folds: MemoryFolds;
  lastWrites: Map<string, Date>;
}

/** `now`: milliseconds, of leases and of what is written. */
export function createMemoryRoomStore({ now = Date.now }: { now?: () => number } = {}): MemoryRoomStore {
  const masks = new Map<string, Kept>();
  let appendGate: Promise<void> = Promise.resolve();
  let loadGate: Promise<void> = Promise.resolve();
  let foldGate: Promise<void> = Promise.resolve();
  let attempts = 0;
  const onAttempt: (() => void)[] = [];
  const onLoad: (() => void)[] = [];
  const onFold: (() => void)[] = [];

  const reach = () => {
    if (store.isAway) throw new ProtocolError('DATABASE_UNAVAILABLE');
  };
  const gate = (): [Promise<void>, () => void] => {
    let open = () => {};
    const closed = new Promise<void>((resolve) => {
      open = resolve;
    });
    return [closed, open];
  };
  const keptOf = (maskId: string): Kept => {
    const kept = masks.get(maskId);
    if (kept === undefined) throw new ProtocolError('NOT_FOUND', `No mask ${maskId}.`);
    return kept;
  };

  const logOf = ({ logs }: Kept, epoch: number): LoggedEntry[] => {
    const log = logs.get(epoch) ?? [];
    logs.set(epoch, log);
    return log;
  };
  const copied = ({ seq, sessionId, bytes }: LoggedEntry): LoggedEntry => ({
    seq,
    sessionId,
    bytes: bytes.slice(),
  });

  const folds = createMemoryFolds({
    reach,
    now,
    findMask(maskId) {
      const kept = masks.get(maskId);
      return (
        kept && {
          folds: kept.folds,
          epoch: kept.row.epoch,
          head: logOf(kept, kept.row.epoch).length,
          lastWrites: kept.lastWrites,
          startEpoch(document) {
            kept.row = { ...kept.row, epoch: kept.row.epoch + 1 };
            logOf(kept, kept.row.epoch).push({ seq: 0, sessionId: '', bytes: document });
          },
          reserveClient(clientId) {
            const { sessions } = kept;
            if ([...sessions.values()].some(({ clientIds }) => clientIds.includes(clientId))) return false;
            const servers = sessions.get('') ?? { userId: null, clientIds: [] };
            sessions.set('', { ...servers, clientIds: [...servers.clientIds, clientId] });
            return true;
          },
        }
      );
    },
  });

  const heldUp = async (commit: () => Promise<void>) => {
    for (const told of onFold.splice(0)) told();
    await foldGate;
    await commit();
    if (store.losesFoldAnswers) throw new ProtocolError('DATABASE_UNAVAILABLE');
  };

  const store: MemoryRoomStore = {
    ...folds,
    isAway: false,
    losesFoldAnswers: false,
    nextFold: () => new Promise((resolve) => onFold.push(resolve)),
    holdFolds() {
      const [closed, open] = gate();
      foldGate = closed;
      return open;
    },
    commitFold: (fold) => heldUp(() => folds.commitFold(fold)),
    commitEpoch: (epoch) => heldUp(() => folds.commitEpoch(epoch)),
    get attempts() {
      return attempts;
    },
    nextAttempt: () => new Promise((resolve) => onAttempt.push(resolve)),
    nextLoad: () => new Promise((resolve) => onLoad.push(resolve)),
    addMask(mask) {
      const row: MaskRow = {
        projectId: 'project',
        sectionId: 'section',
        taskId: 'task',
        epoch: 0,
        width: 300,
        height: 200,
        labels: [1, 2],
        ...mask,
      };
      masks.set(row.maskId, {
        row,
        labelled: 0,
        logs: new Map(),
        sessions: new Map(),
        folds: noFolds(),
        lastWrites: new Map(),
      });
      return row;
    },
    changeMask(maskId, change) {
      if (change === undefined) masks.delete(maskId);
      else keptOf(maskId).row = { ...keptOf(maskId).row, ...change };
    },
    labelledPixels: (maskId) => keptOf(maskId).labelled,
    holdAppends() {
      const [closed, open] = gate();
      appendGate = closed;
      return open;
    },
    holdLoads() {
      const [closed, open] = gate();
      loadGate = closed;
      return open;
    },
    async findMask(maskId) {
      reach();
      const kept = masks.get(maskId);
      return kept && { ...kept.row, labels: [...kept.row.labels] };
    },
    async open(maskId) {
      for (const told of onLoad.splice(0)) told();
      await loadGate;
      reach();
      const kept = masks.get(maskId);
      if (kept === undefined) return undefined;
      const { epoch } = kept.row;
      const log = logOf(kept, epoch);
      const fold = await folds.loadFold(maskId);
      const entries = log.slice(fold?.epoch === epoch ? fold.throughSeq : 0).map(copied);
      const opened = { row: { ...kept.row, labels: [...kept.row.labels] }, head: log.length, entries };
      return fold === undefined ? opened : { ...opened, fold };
    },
    async loadSince(maskId, epoch, fromSeq, beforeSeq) {
      reach();
      const kept = masks.get(maskId);
      return kept === undefined ? [] : logOf(kept, epoch).slice(fromSeq, beforeSeq).map(copied);
    },
    async heads(maskIds) {
      reach();
      return maskIds.flatMap((maskId) => {
        const kept = masks.get(maskId);
        if (kept === undefined) return [];
        const { epoch } = kept.row;
        return [{ maskId, epoch, head: logOf(kept, epoch).length, fold: kept.folds.fold }];
      });
    },
    async append(entries, counts) {
      attempts++;
      for (const told of onAttempt.splice(0)) told();
      await appendGate;
      reach();
      const outcomes = new Map<string, AppendOutcome>();
      for (const { maskId, epoch, sessionId, bytes } of entries) {
        const kept = masks.get(maskId);
        const log = kept && logOf(kept, epoch);
        const key = `${maskId}@${epoch}`;
        const outcome = outcomes.get(key) ?? { maskId, epoch, firstSeq: log?.length ?? 0, count: 0 };
        outcomes.set(key, outcome);
        outcome.count++;
        if (kept === undefined) outcome.refused = 'NOT_FOUND';
        else if (kept.row.epoch !== epoch) outcome.refused = 'CONFLICT';
        else {
          log!.push({ seq: log!.length, sessionId, bytes: bytes.slice() });
          kept.lastWrites.set(sessionId, new Date(now()));
        }
      }
      for (const { maskId, labelled } of counts) {
        const kept = masks.get(maskId);
        const outcome = outcomes.get(`${maskId}@${kept?.row.epoch}`);
        if (kept !== undefined && outcome !== undefined && outcome.refused === undefined)
          kept.labelled = labelled;
      }
      return [...outcomes.values()];
    },
    async sessions(maskId) {
      reach();
      return [...(masks.get(maskId)?.sessions ?? [])].map(([sessionId, { userId, clientIds }]) => ({
        sessionId,
        userId,
        clientIds: [...clientIds],
      }));
    },
    async registerSession({ maskId, sessionId, userId, clientId }) {
      reach();
      const { sessions } = keptOf(maskId);
      const session = sessions.get(sessionId) ?? { userId, clientIds: [] };
      const isTaken = [...sessions].some(
        ([id, other]) => id !== sessionId && other.clientIds.includes(clientId),
      );
      if (session.userId !== userId || isTaken) {
        throw new ProtocolError('FORBIDDEN', 'That editing session is somebody else’s. Reload the page.');
      }
      sessions.set(sessionId, session);
      if (!session.clientIds.includes(clientId)) session.clientIds.push(clientId);
      return [...session.clientIds];
    },
  };
  return store;
}
