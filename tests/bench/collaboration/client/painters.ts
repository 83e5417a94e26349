/**
 * A process of painters: each has a socket, sends strokes that were made before at the moments that were fixed before, and
 * notes when others' strokes and the acknowledgements of its own come in. Does nothing else, so that what it measures is
 * the server.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { WebSocket } from 'ws';
import { now, until } from '../clock.ts';
import { Latencies, type LatencyBuckets } from '../latencies.ts';
import { answerCalls } from '../processes.ts';
import { intendedAt, isCounted, type Schedule, strokesOf } from '../schedule.ts';
import { readSessions } from '../strokes.ts';
import { type Place, type ServerKind, WIRES, type Wire, type WireEvents } from '../wires.ts';

export interface Team {
  readonly kind: ServerKind;
  readonly origin: string;
  readonly token: string;
  /** File of the painted sessions. */
  readonly sessions: string;
  /** In which document each of them paints. */
  readonly documents: readonly string[];
  /** Who of them paints in this process. */
  readonly mine: readonly number[];
}

export interface TeamFigures {
  /** Others' strokes that came in while strokes counted, whenever they were meant to be sent. */
  readonly delivered: number;
  /** Of the strokes that count, at all their peers here; of them, how many never came. */
  readonly toPeer: LatencyBuckets;
  readonly missing: number;
  readonly durable: LatencyBuckets;
  readonly sendLateness: LatencyBuckets;
  readonly sent: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly frameBytes: LatencyBuckets;
  readonly refusals: readonly string[];
  readonly cutOff: number;
  readonly cpuMs: number;
  /** 99th percentile of how late this process's event loop was, in ms. */
  readonly loopDelayP99: number;
}

/** Milliseconds after the last stroke in which what is late may still come. */
const PATIENCE_MS = 4_000;
/** Bytes that a WebSocket puts before a masked frame of 126 bytes to 64 KiB. */
const SOCKET_HEADER = 8;

class Painter {
  readonly socket: WebSocket;
  readonly frames: readonly Uint8Array[];
  readonly isIn: Promise<void>;
  /** Own strokes that are durable. */
  durableBelow = 0;
  isCutOff = false;
  private isLeaving = false;

  constructor(
    readonly painter: number,
    readonly place: Place,
    private readonly wire: Wire,
    origin: string,
    updates: readonly Uint8Array[],
  ) {
    this.frames = updates.map((update) => wire.frameOf(update, place));
    this.socket = new WebSocket(wire.address(origin, place), {
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    this.socket.binaryType = 'nodebuffer';
    this.isIn = new Promise((done, failed) => {
      const all: WireEvents = {
        ...eventsOf(this),
        send: (frame) => this.socket.send(frame),
        joined: () => done(),
        base() {},
      };
      this.socket.on('open', () => wire.opened(place, all));
      this.socket.on('message', (data: Buffer) => this.wire.receive(data, place, all));
      this.socket.on('close', (code, reason) => {
        this.isCutOff = !this.isLeaving;
        failed(new Error(`A painter was sent away with ${code} ${reason.toString()}`));
      });
      this.socket.on('error', failed);
    });
    // Being cut off later is counted, not thrown.
    this.isIn.catch(() => {});
  }

  async leave(): Promise<void> {
    this.isLeaving = true;
    if (this.socket.readyState === this.socket.CLOSED) return;
    const closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.socket.close();
    await closed;
  }

  get traffic(): { up: number; down: number } {
    const { _socket: tcp } = this.socket as unknown as {
      _socket: { bytesRead: number; bytesWritten: number } | null;
    };
    return { up: tcp?.bytesWritten ?? 0, down: tcp?.bytesRead ?? 0 };
  }
}

let painters: Painter[] = [];
let painterOf = new Map<number, number>();
let together = new Map<string, number[]>();
let refusals: string[] = [];
/** Whether the server says what is durable. */
let tellsDurable = false;
let schedule: Schedule | undefined;
let tally = newTally();

function newTally() {
  return {
    delivered: 0,
    expected: 0,
    arrived: 0,
    toPeer: new Latencies(),
    durable: new Latencies(),
    sendLateness: new Latencies(),
    frameBytes: new Latencies(),
    sent: 0,
    acknowledged: 0,
    changed: () => {},
  };
}

const eventsOf = (own: Painter): Omit<WireEvents, 'send' | 'joined' | 'base'> => ({
  stroke(clientId, clock) {
    if (schedule === undefined || clientId === own.place.clientId) return;
    const at = now();
    if (isCounted(schedule, at)) tally.delivered++;
    const intended = intendedAt(schedule, painterOf.get(clientId)!, clock);
    if (!isCounted(schedule, intended)) return;
    tally.toPeer.add(at - intended);
    tally.arrived++;
    if (tally.arrived === tally.expected) tally.changed();
  },
  durable(clientId, clock) {
    if (schedule === undefined || clientId !== own.place.clientId) return;
    const at = now();
    for (; own.durableBelow < clock; own.durableBelow++) {
      const intended = intendedAt(schedule, own.painter, own.durableBelow);
      if (isCounted(schedule, intended)) tally.durable.add(at - intended);
      tally.acknowledged++;
    }
    if (tally.acknowledged === tally.sent) tally.changed();
  },
  taken() {},
  refused(reason) {
    refusals.push(reason);
  },
});

async function connect(team: Team): Promise<void> {
  const { kind, origin, token, sessions, documents, mine } = team;
  const painted = await readSessions(sessions);
  const wire = WIRES[kind];
  painterOf = new Map(painted.map(({ clientId }, painter) => [clientId, painter]));
  together = new Map();
  for (const [painter, document] of documents.entries()) {
    together.set(document, [...(together.get(document) ?? []), painter]);
  }
  refusals = [];
  tellsDurable = kind === 'cotrace';
  painters = mine.map((painter) => {
    const { sessionId, clientId, updates } = painted[painter]!;
    const place = { document: documents[painter]!, epoch: 0, sessionId, clientId, token };
    return new Painter(painter, place, wire, origin, updates);
  });
  await Promise.all(painters.map(({ isIn }) => isIn));
}

async function paint(given: Schedule): Promise<TeamFigures> {
  schedule = given;
  const { startAt, warmUpMs, windowMs } = given;
  tally = newTally();
  tally.expected = expectedArrivals(given);
  const loop = monitorEventLoopDelay({ resolution: 5 });
  const sending = sendAll(given);
  await until(startAt + warmUpMs);
  loop.enable();
  const before = snapshot();
  await until(startAt + warmUpMs + windowMs);
  loop.disable();
  const after = snapshot();
  await sending;
  await settled();
  schedule = undefined;
  return {
    delivered: tally.delivered,
    toPeer: tally.toPeer.toBuckets(),
    missing: tally.expected - tally.arrived,
    durable: tally.durable.toBuckets(),
    sendLateness: tally.sendLateness.toBuckets(),
    sent: tally.sent,
    bytesUp: after.up - before.up,
    bytesDown: after.down - before.down,
    frameBytes: tally.frameBytes.toBuckets(),
    refusals,
    cutOff: painters.filter(({ isCutOff }) => isCutOff).length,
    cpuMs: after.cpuMs - before.cpuMs,
    loopDelayP99: loop.percentile(99) / 1e6,
  };
}

/** Strokes that count, at each of the peers here. */
function expectedArrivals(given: Schedule): number {
  const counted = (painter: number) => {
    let strokes = 0;
    for (let stroke = 0; stroke < strokesOf(given); stroke++) {
      if (isCounted(given, intendedAt(given, painter, stroke))) strokes++;
    }
    return strokes;
  };
  let expected = 0;
  for (const own of painters) {
    for (const peer of together.get(own.place.document)!) if (peer !== own.painter) expected += counted(peer);
  }
  return expected;
}

/** Each stroke when it is meant to be sent, or as soon after it as this process gets to it. */
async function sendAll(given: Schedule): Promise<void> {
  const plan = painters
    .flatMap((own) =>
      own.frames.map((frame, stroke) => ({ own, frame, at: intendedAt(given, own.painter, stroke) })),
    )
    .sort((a, b) => a.at - b.at);
  for (const { own, frame, at } of plan) {
    if (at > now()) await until(at);
    if (own.isCutOff) continue;
    own.socket.send(frame);
    tally.sent++;
    if (!isCounted(given, at)) continue;
    tally.sendLateness.add(now() - at);
    tally.frameBytes.add(frame.length + SOCKET_HEADER);
  }
}

/** Resolves when everything is there, or when no more is waited for. */
function settled(): Promise<void> {
  const isDone = () => tally.arrived >= tally.expected && (!tellsDurable || tally.acknowledged >= tally.sent);
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS);
    tally.changed = () => {
      if (!isDone()) return;
      clearTimeout(timer);
      resolve();
    };
    tally.changed();
  });
}

function snapshot(): { up: number; down: number; cpuMs: number } {
  const { user, system } = process.cpuUsage();
  const traffic = painters.map((own) => own.traffic);
  return {
    up: traffic.reduce((sum, { up }) => sum + up, 0),
    down: traffic.reduce((sum, { down }) => sum + down, 0),
    cpuMs: (user + system) / 1000,
  };
}

async function leave(): Promise<void> {
  await Promise.all(painters.map((own) => own.leave()));
  painters = [];
}

const answerers = { connect, paint, leave };
export type PainterCalls = typeof answerers;
answerCalls(answerers);
