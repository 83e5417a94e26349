/**
 * One simulated hour of trouble, decided by one seed: people, servers and a store, what they do and what goes wrong, then
 * healing, and the comparison with what everybody wanted and was promised.
 */
import { createRooms } from '../../apps/server/src/rooms/createRooms.ts';
import type { EpochCommit, FoldCommit } from '../../apps/server/src/rooms/folds/foldStore.ts';
import type { RoomLimits } from '../../apps/server/src/rooms/roomLimits.ts';
import type { AppendOutcome, LogEntry } from '../../apps/server/src/rooms/roomStore.ts';
import { createMemoryAccess } from '../../apps/server/src/rooms/testing/memoryAccess.ts';
import { createMemoryRoomStore } from '../../apps/server/src/rooms/testing/memoryRoomStore.ts';
import { Committed } from './committed.ts';
import { HostilePage } from './hostilePage.ts';
import { differenceOf, Ledger, naivePicture, type Stroke } from './ledger.ts';
import { Network, PageSocket } from './network.ts';
import { type Claim, Person } from './person.ts';
import { ServerProcess } from './serverProcess.ts';
import type { Call, StoreLie } from './unreliableStore.ts';
import { realNow } from './virtualGlobals.ts';
import { type Owner, ownedBy, VirtualTime } from './virtualTime.ts';
import { Dice, type Fault, type Weather, weatherOf } from './weather.ts';

export interface SimulationOptions {
  /** Keeps what happened, line by line. */
  readonly traces?: boolean;
  readonly weather?: Partial<Weather>;
  readonly lie?: StoreLie;
}

export interface Outcome {
  readonly seed: number;
  /** What is wrong; undefined when everything holds. */
  readonly failure: string | undefined;
  readonly trace: readonly string[];
  readonly events: number;
  readonly strokes: number;
  readonly folds: number;
  readonly epochs: number;
  readonly virtualMs: number;
  readonly realMs: number;
}

const SIZE = { width: 150, height: 140 };
const LABELS = [1, 2, 3];
/** Milliseconds in which everything must settle once nothing goes wrong any more. */
const SETTLE_MS = 120_000;
/** A page that comes back, a look at whether others send again what only it shows, and a fresh document take less. */
const CALM_SECONDS = 10;

export async function simulate(seed: number, options: SimulationOptions = {}): Promise<Outcome> {
  const began = realNow();
  const simulation = new Simulation(seed, options);
  try {
    await simulation.run();
  } catch (error) {
    simulation.fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    await simulation.end();
  }
  const { failure, lines, time, ledger } = simulation;
  return {
    seed,
    failure,
    trace: lines,
    events: time.events,
    strokes: ledger.strokeCount,
    folds: simulation.folds,
    epochs: simulation.epoch,
    virtualMs: time.now,
    realMs: realNow() - began,
  };
}

class Simulation {
  failure: string | undefined;
  readonly lines: string[] = [];
  readonly time: VirtualTime;
  readonly ledger = new Ledger();
  private readonly weather: Weather;
  private readonly climate: { -readonly [K in keyof Weather]: Weather[K] };
  private readonly dice: { [name: string]: Dice } = {};
  private readonly network: Network;
  private readonly store = createMemoryRoomStore();
  private readonly access = createMemoryAccess();
  private readonly committed = new Committed(SIZE, 'session-mallory');
  private readonly servers: ServerProcess[];
  private readonly people: Person[];
  private readonly hostile: HostilePage[];
  epoch = 0;
  folds = 0;
  private isHealing = false;
  private readonly restore: () => void;
  private readonly limits: Partial<RoomLimits>;

  constructor(
    private readonly seed: number,
    private readonly options: SimulationOptions,
  ) {
    this.time = new VirtualTime(this.diceOf('chance'), (owner, error) => this.onThrown(owner, error));
    this.weather = { ...weatherOf(seed), ...options.weather };
    this.climate = { ...this.weather };
    const { undoHorizon, epochBytes } = this.weather;
    this.limits = { ...LIMITS, undoHorizon, epochBytes };
    this.restore = this.takeOver();
    const trace = (line: string) => this.note(line);
    this.network = new Network(this.time, this.diceOf('network'), this.climate, trace);
    this.store.addMask({ maskId: 'mask', ...SIZE, labels: LABELS });
    this.servers = Array.from(
      { length: this.weather.servers },
      (_, i) =>
        new ServerProcess(`server${i}`, {
          time: this.time,
          dice: this.diceOf('store'),
          network: this.network,
          store: this.store,
          access: this.access,
          weather: this.climate,
          limits: this.limits,
          ...(options.lie === undefined ? {} : { lie: options.lie }),
          trace,
          onDone: (call, result) => this.onStoreCall(call, result),
          onLine: (level, line) => {
            if (level === 'error' && !EXPECTED_ERRORS.some((words) => line.includes(words))) this.fail(line);
          },
        }),
    );
    const person = (name: string, mayPaint: boolean) => {
      this.access.setRole(name, mayPaint ? 'annotator' : 'viewer');
      return new Person(name, mayPaint, {
        time: this.time,
        dice: this.diceOf(name),
        network: this.network,
        ledger: this.ledger,
        size: SIZE,
        labels: LABELS,
        undoHorizon: this.weather.undoHorizon,
        servers: this.servers,
        trace,
        epoch: () => this.epoch,
        onClaim: (tab, claims) => this.onClaim(tab, claims),
        onFailure: (what) => this.fail(what),
      });
    };
    this.people = [
      ...PAINTERS.slice(0, this.weather.painters).map((name) => person(name, true)),
      ...VIEWERS.slice(0, this.weather.viewers).map((name) => person(name, false)),
    ];
    this.hostile = Array.from({ length: this.weather.hostile }, () => {
      this.access.setRole('mallory', 'annotator');
      return new HostilePage({
        time: this.time,
        dice: this.diceOf('mallory'),
        network: this.network,
        size: SIZE,
        servers: this.servers,
        trace,
        epoch: () => this.epoch,
      });
    });
  }

  async run(): Promise<void> {
    for (const page of this.hostile) this.keepAttacking(page);
    const { troubleMs } = this.weather;
    for (const server of this.servers) server.start();
    for (const person of this.people) {
      this.time.at(this.diceOf('start').between(1, 2_000), this.time.world, () => person.open());
      if (person.mayPaint) this.keepActing(person);
    }
    this.keepFailing();
    this.keepChecking();
    await this.until(troubleMs);
    this.heal();
    const settledAt = await this.settle();
    if (settledAt === undefined) return;
    await this.compare();
  }

  async end(): Promise<void> {
    for (const person of this.people) await person.close();
    for (const server of this.servers) server.die(true);
    this.restore();
    this.time.end();
  }

  fail(what: string) {
    this.note(`FAILURE: ${what}`);
    this.failure ??= `${what} (at ${Math.round(this.time.now)} ms)`;
  }

  private async until(ms: number, isDone: () => boolean = () => false): Promise<void> {
    await this.time.runUntil(ms, () => this.failure !== undefined || isDone());
  }

  // What people and the world do

  private keepActing(person: Person): void {
    const wait = this.diceOf(person.name).wait(this.weather.actEveryMs);
    this.time.at(wait, this.time.world, () => {
      if (this.isHealing) return;
      if (person.session !== undefined) this.time.at(0, person.owner, () => person.act());
      this.keepActing(person);
    });
  }

  private keepAttacking(page: HostilePage): void {
    this.time.at(this.diceOf('mallory').wait(this.weather.actEveryMs), page.owner, () => {
      page.act();
      this.keepAttacking(page);
    });
  }

  private keepFailing(): void {
    const dice = this.diceOf('faults');
    this.time.at(dice.wait(this.weather.faultEveryMs), this.time.world, () => {
      if (this.isHealing) return;
      this.befall(dice.weighted(this.weather.faults), dice);
      this.keepFailing();
    });
  }

  private befall(fault: Fault, dice: Dice) {
    const later = (ms: number, task: () => void) => this.time.at(ms, this.time.world, task);
    const person = dice.pick(this.people);
    const server = dice.pick(this.servers);
    const links = this.network.linksOf(() => true);
    this.note(`fault: ${fault}`);
    switch (fault) {
      case 'cut':
        if (links.length > 0) dice.pick(links).cut();
        return;
      case 'halfClose': {
        if (links.length === 0) return;
        const link = dice.pick(links);
        const which = dice.int(0, 2);
        if (which !== 1) link.up.isDead = true;
        if (which !== 0) link.down.isDead = true;
        this.note(`${link} is dead ${['upwards', 'downwards', 'both ways'][which]}`);
        return;
      }
      case 'partitionPage':
        this.network.cutOff(person, true);
        this.note(`${person.owner.name} is cut off`);
        later(dice.wait(4_000), () => this.network.cutOff(person, false));
        return;
      case 'partitionStore':
        server.isCutOffFromStore = true;
        this.note(`${server.owner.name} is cut off from the store`);
        later(dice.wait(2_000), () => {
          server.isCutOffFromStore = false;
        });
        return;
      case 'killServer':
        server.die(dice.chance(0.7));
        later(dice.wait(1_000), () => server.revive());
        return;
      case 'restartServer':
        server.stop();
        later(dice.wait(1_000), () => server.revive());
        return;
      case 'crashPage':
        void person.close();
        later(dice.wait(2_000), () => person.open(dice.chance(0.2)));
        return;
      case 'switchServer':
        person.serverIndex = dice.int(0, this.servers.length - 1);
        for (const link of this.network.linksOf(({ visitor }) => visitor === person)) link.cut();
        return;
    }
  }

  private heal(): void {
    this.note('everything heals');
    this.isHealing = true;
    for (const page of this.hostile) page.close();
    Object.assign(this.climate, { lostUp: 0, lostDown: 0, failedCalls: 0, slowCalls: 0 });
    for (const person of this.people) {
      this.network.cutOff(person, false);
      // What a device keeps is not sent from a private window.
      if (person.isPrivate) void person.close().then(() => person.open());
      else person.open();
    }
    for (const server of this.servers) {
      server.isCutOffFromStore = false;
      server.revive();
    }
  }

  // What must hold

  private keepChecking(): void {
    this.time.at(this.diceOf('checks').wait(4_000), this.time.world, () => {
      void this.checkFreshServer();
      if (!this.isHealing) this.keepChecking();
    });
  }

  private onStoreCall({ caller, method, args }: Call, result: unknown): void {
    if (method === 'append') {
      const [entries] = args as [LogEntry[]];
      const outcomes = result as AppendOutcome[];
      const kept = entries.filter(
        ({ epoch }) => outcomes.find((outcome) => outcome.epoch === epoch)?.refused === undefined,
      );
      const names = kept.map(({ sessionId }) => sessionId.replace('session-', ''));
      const where = outcomes.map(({ firstSeq, refused }) => refused ?? firstSeq).join(' ');
      this.note(`store: ${caller.name} commits at ${where}: ${names.join(' ')}`);
      for (const { epoch, bytes } of kept) this.committed.append({ epoch, bytes });
    }
    if (method === 'commitFold') {
      const { number, throughSeq } = args[0] as FoldCommit;
      this.note(`store: ${caller.name} commits fold ${number}, through ${throughSeq}`);
      this.folds++;
    }
    if (method === 'commitEpoch') {
      const { epoch, document } = args[0] as EpochCommit;
      this.note(`store: ${caller.name} ends epoch ${epoch}`);
      this.epoch = epoch + 1;
      this.committed.append({ epoch: epoch + 1, bytes: document });
    }
  }

  private onClaim(tab: string, claims: readonly Claim[]): void {
    this.note(`${tab} reads that ${claims.map(({ strokeId }) => strokeId).join(' ')} are saved`);
    for (const { sessionId, strokeId, isLive } of claims) {
      if (this.committed.has(sessionId, strokeId) === isLive) continue;
      const what = `${isLive ? '' : 'undoing '}stroke ${strokeId} of ${sessionId}`;
      this.fail(`${tab} reads that ${what} is saved, and the store ${isLive ? 'lacks it' : 'has it still'}`);
    }
  }

  /** A server that starts now must show what is committed now. */
  private async checkFreshServer(): Promise<void> {
    const owner = ownedBy('fresh server');
    const rooms = createRooms({
      store: this.store,
      access: this.access,
      log: { info: () => {}, warn: () => {}, error: (line) => this.fail(`a fresh server says: ${line}`) },
      limits: this.limits,
    });
    try {
      const before = this.committed.version;
      const { values } = await rooms.labels('mask');
      if (before !== this.committed.version) return;
      this.expectSame(naivePicture(this.committed.strokes(), SIZE), values, 'the log', owner.name);
    } catch (error) {
      this.onThrown(owner, error);
    } finally {
      await rooms.close();
    }
  }

  /** Until everybody reads "saved" and sees the same for so long that nobody shows what no server has. */
  private async settle(): Promise<number | undefined> {
    const from = this.time.now;
    let calm = 0;
    while (this.time.now < from + SETTLE_MS && this.failure === undefined) {
      await this.until(this.time.now + 1_000);
      const isCalm = (await this.isAllSaved()) && this.seeTheSame();
      calm = isCalm ? calm + 1 : 0;
      if (calm === CALM_SECONDS) {
        this.note('everything has settled');
        return this.time.now - from;
      }
    }
    const troubles = await Promise.all(this.people.map((person) => person.troubles()));
    this.fail(
      `not settled after ${SETTLE_MS / 1000} s. ${troubles.join('; ')}${this.seeTheSame() ? '' : '; pictures differ'}`,
    );
    return undefined;
  }

  private async isAllSaved(): Promise<boolean> {
    const settled = await Promise.all(this.people.map((person) => person.isSettled()));
    return settled.every((isSettled) => isSettled);
  }

  private seeTheSame(): boolean {
    const [first, ...others] = this.people.flatMap(({ picture }) => picture ?? []);
    return others.every((other) => differenceOf(first!, other, SIZE.width) === undefined);
  }

  private async compare(): Promise<void> {
    const expected = naivePicture(this.expectedStrokes(), SIZE);
    for (const person of this.people) {
      this.expectSame(expected, person.picture!, 'what everybody wanted', `the page of ${person.name}`);
    }
    for (const server of this.servers) {
      let values: Uint8Array | undefined;
      this.time.at(0, server.owner, () => {
        server.rooms.labels('mask').then(
          (labels) => {
            values = labels.values;
          },
          (error) => this.onThrown(server.owner, error),
        );
      });
      await this.until(this.time.now + 20_000, () => values !== undefined);
      if (values === undefined) return this.fail(`${server.name} does not tell its labels`);
      this.expectSame(expected, values, 'what everybody wanted', server.name);
    }
    await this.checkFreshServer();
  }

  private expectedStrokes(): Stroke[] {
    const hostile = new Set(this.hostile.map(({ sessionId }) => sessionId));
    return [
      ...this.ledger.strokes((sessionId, strokeId) => this.committed.has(sessionId, strokeId)),
      ...this.committed.strokes().filter(({ sessionId }) => hostile.has(sessionId)),
    ];
  }

  private expectSame(expected: Uint8Array, got: Uint8Array, what: string, who: string): void {
    const difference = differenceOf(expected, got, SIZE.width, this.committed.doubtful);
    if (difference === undefined) return;
    const { count, x, y } = difference;
    const here = ({ runs }: Stroke) => {
      for (let i = 0; i < runs.length; i += 3)
        if (runs[i] === y && runs[i + 1]! <= x && x < runs[i + 2]!) return true;
      return false;
    };
    const name = ({ sessionId, strokeId, lamport, label }: Stroke) =>
      `${sessionId}/${strokeId} (lamport ${lamport}, label ${label})`;
    this.fail(
      `${who} differs from ${what} in ${count} pixels, first at (${x}, ${y}): expected ${difference.expected}, got ${difference.got}. ` +
        `Wanted there: ${this.expectedStrokes().filter(here).map(name).join(', ') || 'nothing'}; ` +
        `in the log there: ${this.committed.strokes().filter(here).map(name).join(', ') || 'nothing'}`,
    );
  }

  // The process that all of it runs in

  /** Whatever is said into the void is a failure, and so is a promise that nobody owns. */
  private takeOver(): () => void {
    const before = { error: console.error, warn: console.warn, log: console.log };
    const socketBefore = (globalThis as { WebSocket?: unknown }).WebSocket;
    for (const level of ['error', 'warn', 'log'] as const) {
      console[level] = (...words: unknown[]) => {
        const said = words.map((word) => (word instanceof Error ? word.stack : String(word))).join(' ');
        if (this.time.current.name !== 'mallory')
          this.fail(`${this.time.current.name}: console.${level}: ${said}`);
      };
    }
    // y-websocket reads WebSocket.OPEN.
    Object.assign(globalThis, { WebSocket: PageSocket });
    const onRejection = (reason: unknown) => this.onThrown(this.time.current, reason);
    process.on('unhandledRejection', onRejection);
    return () => {
      Object.assign(console, before);
      Object.assign(globalThis, { WebSocket: socketBefore });
      process.off('unhandledRejection', onRejection);
    };
  }

  private onThrown(owner: Owner, error: unknown): void {
    this.fail(
      `${owner.name} threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }

  private diceOf(name: string): Dice {
    this.dice[name] ??= new Dice(this.seed, name);
    return this.dice[name];
  }

  private note(line: string): void {
    if (this.options.traces === true) this.lines.push(`${this.time.now.toFixed(1).padStart(9)}  ${line}`);
  }
}

const PAINTERS = ['anna', 'bert', 'carl', 'dora', 'emil'];
const VIEWERS = ['vera'];

const LIMITS = {
  groupCommitMs: 25,
  firstRetryMs: 50,
  longestRetryMs: 500,
  pollMs: 400,
  gapMs: 2_000,
  ghostMs: 3_000,
  admissionMs: 5_000,
  closeMs: 1_000,
  foldAtLeast: 8,
  foldQuietAtLeast: 3,
  foldQuietMs: 1_500,
  // Shorter than what some calls take: a lease runs out while its holder still works.
  foldLeaseMs: 1_000,
  epochRatio: 1.5,
};

/** What a server may say when its store fails it. */
const EXPECTED_ERRORS = [
  'closed before everything was committed',
  'does not match its log and is loaded anew',
];
