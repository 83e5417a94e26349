/** What Cotrace's server has to reach, held against one measurement. */

import { median } from '../measure.ts';
import type { Joined } from './client/joiner.ts';
import type { LoadFigures } from './load.ts';
import type { LoadResult, Measured } from './measure.ts';

export interface Target {
  readonly what: string;
  readonly wanted: string;
  readonly got: string;
  readonly isMet: boolean;
}

/** A server that leaves more than this undelivered does not carry the load. */
const CARRIED_SHARE = 0.98;
/** Painters in one mask for whom latency is promised. */
const PROMISED_LOAD = '20';

export const isCarried = ({ carried, intended, missing, cutOff }: LoadFigures): boolean =>
  carried >= CARRIED_SHARE * intended && missing === 0 && cutOff === 0;

/** Only what was measured. */
export function targetsOf(measured: Measured): Target[] {
  return [
    ...measured.loads.flatMap(processorTargets),
    ...measured.loads.filter(({ load }) => load.name === PROMISED_LOAD).flatMap(latencyTargets),
    ...measured.loads.slice(0, 1).flatMap(wireTargets),
    ...measured.joins.slice(-1).flatMap(joinTargets),
    ...soakTargets(measured.soaks),
  ];
}

function processorTargets({ load, medians: { cotrace, hocuspocus } }: LoadResult): Target[] {
  if (cotrace === undefined || hocuspocus === undefined) return [];
  const ratio = hocuspocus.serverCpuMs / cotrace.serverCpuMs;
  return [
    {
      what: `strokes for each second of the server's processor time, ${load.name} painters, against Hocuspocus's`,
      wanted: 'at least 2 x',
      got: `${ratio.toFixed(2)} x${isCarried(cotrace) ? '' : ', load not carried'}`,
      isMet: ratio >= 2 && isCarried(cotrace),
    },
  ];
}

function latencyTargets({ load, medians: { cotrace, hocuspocus } }: LoadResult): Target[] {
  if (cotrace === undefined) return [];
  const p99 = cotrace.toPeer?.p99 ?? Number.POSITIVE_INFINITY;
  const theirs = hocuspocus?.toPeer?.p99;
  const durable = cotrace.durable ?? { p95: Number.POSITIVE_INFINITY, p99: Number.POSITIVE_INFINITY };
  const isAllDurable = cotrace.notDurable === 0;
  const at = `${load.name} painters`;
  return [
    {
      what: `stroke to peer, p99, ${at}`,
      wanted: 'at most 50 ms',
      got: ms(p99),
      isMet: p99 <= 50 && isCarried(cotrace),
    },
    ...(theirs === undefined
      ? []
      : [
          {
            what: `stroke to peer, p99, ${at}, against Hocuspocus's`,
            wanted: `at most ${ms(theirs)}`,
            got: ms(p99),
            isMet: p99 <= theirs && isCarried(cotrace),
          },
        ]),
    {
      what: `stroke to durable, p95, ${at}`,
      wanted: 'at most 150 ms',
      got: ms(durable.p95),
      isMet: durable.p95 <= 150 && isAllDurable,
    },
    {
      what: `stroke to durable, p99, ${at}`,
      wanted: 'at most 300 ms',
      got: ms(durable.p99),
      isMet: durable.p99 <= 300 && isAllDurable,
    },
  ];
}

function wireTargets({ medians: { cotrace } }: LoadResult): Target[] {
  if (cotrace === undefined) return [];
  return [
    {
      what: 'bytes on the wire of a stroke of 60 points at radius 5 to 29, median',
      wanted: 'at most 300',
      got: cotrace.bytesUp.toFixed(0),
      isMet: cotrace.bytesUp <= 300,
    },
  ];
}

function joinTargets({ strokes, cotrace, hocuspocus }: Measured['joins'][number]): Target[] {
  if (cotrace === undefined || hocuspocus === undefined) return [];
  const target = (what: string, of: (joined: Joined) => number, when: 'first' | 'next') => {
    const ratio = median(cotrace[when].map(of)) / median(hocuspocus[when].map(of));
    return {
      what: `joining a mask of ${strokes.toLocaleString('en')} strokes, ${what}, against Hocuspocus's`,
      wanted: 'at most 0.2 x',
      got: `${ratio.toFixed(2)} x`,
      isMet: ratio <= 0.2,
    };
  };
  return [
    target('bytes', ({ bytes }) => bytes, 'next'),
    target('time to the document, loading it', ({ documentMs }) => documentMs, 'first'),
    target('time to the document, mask open', ({ documentMs }) => documentMs, 'next'),
    target('time to the picture, loading it', ({ pictureMs }) => pictureMs, 'first'),
    target('time to the picture, mask open', ({ pictureMs }) => pictureMs, 'next'),
  ];
}

function soakTargets({ cotrace }: Measured['soaks']): Target[] {
  if (cotrace === undefined) return [];
  const { bytesPerHour, noise } = cotrace.slope;
  return [
    {
      what: `the server's memory over ${cotrace.minutes} minutes of painting`,
      wanted: 'flat within its noise',
      got: `${(bytesPerHour / 1e6).toFixed(1)} ± ${(noise / 1e6).toFixed(1)} MB an hour`,
      isMet: bytesPerHour <= noise && isCarried(cotrace.painting),
    },
  ];
}

const ms = (value: number): string => (Number.isFinite(value) ? `${value.toPrecision(3)} ms` : 'never');
