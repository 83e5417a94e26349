/** Painting: one stroke from points to pixels, the largest of areas, and opening a document that many have painted in. */
import {
  createComposition,
  decodeTile,
  encodeRecord,
  encodeTile,
  type Runs,
  rasterizeStroke,
  runsFromTriples,
  splitStroke,
} from '@cotrace/mask';
import { openMaskDoc } from '@cotrace/mask-doc';
import { type SeededRandom, seededRandom } from '@cotrace/tissue';
import * as Y from 'yjs';
import { handPath } from './handPath.ts';
import { type Bench, type Measurement, measurement, repeated, timed } from './measure.ts';

const SIDE = 1024;
const STROKES = 5_000;
const SESSIONS = 5;
const WARM_UP = 500;
const FOLDED_SIDE = 2048;
const FOLDED = 3_000;

export const mask: Bench = {
  about: `a stroke, an area of half a million runs, joining ${STROKES} strokes, folding ${FOLDED}`,
  async run() {
    const random = seededRandom(1);
    const paths = Array.from({ length: STROKES }, () => handPath(random, SIDE));
    return {
      measurements: [
        ...(await oneStroke(paths)),
        ...(await jaggedArea(random)),
        ...(await join(paths)),
        ...(await fold(random)),
      ],
    };
  },
};

const rasterise = (path: { x: number; y: number }[]): Runs =>
  rasterizeStroke(path, { shape: 'round', diameter: 9 }, { width: SIDE, height: SIDE });

async function oneStroke(paths: { x: number; y: number }[][]): Promise<Measurement[]> {
  const composition = createComposition({ width: SIDE, height: SIDE });
  const times = { rasterise: [] as number[], encode: [] as number[], compose: [] as number[] };
  const bytes: number[] = [];
  for (const [index, path] of paths.entries()) {
    const drawn = await timed(() => rasterise(path));
    const [record] = splitStroke({
      strokeId: index,
      lamport: index + 1,
      label: 1 + (index % 2),
      runs: drawn.result,
    });
    const encoded = await timed(() => encodeRecord(record!));
    const composed = await timed(() =>
      composition.add({ id: String(index), sessionId: 'bench', record: record! }),
    );
    bytes.push(encoded.result.length);
    times.rasterise.push(drawn.ms);
    times.encode.push(encoded.ms);
    times.compose.push(composed.ms);
  }
  return [
    measurement('stroke of 60 points: rasterise', 'ms', times.rasterise.slice(WARM_UP)),
    measurement('stroke of 60 points: encode', 'ms', times.encode.slice(WARM_UP)),
    measurement('stroke of 60 points: compose', 'ms', times.compose.slice(WARM_UP)),
    measurement('stroke of 60 points: record', 'bytes', bytes),
  ];
}

/** 1024 rows of 512 runs whose ends are drawn anew in each: the worst that a flood fill of noise gives. */
async function jaggedArea(random: SeededRandom): Promise<Measurement[]> {
  const triples: number[] = [];
  const end = (place: number) => place * 4 + Math.floor(random.between(0, 3));
  for (let y = 0; y < 1024; y++) {
    for (let run = 0; run < 512; run++) triples.push(y, end(2 * run), end(2 * run + 1));
  }
  const records = splitStroke({ strokeId: 1, lamport: 1, label: 1, runs: runsFromTriples(triples) });
  const encode = () => records.map(encodeRecord);
  const size = encode().reduce((sum, { length }) => sum + length, 0);
  return [
    measurement('area of 524,288 runs: encode', 'ms', await repeated(5, 1, encode)),
    measurement('area of 524,288 runs: records', 'bytes', [size]),
  ];
}

async function join(paths: { x: number; y: number }[][]): Promise<Measurement[]> {
  const server = new Y.Doc();
  for (let session = 0; session < SESSIONS; session++) {
    const own = new Y.Doc();
    const painter = openMaskDoc({ doc: own, width: SIDE, height: SIDE, sessionId: `session-${session}` });
    for (let at = session; at < paths.length; at += SESSIONS) {
      painter.paint({ label: 1 + (at % 2), runs: rasterise(paths[at]!) });
    }
    Y.applyUpdate(server, Y.encodeStateAsUpdate(own));
    painter.destroy();
    own.destroy();
  }
  const update = Y.encodeStateAsUpdate(server);
  const times = await repeated(5, 1, () => {
    const doc = new Y.Doc();
    const joined = openMaskDoc({ doc, width: SIDE, height: SIDE });
    Y.applyUpdate(doc, update);
    if (joined.strokeCountOf('session-0') !== STROKES / SESSIONS) throw new Error('Not all strokes arrived.');
    joined.destroy();
    doc.destroy();
  });
  return [
    measurement(`joining ${STROKES} strokes of ${SESSIONS} people`, 'ms', times),
    measurement('the document, a stroke', 'bytes', [update.length / STROKES]),
  ];
}

/** Strokes of radius 5 to 29 by five people, folded into tiles: what is kept for ever, and what a page that joins decodes. */
async function fold(random: SeededRandom): Promise<Measurement[]> {
  const size = { width: FOLDED_SIDE, height: FOLDED_SIDE };
  const sessions = Array.from({ length: SESSIONS }, (_, session) => `session-${session}`);
  const composition = createComposition(size);
  const ids = Array.from({ length: FOLDED }, (_, at) => `${at}`);
  for (const at of ids.keys()) {
    const brush = { shape: 'round', diameter: 2 * random.between(5, 29) } as const;
    const runs = rasterizeStroke(handPath(random, FOLDED_SIDE), brush, size);
    const [record] = splitStroke({ strokeId: at, lamport: at + 1, label: 1 + (at % 3), runs });
    composition.add({ id: ids[at]!, sessionId: sessions[at % SESSIONS]!, record: record! });
  }
  const job = composition.startFold(ids, sessions);
  const steps: number[] = [];
  for (let more = true; more; ) {
    const { ms, result } = await timed(() => job.step());
    steps.push(ms);
    more = result;
  }
  const tiles = [...job.tiles.values()];
  const decoded = tiles.map((bytes) => decodeTile(bytes, sessions));
  const bytes = tiles.reduce((sum, { length }) => sum + length, 0);
  const decode = () => tiles.map((tile) => decodeTile(tile, sessions));
  const encode = () => decoded.map((tile) => encodeTile(tile, (sessionId) => sessions.indexOf(sessionId)));
  const join = () =>
    createComposition(size).setBase({ tiles: job.tiles, sessions, replaceAll: true }).tiles.length;
  return [
    measurement(`${FOLDED} strokes folded: one tile`, 'ms', steps),
    measurement(`${FOLDED} strokes folded: finish`, 'ms', [(await timed(() => job.finish())).ms]),
    measurement(`${FOLDED} strokes folded: ${tiles.length} tiles with stamps`, 'bytes', [bytes]),
    measurement(`${FOLDED} strokes folded: encode all`, 'ms', await repeated(5, 1, encode)),
    measurement(`${FOLDED} strokes folded: decode all`, 'ms', await repeated(5, 1, decode)),
    measurement(`${FOLDED} strokes folded: join`, 'ms', await repeated(5, 1, join)),
  ];
}
