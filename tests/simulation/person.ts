/**
 * A person at a page: the page's own session code and the stock y-websocket provider, on a simulated socket. Paints,
 * undoes, closes the tab and comes back; tells the ledger what was wanted and what the page said of it.
 */
import { type Runs, rasterizeStroke, runsFromTriples } from '@cotrace/mask';
import type { UnsavedRecords } from '@cotrace/mask-doc';
import { type MaskSession, openMaskSession } from '../../apps/web/src/workbench/session/maskSession.ts';
import {
  createSessionKeeper,
  type SessionKeeper,
} from '../../apps/web/src/workbench/session/sessionKeeper.ts';
import type { Ledger } from './ledger.ts';
import type { Host, Network, Visitor } from './network.ts';
import { ownedBy, type VirtualTime } from './virtualTime.ts';
import type { Dice } from './weather.ts';

export interface PersonParts {
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly network: Network;
  readonly ledger: Ledger;
  readonly size: { width: number; height: number };
  readonly labels: readonly number[];
  readonly servers: readonly Host[];
  readonly trace: (line: string) => void;
  /** The mask's epoch as REST tells it. */
  epoch(): number;
  /** The page says that these are saved which it did not say before. */
  onClaim(person: Person, claimed: readonly { strokeId: number; isLive: boolean }[]): void;
  onFailure(what: string): void;
}

/** Milliseconds until a person who reads that the mask is closed presses "try again". */
const TRY_AGAIN_MS = 1_500;

export class Person implements Visitor {
  owner = ownedBy('nobody');
  isCutOff = false;
  session: MaskSession | undefined;
  sessionId = '';
  serverIndex: number;
  private keeper!: SessionKeeper;
  private kept: UnsavedRecords | undefined;
  private tabs = 0;
  private isTryingAgain = false;
  private isLooking = false;
  private pendingBefore = 0;

  constructor(
    readonly name: string,
    readonly mayPaint: boolean,
    private readonly parts: PersonParts,
  ) {
    this.serverIndex = parts.dice.int(0, parts.servers.length - 1);
    this.sessionId = `session-${name}`;
  }

  get cookie(): string {
    return `token-of-${this.name}`;
  }

  host(): Host {
    return this.parts.servers[this.serverIndex]!;
  }

  /** Opens a tab on the mask, with what the last one kept. */
  open() {
    const { time, network, size, labels, trace } = this.parts;
    if (this.session !== undefined) return;
    const owner = ownedBy(`${this.name}.${++this.tabs}`);
    this.owner = owner;
    time.at(0, owner, () => {
      trace(`${owner.name} opens the mask${this.kept === undefined ? '' : ', with strokes that were kept'}`);
      const carry = this.kept;
      this.kept = undefined;
      this.keeper = createSessionKeeper((options) =>
        openMaskSession(carry === undefined || options.carry !== undefined ? options : { ...options, carry }),
      );
      this.enter({
        origin: 'ws://rooms',
        maskId: 'mask',
        ...size,
        sessionId: this.sessionId,
        labels: new Set(labels),
        WebSocketPolyfill: network.webSocketOf(this),
      });
    });
  }

  private enter(mask: Omit<Parameters<SessionKeeper['enter']>[0], 'epoch'>): void {
    const open = () => {
      const session = this.keeper.enter({ ...mask, epoch: this.parts.epoch() });
      if (session === this.session) return;
      this.session = session;
      this.pendingBefore = 0;
      session.maskDoc.onOwnAction(({ strokeIds, written }) => {
        for (const strokeId of strokeIds) {
          if (this.parts.ledger.knows(this.sessionId, strokeId)) {
            this.parts.ledger.turned(this.sessionId, strokeId, written.length > 0);
          }
        }
      });
      session.onChange(() => this.lookSoon(session, open));
      this.lookSoon(session, open);
    };
    open();
  }

  /** Once the page has done what it is about: nobody sees a screen within one step. */
  private lookSoon(session: MaskSession, openAgain: () => void): void {
    if (this.isLooking) return;
    this.isLooking = true;
    const { owner } = this;
    queueMicrotask(() => {
      this.isLooking = false;
      if (!owner.isDead) this.look(session, openAgain);
    });
  }

  /** Reads the state line. */
  private look(session: MaskSession, openAgain: () => void): void {
    if (session !== this.session) return;
    const { state } = session;
    const { time, ledger, trace } = this.parts;
    if (state.pending < this.pendingBefore || state.kind === 'saved') this.noteClaims(session);
    this.pendingBefore = state.pending;
    if (state.kind !== 'closed' && state.kind !== 'refused') return;
    if (state.kind === 'refused') {
      this.parts.onFailure(`${this.owner.name}, who is honest, was refused: ${state.code}, ${state.why}`);
    }
    if (this.isTryingAgain) return;
    this.isTryingAgain = true;
    trace(`${this.owner.name} reads: ${state.why} (${ledger.openCount(this.sessionId)} not saved)`);
    time.at(TRY_AGAIN_MS, this.owner, () => {
      this.isTryingAgain = false;
      if (session.epochEnded) openAgain();
      else session.reconnect();
    });
  }

  private noteClaims(session: MaskSession): void {
    const { ledger } = this.parts;
    if (ledger.openCount(this.sessionId) === 0) return;
    const { records, undone } = session.unsaved();
    const unsaved = new Set([...records.map(({ strokeId }) => strokeId), ...undone]);
    const claimed = ledger.saved(this.sessionId, unsaved);
    if (claimed.length > 0) this.parts.onClaim(this, claimed);
  }

  /** One thing that a person does. */
  act() {
    const { dice, trace } = this.parts;
    const { session } = this;
    if (session === undefined || !this.mayPaint) return;
    const action = dice.weighted({ paint: 60, erase: 10, undo: 14, redo: 10, burst: 4, many: 2 });
    switch (action) {
      case 'undo':
      case 'redo': {
        const done = action === 'undo' ? session.undo() : session.redo();
        if (done) trace(`${this.owner.name} ${action}es (${session.state.kind})`);
        return;
      }
      case 'burst':
        for (let left = dice.int(3, 12); left > 0; left--) this.paint(session, dice.pick(this.parts.labels));
        return;
      case 'many':
        for (let left = dice.int(2, 6); left > 0; left--) session.undo();
        return;
      default:
        this.paint(session, action === 'erase' ? 0 : dice.pick(this.parts.labels));
    }
  }

  private paint(session: MaskSession, label: number): void {
    const { ledger, trace } = this.parts;
    const runs = this.someRuns();
    const strokeId = session.paint({ label, runs });
    if (strokeId === undefined) return;
    const lamport = session.maskDoc.greatestLamport;
    ledger.wrote({ sessionId: this.sessionId, strokeId, lamport, label, runs });
    trace(`${this.owner.name} paints stroke ${strokeId}, lamport ${lamport} (${session.state.kind})`);
  }

  private someRuns(): Runs {
    const { dice, size } = this.parts;
    const [x, y] = [dice.int(0, size.width - 1), dice.int(0, size.height - 1)];
    if (dice.chance(0.5)) {
      const rows = dice.int(1, 6);
      const length = dice.int(1, 40);
      const triples = Array.from({ length: rows }, (_, row) => [y + row, x, x + length]).flat();
      return runsFromTriples(triples);
    }
    const to = { x: x + dice.int(-30, 30), y: y + dice.int(-30, 30) };
    return rasterizeStroke([{ x, y }, to], { shape: 'round', diameter: dice.int(1, 17) });
  }

  /** The tab is closed (or crashes); what was not saved stays on the device, or goes with it. */
  close(keepsStrokes: boolean) {
    const { session } = this;
    if (session === undefined) return;
    const { network, ledger, trace, dice } = this.parts;
    const unsaved = session.unsaved();
    const count = unsaved.records.length + unsaved.undone.length;
    trace(
      `${this.owner.name} closes the tab, ${count} records not saved${keepsStrokes ? '' : ' and not kept'}`,
    );
    this.owner.isDead = true;
    network.ownerDied(this.owner, dice.chance(0.8));
    this.session = undefined;
    session.destroy();
    if (count === 0) return;
    if (keepsStrokes) this.kept = unsaved;
    else {
      ledger.abandon(this.sessionId);
      this.sessionId = `session-${this.name}-${this.tabs}`;
    }
  }

  get isSettled(): boolean {
    return this.session?.state.kind === 'saved';
  }

  get picture(): Uint8Array {
    return this.session!.maskDoc.composition.toLabels();
  }
}
