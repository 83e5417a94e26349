/**
 * A person at a page: the page's own session code and the stock y-websocket provider, on a simulated socket. Paints,
 * undoes, closes the tab and comes back; tells the ledger what was wanted and what the page said of it.
 */
import { type Runs, rasterizeStroke, runsFromTriples } from '@cotrace/mask';
import { type Adopter, createAdopter } from '../../apps/web/src/workbench/session/kept/adopter.ts';
import type { KeptPlace, KeptStore } from '../../apps/web/src/workbench/session/kept/keptStore.ts';
import {
  type MaskSession,
  type MaskSessionOptions,
  openMaskSession,
} from '../../apps/web/src/workbench/session/maskSession.ts';
import {
  createSessionKeeper,
  type OpenMask,
  type SessionKeeper,
} from '../../apps/web/src/workbench/session/sessionKeeper.ts';
import { Device } from './device.ts';
import type { Ledger } from './ledger.ts';
import type { Host, Network, Visitor } from './network.ts';
import { ownedBy, type VirtualTime } from './virtualTime.ts';
import type { Dice } from './weather.ts';

export interface Claim {
  readonly sessionId: string;
  readonly strokeId: number;
  readonly isLive: boolean;
}

export interface PersonParts {
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly network: Network;
  readonly ledger: Ledger;
  readonly size: { width: number; height: number };
  readonly labels: readonly number[];
  readonly undoHorizon: number;
  readonly servers: readonly Host[];
  readonly trace: (line: string) => void;
  /** The mask's epoch as REST tells it. */
  epoch(): number;
  /** The page says that these are saved which it did not say before. */
  onClaim(tab: string, claims: readonly Claim[]): void;
  onFailure(what: string): void;
}

/** Milliseconds until a person who reads that the mask is closed presses "try again". */
const TRY_AGAIN_MS = 1_500;
/** Milliseconds between two looks at what earlier tabs have left. */
const LOOK_EVERY_MS = 5_000;

export class Person implements Visitor {
  owner = ownedBy('nobody');
  isCutOff = false;
  session: MaskSession | undefined;
  serverIndex: number;
  private readonly device: Device;
  private keeper: SessionKeeper | undefined;
  private adopter: Adopter | undefined;
  private keepsNothing = false;
  private tabs = 0;
  private isTryingAgain = false;
  private readonly looking = new Set<MaskSession>();
  private readonly sessions = new Set<MaskSession>();

  constructor(
    readonly name: string,
    readonly mayPaint: boolean,
    private readonly parts: PersonParts,
  ) {
    this.serverIndex = parts.dice.int(0, parts.servers.length - 1);
    this.device = new Device(parts.time, parts.dice, ({ sessionId }, strokeIds) => {
      const claims = parts.ledger.savedOnly(sessionId, strokeIds);
      if (claims.length > 0) parts.onClaim(`${this.owner.name}, forgetting them,`, claims);
    });
  }

  get cookie(): string {
    return `token-of-${this.name}`;
  }

  host(): Host {
    return this.parts.servers[this.serverIndex]!;
  }

  /** Opens a tab on the mask; what earlier tabs left is sent from it. */
  open(keepsNothing = false) {
    const { time, trace } = this.parts;
    if (this.isOpen) return;
    const owner = ownedBy(`${this.name}.${++this.tabs}`);
    this.owner = owner;
    this.keepsNothing = keepsNothing;
    this.isTryingAgain = false;
    time.at(0, owner, () => {
      trace(`${owner.name} opens the mask${keepsNothing ? ', in a private window' : ''}`);
      const sessionId = `session-${this.name}-${this.tabs}`;
      const store = this.device.storeOf(owner, keepsNothing);
      const locks = this.device.locksOf(owner);
      void locks.hold(sessionId, () => new Promise(() => {}));
      const keeper = createSessionKeeper((options) => this.openSession(options));
      this.keeper = keeper;
      keeper.onChange(() => this.follow(keeper));
      this.enter(sessionId, store);
      if (keepsNothing || !this.mayPaint) return;
      this.adopter = createAdopter({
        store,
        locks,
        userId: this.name,
        ownSessionId: sessionId,
        findMask: async (place) => ({ mask: this.mask(place.sessionId, store) }),
        createKeeper: () => createSessionKeeper((options) => this.openSession(options)),
      });
      this.keepLooking(this.adopter);
    });
  }

  get isOpen(): boolean {
    return this.tabs > 0 && !this.owner.isDead;
  }

  get isPrivate(): boolean {
    return this.isOpen && this.keepsNothing;
  }

  private keepLooking(adopter: Adopter): void {
    void adopter.look();
    this.parts.time.at(LOOK_EVERY_MS, this.owner, () => this.keepLooking(adopter));
  }

  private mask(sessionId: string, store: KeptStore): OpenMask {
    const { size, labels, network, epoch } = this.parts;
    const names = { userName: this.name, projectName: '', sectionName: '', taskName: '' };
    const ids = { projectId: 'project', sectionId: 'section', taskId: 'task' };
    const place: KeptPlace = {
      maskId: 'mask',
      sessionId,
      epoch: epoch(),
      userId: this.name,
      ...size,
      ...ids,
      ...names,
    };
    const WebSocketPolyfill = network.webSocketOf(this);
    const { undoHorizon } = this.parts;
    return { origin: 'ws://rooms', place, labels: new Set(labels), store, undoHorizon, WebSocketPolyfill };
  }

  private enter(sessionId: string, store: KeptStore): void {
    this.session = this.keeper!.enter(this.mask(sessionId, store));
  }

  /** A document that was spoilt is replaced by another one. */
  private follow(keeper: SessionKeeper): void {
    if (keeper === this.keeper && !this.owner.isDead) this.session = keeper.session('mask') ?? this.session;
  }

  private openSession(options: MaskSessionOptions): MaskSession {
    const session = openMaskSession(options);
    const { ledger } = this.parts;
    const { sessionId } = session;
    this.sessions.add(session);
    session.maskDoc.onOwnAction(({ strokeIds, written }) => {
      for (const strokeId of strokeIds) {
        if (ledger.knows(sessionId, strokeId)) ledger.turned(sessionId, strokeId, written.length > 0);
      }
    });
    session.onChange(() => this.lookSoon(session, options.store));
    this.lookSoon(session, options.store);
    return session;
  }

  /** Once the page has done what it is about: nobody sees a screen within one step. */
  private lookSoon(session: MaskSession, store: KeptStore): void {
    if (this.looking.has(session)) return;
    this.looking.add(session);
    const { owner } = this;
    queueMicrotask(() => {
      this.looking.delete(session);
      if (!owner.isDead) this.look(session, store);
    });
  }

  /** Reads the state line. */
  private look(session: MaskSession, store: KeptStore): void {
    const { state, sessionId } = session;
    const { time, ledger, trace } = this.parts;
    if (state.kind === 'saved') this.noteClaims(session);
    if (state.kind === 'refused' || state.setAside > 0) {
      const why = state.kind === 'refused' ? `${state.code}, ${state.why}` : state.setAsideWhy;
      this.parts.onFailure(`${this.owner.name}, who is honest, was refused: ${why}`);
    }
    if (state.kind !== 'closed' || session !== this.session || this.isTryingAgain) return;
    this.isTryingAgain = true;
    trace(`${this.owner.name} reads: ${state.why} (${ledger.openCount(sessionId)} not saved)`);
    time.at(TRY_AGAIN_MS, this.owner, () => {
      this.isTryingAgain = false;
      if (session.epochEnded) this.enter(sessionId, store);
      else session.reconnect();
    });
  }

  private noteClaims(session: MaskSession): void {
    const { ledger } = this.parts;
    const { sessionId } = session;
    if (ledger.openCount(sessionId) === 0) return;
    const claims = ledger.saved(sessionId);
    if (claims.length > 0) this.parts.onClaim(this.owner.name, claims);
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
    const { sessionId } = session;
    const lamport = session.maskDoc.greatestLamport;
    ledger.wrote({ sessionId, strokeId, lamport, label, runs });
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

  /** The tab crashes or is closed; what the device holds by then will be sent by another. */
  async close(): Promise<void> {
    if (!this.isOpen) return;
    const { network, ledger, trace, dice } = this.parts;
    const { owner } = this;
    owner.isDead = true;
    network.ownerDied(owner, dice.chance(0.8));
    this.adopter?.stop();
    for (const session of this.sessions) session.destroy();
    const kept = new Map(
      (await this.device.everything()).map(({ sessionId, strokes }) => [sessionId, strokes]),
    );
    for (const sessionId of new Set([...this.sessions].map((session) => session.sessionId))) {
      const onDevice = this.keepsNothing ? [] : (kept.get(sessionId) ?? []);
      const lost = ledger.abandon(
        sessionId,
        new Map(onDevice.map(({ strokeId, undone }) => [strokeId, !undone])),
      );
      trace(
        `${owner.name} closes the tab: of ${sessionId} ${onDevice.length} strokes are kept, ${lost} are not`,
      );
    }
    this.sessions.clear();
    this.session = undefined;
    this.adopter = undefined;
    this.device.tabDied(owner);
  }

  async isSettled(): Promise<boolean> {
    return this.session?.state.kind === 'saved' && (await this.device.everything()).length === 0;
  }

  async troubles(): Promise<string> {
    const kept = (await this.device.everything()).map(
      ({ sessionId, strokes }) => `${sessionId}: ${strokes.length} kept`,
    );
    for (const session of this.sessions) {
      if (session !== this.session) kept.push(`${session.sessionId}: ${JSON.stringify(session.state)}`);
    }
    for (const { place, state } of this.adopter?.earlier ?? []) kept.push(`${place.sessionId} is ${state}`);
    return `${this.owner.name}: ${JSON.stringify(this.session?.state ?? 'no page')} ${kept.join(', ')}`;
  }

  get picture(): Uint8Array | undefined {
    return this.session?.maskDoc.composition.toLabels();
  }
}
