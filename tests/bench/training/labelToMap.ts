/**
 * How long people wait for a map: `npm start` as it is, one stroke that trips the threshold, and the clock from the moment
 * it is durable to the moment a page that was told of the first map holds it. A page is what one is on the wire: a cookie,
 * a room's socket, the live socket, and a fetch.
 */
import { encodeRecord, rasterizeStroke } from '@cotrace/mask';
import { decodeAck } from '@cotrace/mask-doc';
import {
  type Client,
  createClient,
  type Fetch,
  type Project,
  ROOM_MESSAGE,
  ROOM_PATH,
  roomName,
  type Section,
  type ServerToClientEvents,
} from '@cotrace/protocol';
import * as encoding from 'lib0/encoding';
import { io, type Socket } from 'socket.io-client';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { freePort, startProduct, temporaryHome } from '../../e2e/product.ts';

/** Runs of training and maps; the second starts from the first one's model. */
const ROUNDS = ['first model', 'next model'] as const;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const PATIENCE_MS = 20 * 60_000;

export interface MapResult {
  readonly budgetSeconds: number;
  readonly sections: number;
  readonly rounds: readonly { what: string; firstMapSeconds: number; allMapsSeconds: number }[];
}

/** The demo project that every new home has, with the network of the default recipe. */
export async function measureLabelToMap(budgetSeconds: number): Promise<MapResult> {
  using home = temporaryHome();
  const product = await startProduct({ home: home.path, port: await freePort() });
  // It runs in a group of its own and would go on for ever.
  const interrupted = () => void product.stop().finally(() => process.exit(130));
  for (const signal of SIGNALS) process.on(signal, interrupted);
  try {
    const person = await signIn(product.origin, product.signInUrl);
    const [project] = (await person.client.call('listProjects', {})) as [Project];
    const [task] = project.tasks;
    const sections = await person.client.call('listSections', { params: { projectId: project.id } });
    const live = await follow(product.origin, person.cookie, project.id);
    try {
      const { recipe } = task!.policy;
      const policy = { ...task!.policy, retrainAfterPixels: 0, recipe: { ...recipe, budgetSeconds } };
      await person.client.call('updateTask', { params: { taskId: task!.id }, body: { policy } });
      const rounds = [];
      for (const [round, what] of ROUNDS.entries()) {
        const seen = watchMaps(live, person.client, task!.id, sections.length);
        // A run that fails while it is being asked for is told below; here it would end the process, and leave the product running.
        seen.catch(() => {});
        await paint(product.origin, person.cookie, paintable(sections, task!.id), round);
        const committed = performance.now();
        await person.client.call('requestJob', { params: { taskId: task!.id } });
        const { first, all } = await seen;
        const seconds = (moment: number) => (moment - committed) / 1000;
        rounds.push({ what, firstMapSeconds: seconds(first), allMapsSeconds: seconds(all) });
      }
      return { budgetSeconds, sections: sections.length, rounds };
    } finally {
      live.close();
    }
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupted);
    await product.stop();
  }
}

async function signIn(origin: string, signInUrl: string): Promise<{ cookie: string; client: Client }> {
  const token = new URL(signInUrl).searchParams.get('token')!;
  const answer = await fetch(`${origin}/api/sign-in/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ token }),
  });
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0]!)
    .join('; ');
  const withCookie: Fetch = (url, init) =>
    fetch(url, { ...init, headers: { ...init.headers, cookie, origin }, body: init.body as BodyInit });
  return { cookie, client: createClient({ baseUrl: origin, fetch: withCookie }) };
}

type Live = Socket<ServerToClientEvents>;

async function follow(origin: string, cookie: string, projectId: string): Promise<Live> {
  const socket: Live = io(origin, { transports: ['websocket'], extraHeaders: { cookie, origin } });
  await new Promise<void>((done, failed) => {
    socket.once('connect_error', failed);
    socket.once('connect', () => {
      (socket as Socket).emit('join', projectId, (error: { message: string } | null) =>
        error ? failed(new Error(error.message)) : done(),
      );
    });
  });
  return socket;
}

/** When the first map has been fetched, and when one of each section has. */
function watchMaps(
  live: Live,
  client: Client,
  taskId: string,
  sections: number,
): Promise<{ first: number; all: number }> {
  return new Promise((done, failed) => {
    const fetched: number[] = [];
    let told = 0;
    let isOver = false;
    const end = (how: () => void) => {
      clearTimeout(timer);
      live.off('maps', onMaps);
      live.off('job', onJob);
      how();
    };
    const fail = (error: Error) => end(() => failed(error));
    const timer = setTimeout(() => fail(new Error('No maps after 20 minutes.')), PATIENCE_MS);
    const look = () => {
      if (fetched.length < told || !(isOver || told === sections)) return;
      // A model that is not better than the live one publishes no map.
      if (told === 0) fail(new Error('The run ended without a map: its model was not better.'));
      else end(() => done({ first: fetched[0]!, all: fetched.at(-1)! }));
    };
    const onMaps: ServerToClientEvents['maps'] = ({ taskId: ofTask, modelId, sectionId }) => {
      if (ofTask !== taskId || sectionId === null) return;
      told += 1;
      client.call('mapProbability', { params: { modelId, sectionId } }).then(() => {
        fetched.push(performance.now());
        look();
      }, fail);
    };
    const onJob: ServerToClientEvents['job'] = ({ state, error }) => {
      if (state === 'failed') fail(new Error(`The training run failed: ${error}`));
      isOver ||= state === 'done';
      look();
    };
    live.on('maps', onMaps);
    live.on('job', onJob);
  });
}

function paintable(sections: readonly Section[], taskId: string): { id: string; epoch: number } {
  const section = sections.find(({ heldOut }) => !heldOut)!;
  return section.masks.find((mask) => mask.taskId === taskId)!;
}

/** One stroke; resolves when the server has it durably: it says so to every room. */
async function paint(
  origin: string,
  cookie: string,
  mask: { id: string; epoch: number },
  round: number,
): Promise<void> {
  const doc = new Y.Doc();
  const sessionId = `bench-session-${round}`;
  const url = `${origin.replace('http', 'ws')}${ROOM_PATH}/${roomName(mask.id, mask.epoch)}?session=${sessionId}&client=${doc.clientID}&fold=0`;
  const socket = new WebSocket(url, { headers: { cookie, origin } });
  const line = [
    { x: 40, y: 60 + 40 * round },
    { x: 200, y: 70 + 40 * round },
  ];
  const runs = rasterizeStroke(line, { shape: 'round', diameter: 9 });
  const record = encodeRecord({ version: 1, part: 0, strokeId: 1, lamport: 1, label: 1, runs });
  doc.getArray<Uint8Array>(`ops:${sessionId}`).push([record]);
  try {
    await new Promise<void>((done, failed) => {
      socket.once('error', failed);
      socket.once('close', (code) =>
        failed(new Error(`The room closed with ${code} before the stroke was durable.`)),
      );
      socket.on('message', (bytes: Buffer) => {
        // The room asks what the page holds (sync, step 1); the answer (step 2) brings the stroke.
        if (bytes[0] === ROOM_MESSAGE.sync && bytes[1] === 0) {
          const frame = encoding.createEncoder();
          encoding.writeVarUint(frame, ROOM_MESSAGE.sync);
          encoding.writeVarUint(frame, 1);
          encoding.writeVarUint8Array(frame, Y.encodeStateAsUpdate(doc));
          socket.send(encoding.toUint8Array(frame));
        }
        if (
          bytes[0] === ROOM_MESSAGE.durable &&
          decodeAck(bytes.subarray(1)).clocks.some(([id]) => id === doc.clientID)
        )
          done();
        if (bytes[0] === ROOM_MESSAGE.refused) failed(new Error(bytes.subarray(1).toString()));
      });
    });
  } finally {
    socket.removeAllListeners('close');
    socket.close();
  }
}
