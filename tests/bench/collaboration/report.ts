/** A measurement as tables. What a load was not carried with is said, never left out. */

import { median } from '../measure.ts';
import type { Table } from '../tables.ts';
import type { Joined } from './client/joiner.ts';
import type { Percentiles } from './latencies.ts';
import { type Load, type LoadFigures, paintersOf } from './load.ts';
import type { LoadResult, Measured } from './measure.ts';
import { isCarried, targetsOf } from './targets.ts';

/** Painters that send later than this, at the 99th percentile, measure themselves. */
const LATE_MS = 10;
const SERVERS = ['cotrace', 'hocuspocus'] as const;
const NAMES = { cotrace: 'Cotrace', hocuspocus: 'Hocuspocus' } as const;

export function tablesOf(measured: Measured): Table[] {
  return [
    ...measured.loads.map(loadTable),
    ...(measured.loads.length > 0 ? [harnessTable(measured)] : []),
    ...(measured.memory.cotrace ? [memoryTable(measured)] : []),
    ...measured.joins.map(joinTable),
    ...(measured.soaks.cotrace ? [soakTable(measured)] : []),
    ...(targetsOf(measured).length > 0 ? [targetTable(measured)] : []),
  ];
}

/** What the figures were measured with, in a sentence each. */
export function circumstances(measured: Measured): string[] {
  const { syncMs, nodeVersion, versions, seconds, roundCount, loads } = measured;
  const named = ['@hocuspocus/server', '@hocuspocus/extension-database', 'crossws', 'yjs'];
  const peers = named.flatMap((name) => (versions[name] ? [`${name} ${versions[name]}`] : []));
  return [
    `All processes on Node ${nodeVersion}${peers.length > 0 ? `; ${peers.join(', ')}` : ''}.`,
    `PostgreSQL as the server brings it, on a disk that takes ${syncMs.toFixed(2)} ms for a write and its fdatasync (median).`,
    ...(loads.length > 0
      ? [`Rounds of ${seconds} s, ${roundCount} of each load on each server, in turns; medians of them.`]
      : []),
  ];
}

export function titleOf({ documents, together, perSecond }: Load): string {
  const where = documents === 1 ? 'in one mask' : `in each of ${documents} masks`;
  return `${together} painters ${where}, ${perSecond} strokes a second each`;
}

function loadTable({ load, medians, floor }: LoadResult): Table {
  const columns: [string, LoadFigures][] = SERVERS.flatMap((kind) => {
    const figures = medians[kind];
    return figures === undefined ? [] : [[NAMES[kind], figures] as [string, LoadFigures]];
  });
  columns.push(['bare relay', floor]);
  const row = (what: string, of: (figures: LoadFigures) => string) => [
    what,
    ...columns.map(([, figures]) => of(figures)),
  ];
  return {
    title: titleOf(load),
    head: ['', ...columns.map(([name]) => name)],
    rows: [
      row(`strokes a second at all peers, of ${paintersOf(load) * load.perSecond}`, ({ carried }) =>
        figure(carried),
      ),
      row('stroke to peer, p50 / p95 / p99, ms', (figures) => latency(figures, figures.toPeer)),
      row('stroke to durable, p50 / p95 / p99, ms', (figures) => latency(figures, figures.durable)),
      row('bytes of a stroke: up', ({ bytesUp }) => figure(bytesUp)),
      row('bytes of a stroke: down, to each peer', ({ bytesDownPerPeer }) => figure(bytesDownPerPeer)),
      row('processor time of the server, ms a stroke', ({ serverCpuMs }) => figure(serverCpuMs)),
      row('… with PostgreSQL, ms a stroke', ({ serverCpuMs, databaseCpuMs }) =>
        databaseCpuMs === undefined ? 'not known' : figure(serverCpuMs + databaseCpuMs),
      ),
      row('processor cores that the server had', ({ serverCores }) => serverCores.toFixed(2)),
    ],
    notes: columns.flatMap(([name, figures]) => troubles(name, figures)),
  };
}

function latency(figures: LoadFigures, percentiles: Percentiles | undefined): string {
  if (percentiles === undefined) return '–';
  const { p50, p95, p99 } = percentiles;
  return `${figure(p50)} / ${figure(p95)} / ${figure(p99)}${isCarried(figures) ? '' : ' and growing'}`;
}

function troubles(name: string, figures: LoadFigures): string[] {
  const { carried, intended, missing, cutOff, notDurable, refused } = figures;
  const sentences: string[] = [];
  if (!isCarried(figures)) {
    sentences.push(
      `${name} does not carry this: ${figure(carried)} of ${intended} strokes a second; latency grows for as long as people paint.`,
    );
  }
  if (missing > 0)
    sentences.push(`${name}: ${missing} deliveries were missing seconds after the last stroke.`);
  if (cutOff > 0) sentences.push(`${name}: ${cutOff} painters were sent away.`);
  if (notDurable > 0) sentences.push(`${name}: ${notDurable} strokes were not durable in time.`);
  if (refused.length > 0) sentences.push(`${name}: ${refused.length} refusals, the first: ${refused[0]}`);
  return sentences;
}

function harnessTable({ loads }: Measured): Table {
  const all = loads.flatMap(({ load, medians, floor }) =>
    [...SERVERS.map((kind) => [NAMES[kind], medians[kind]] as const), ['bare relay', floor] as const].flatMap(
      ([name, figures]) => (figures === undefined ? [] : [{ name, load, figures }]),
    ),
  );
  const late = all.filter(({ figures }) => figures.harness.sendLatenessP99 > LATE_MS);
  return {
    title: 'The painters themselves',
    head: ['', 'sent late, p99, ms', 'event loop late, p99, ms', 'cores of the busiest process'],
    rows: all.map(({ name, load, figures: { harness } }) => [
      `${titleOf(load)}: ${name}`,
      figure(harness.sendLatenessP99),
      figure(harness.loopDelayP99),
      harness.cores.toFixed(2),
    ]),
    notes:
      late.length === 0
        ? [`No painter sent later than ${LATE_MS} ms (p99): what is measured are the servers.`]
        : [
            `Painters were late in ${late.length} of ${all.length} rows: the machine was too busy, and the latencies there hold some of that.`,
          ],
  };
}

function memoryTable({ memory }: Measured): Table {
  const columns = SERVERS.flatMap((kind) => (memory[kind] ? [{ name: NAMES[kind], ...memory[kind] }] : []));
  return {
    title: 'Memory after 10,000 strokes of 20 painters in one mask, all still there',
    head: ['', ...columns.map(({ name }) => name)],
    rows: [
      ['resident, fresh process, MB', ...columns.map(({ freshBytes }) => megabytes(freshBytes))],
      ['resident, after the strokes, MB', ...columns.map(({ bytes }) => megabytes(bytes))],
      ['growth, MB', ...columns.map(({ bytes, freshBytes }) => megabytes(bytes - freshBytes))],
      [
        'processor time of the server meanwhile, ms a stroke',
        ...columns.map(({ painting }) => figure(painting.serverCpuMs)),
      ],
    ],
    notes: columns.flatMap(({ name, painting }) => troubles(name, painting)),
  };
}

function joinTable(joins: Measured['joins'][number]): Table {
  const columns = SERVERS.flatMap((kind) => (joins[kind] ? [{ name: NAMES[kind], ...joins[kind] }] : []));
  const row = (what: string, when: 'first' | 'next', of: (joined: Joined) => number) => [
    what,
    ...columns.map((column) => figure(median(column[when].map(of)))),
  ];
  return {
    title: `Joining a mask of ${joins.strokes.toLocaleString('en')} strokes`,
    head: ['', ...columns.map(({ name }) => name)],
    rows: [
      row('bytes that come', 'next', ({ bytes }) => bytes),
      row('mask not loaded: ms until all has come', 'first', ({ receivedMs }) => receivedMs),
      row('… until the document is held', 'first', ({ documentMs }) => documentMs),
      row('… until every pixel is known', 'first', ({ pictureMs }) => pictureMs),
      row('mask open already: ms until all has come', 'next', ({ receivedMs }) => receivedMs),
      row('… until the document is held', 'next', ({ documentMs }) => documentMs),
      row('… until every pixel is known', 'next', ({ pictureMs }) => pictureMs),
      [
        'memory of a fresh server with the mask open, MB more',
        ...columns.map(({ memoryBytes }) => megabytes(memoryBytes)),
      ],
    ],
    notes: ['Both servers gave the same picture each time.'],
  };
}

function soakTable({ soaks }: Measured): Table {
  const columns = SERVERS.flatMap((kind) => (soaks[kind] ? [{ name: NAMES[kind], ...soaks[kind] }] : []));
  const third = (samples: readonly (readonly [number, number])[], from: number, to: number) =>
    megabytes(
      median(
        samples
          .slice(Math.floor(samples.length * from), Math.ceil(samples.length * to))
          .map(([, bytes]) => bytes),
      ),
    );
  return {
    title: `Memory while 20 people paint in one mask for ${columns[0]!.minutes} minutes, a stroke a second each`,
    head: ['', ...columns.map(({ name }) => name)],
    rows: [
      ['resident, first third, MB', ...columns.map(({ samples }) => third(samples, 0, 1 / 3))],
      ['resident, last third, MB', ...columns.map(({ samples }) => third(samples, 2 / 3, 1))],
      [
        'slope, MB an hour, ± two standard errors',
        ...columns.map(({ slope }) => `${megabytes(slope.bytesPerHour)} ± ${megabytes(slope.noise)}`),
      ],
    ],
    notes: columns.flatMap(({ name, painting }) => troubles(name, painting)),
  };
}

function targetTable(measured: Measured): Table {
  const targets = targetsOf(measured);
  const missed = targets.filter(({ isMet }) => !isMet).length;
  return {
    title: 'Targets',
    head: ['', 'wanted', 'got', ''],
    rows: targets.map(({ what, wanted, got, isMet }) => [what, wanted, got, isMet ? 'met' : 'not met']),
    notes: [missed === 0 ? 'All met.' : `${missed} of ${targets.length} not met.`],
  };
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);

/** Three figures that count, whole numbers from a hundred on. */
function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value >= 100 || Number.isInteger(value) ? Math.round(value).toString() : value.toPrecision(3);
}
