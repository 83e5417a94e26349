/** A measurement as tables and sentences. */
import type { Table } from '../tables.ts';
import type { AccuracyResult } from './accuracy.ts';
import type { MapResult } from './labelToMap.ts';
import type { Measured } from './measured.ts';
import type { PredictionResult } from './predictions.ts';
import { sentenceOf } from './quiet.ts';
import type { ReplicaResult } from './replicas.ts';
import { type Contestant, NAMES, nameOf, titleOf } from './settings.ts';
import type { Spread } from './statistics.ts';
import type { StepResult } from './steps.ts';
import { targetsOf } from './targets.ts';

export function tablesOf(measured: Measured): Table[] {
  return [
    ...measured.steps.map(stepTable),
    ...measured.predictions.map(predictionTable),
    ...(measured.replicas.length > 0 ? [replicaTable(measured.replicas)] : []),
    ...(measured.map ? [mapTable(measured.map)] : []),
    ...(measured.accuracy.length > 0 ? [accuracyTable(measured.accuracy)] : []),
    ...targetTables(measured),
  ];
}

/** What the figures were measured with and under, in a sentence each. */
export function circumstances(measured: Measured): string[] {
  const versions: Record<string, string> = Object.assign({}, ...measured.steps.map((step) => step.versions));
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const how = [...new Set(measured.steps.flatMap((step) => step.how))];
  return [
    `${measured.engine}; ${measured.defaultPrecision} is what the trainer chooses here.`,
    ...(named.length > 0 ? [`${named.join(', ')}.`] : []),
    ...(how.length > 0 ? [`${how.join('; ')}.`] : []),
    ...Object.entries(measured.disturbances).map(
      ([part, disturbance]) => `While measuring ${part}: ${sentenceOf(disturbance)}`,
    ),
  ];
}

interface Row {
  readonly contestant: Contestant;
  readonly wall: Spread;
  readonly cpu: Spread;
}

/** Each contestant, and how many times as long as Cotrace at the same precision it takes. */
function timeRows(figures: readonly Row[]): string[][] {
  return figures.map(({ contestant, wall, cpu }) => {
    const ours = figures.find(
      (other) => other.contestant.who === 'cotrace' && other.contestant.precision === contestant.precision,
    );
    const ratio = (of: (row: Row) => number, own: number) => (ours ? (own / of(ours)).toFixed(2) : '–');
    return [
      nameOf(contestant),
      figure(wall.median),
      `${figure(wall.quartiles[0])} to ${figure(wall.quartiles[1])}`,
      ratio((row) => row.wall.median, wall.median),
      figure(cpu.median),
      ratio((row) => row.cpu.median, cpu.median),
    ];
  });
}

const TIME_HEAD = ['', 'ms', 'middle half', '÷ Cotrace', 'processor ms', '÷ Cotrace'];

function stepTable({ setting, steps, figures }: StepResult): Table {
  const rows = timeRows(figures);
  return {
    title: `A training step: ${titleOf(setting)}`,
    head: [...TIME_HEAD, 'peak memory, MB'],
    rows: rows.map((row, at) => [...row, megabytes(figures[at]!.peakBytes)]),
    notes: [`Medians of ${steps} steps each, in turns.`],
  };
}

function predictionTable({ side, turns, figures }: PredictionResult): Table {
  return {
    title: `A section of ${side} × ${side}, default network, base 16, ${turns === 1 ? 'one turn' : 'eight turns'}`,
    head: TIME_HEAD,
    rows: timeRows(figures),
    notes: [`Medians of ${figures[0]!.wall.samples} sections each, in turns.`],
  };
}

function replicaTable(results: readonly ReplicaResult[]): Table {
  return {
    title: 'Mirrored replicas, each with its share of the cores',
    head: ['', 'one alone, ms', 'together, ms', 'images a second', 'efficiency'],
    rows: results.map(
      ({ setting, precision, replicas, aloneMs, mirroredMs, imagesPerSecond, efficiency }) => [
        `${titleOf(setting)}, ${precision}, ${replicas} replicas`,
        figure(aloneMs),
        figure(mirroredMs),
        figure(imagesPerSecond),
        efficiency.toFixed(3),
      ],
    ),
    notes: [],
  };
}

function mapTable({ rounds, budgetSeconds }: MapResult): Table {
  return {
    title: `From the last stroke to the map, server and trainer as they run, a budget of ${budgetSeconds} s`,
    head: ['', 'first map, s', 'all maps, s', 'of that without training, s'],
    rows: rounds.map(({ what, firstMapSeconds, allMapsSeconds }) => [
      what,
      figure(firstMapSeconds),
      figure(allMapsSeconds),
      figure(firstMapSeconds - budgetSeconds),
    ]),
    notes: [],
  };
}

function accuracyTable(results: readonly AccuracyResult[]): Table {
  const score = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(4));
  return {
    title: 'Held-out real sections: trained on 0 to 14, scored on 15 to 19',
    head: [
      '',
      'steps',
      'V_Rand',
      'V_Info',
      'pixel accuracy',
      'V_Rand, eight turns',
      'V_Info, eight turns',
      'pixel accuracy, eight turns',
    ],
    rows: results.map(({ who, recipe, minutes, steps, plain, averaged }) => [
      `${NAMES[who]}, ${recipe} recipe, ${minutes === undefined ? 'to its end' : `${minutes} minutes`}`,
      String(steps),
      score(plain.vRand),
      score(plain.vInfo),
      score(plain.pixelAccuracy),
      score(averaged?.vRand),
      score(averaged?.vInfo),
      score(averaged?.pixelAccuracy),
    ]),
    notes: [],
  };
}

function targetTables(measured: Measured): Table[] {
  const targets = targetsOf(measured);
  if (targets.length === 0) return [];
  const missed = targets.filter(({ isMet }) => !isMet).length;
  return [
    {
      title: 'Targets',
      head: ['', 'wanted', 'got', ''],
      rows: targets.map(({ what, wanted, got, isMet }) => [what, wanted, got, isMet ? 'met' : 'not met']),
      notes: [missed === 0 ? 'All met.' : `${missed} of ${targets.length} not met.`],
    },
  ];
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);

/** Three figures that count, whole numbers from a hundred on. */
function figure(value: number): string {
  return Math.abs(value) >= 100 || Number.isInteger(value)
    ? Math.round(value).toString()
    : value.toPrecision(3);
}
