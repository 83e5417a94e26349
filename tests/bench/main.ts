/** The command line of the benches: which to run, on what machine, as a table or as JSON. */
import { cpus, loadavg, release, totalmem } from 'node:os';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { collaboration } from './collaboration.ts';
import { mask } from './mask.ts';
import { type Bench, BenchError, type GivenOptions, type Measurement } from './measure.ts';
import { scoring } from './scoring.ts';
import { training } from './training/training.ts';

const BENCHES: Readonly<Record<string, Bench>> = {
  mask,
  training,
  scoring,
  collaboration,
};

type Options = NonNullable<ParseArgsConfig['options']>;

/** Options of every bench. */
const GENERAL = new Set(['json', 'help']);

interface Report {
  machine: { processor: string; cores: number; memoryGigabytes: number; system: string; load: number };
  versions: { node: string; engine: string | null };
  benches: Record<string, Measurement[] | object>;
}

const HELP = `npm run bench -- [name] [--json]

Times what people wait for, on this machine; the quick ones unless one is named.

${Object.entries(BENCHES)
  .map(([name, { about, options = {} }]) =>
    [
      `  ${name.padEnd(15)}${about}`,
      ...Object.entries(options).map(([option, told]) => `    ${`--${option}`.padEnd(13)}${told.about}`),
    ].join('\n'),
  )
  .join('\n')}

  --json      one JSON object instead of tables (npm run --silent bench -- --json)
  --help      this

Other work on the machine shows in the figures: "load" is what ran in the minute before.
`;

/** 0, or 2 where the command line is not understood. */
async function main(args: string[]): Promise<number> {
  let given: ReturnType<typeof parse>;
  try {
    given = parse(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
  if (given.values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const unknown = given.positionals.find((name) => !Object.hasOwn(BENCHES, name));
  if (unknown !== undefined) {
    process.stderr.write(`${Object.keys(BENCHES).join(', ')} were expected, got "${unknown}".\n`);
    return 2;
  }
  const quick = Object.keys(BENCHES).filter((name) => !BENCHES[name]!.onlyWhenNamed);
  const names = given.positionals.length > 0 ? given.positionals : quick;
  const foreign = Object.keys(given.values).find(
    (option) =>
      !GENERAL.has(option) && !names.some((name) => Object.hasOwn(BENCHES[name]!.options ?? {}, option)),
  );
  if (foreign !== undefined) {
    process.stderr.write(`--${foreign} is no option of ${names.join(', ')}.\n`);
    return 2;
  }
  const json = given.values.json === true;
  const report = startReport();
  if (!json) process.stdout.write(`${headOf(report)}\n`);
  for (const name of names) {
    const result = await BENCHES[name]!.run(given.values);
    if ('text' in result) {
      report.benches[name] = result.json;
      if (!json) process.stdout.write(result.text);
      continue;
    }
    const { engine, measurements } = result;
    report.versions.engine ??= engine ?? null;
    report.benches[name] = measurements;
    if (!json) process.stdout.write(`\n${name}${engine ? ` (${engine})` : ''}\n${tableOf(measurements)}`);
  }
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  return 0;
}

function parse(args: string[]): { values: GivenOptions; positionals: string[] } {
  const own: Options = Object.assign({}, ...Object.values(BENCHES).map(({ options }) => options));
  const general: Options = {
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  };
  return parseArgs({ args, allowPositionals: true, options: { ...own, ...general } });
}

function startReport(): Report {
  const processors = cpus();
  return {
    machine: {
      processor: processors[0]?.model.trim() || 'an unnamed processor',
      cores: processors.length,
      memoryGigabytes: Math.round(totalmem() / 1e9),
      system: `${process.platform} ${release()}`,
      load: loadavg()[0]!,
    },
    versions: { node: process.version, engine: null },
    benches: {},
  };
}

function headOf({ machine, versions }: Report): string {
  const { processor, cores, memoryGigabytes, system, load } = machine;
  return `${processor}, ${cores} cores, ${memoryGigabytes} GB, ${system}, Node ${versions.node}, load ${load.toFixed(1)}`;
}

function tableOf(measurements: readonly Measurement[]): string {
  const rows = [
    ['', 'median', 'least', 'most', 'samples'],
    ...measurements.map(({ what, unit, median, least, most, samples }) => [
      what,
      `${figure(median)} ${unit}`,
      figure(least),
      figure(most),
      String(samples),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: string[]) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  ');
  return rows.map((row) => `  ${line(row)}\n`).join('');
}

/** Three figures that count, whole numbers from a hundred on. */
function figure(value: number): string {
  return value >= 100 || Number.isInteger(value) ? Math.round(value).toString() : value.toPrecision(3);
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof BenchError)) throw error;
  process.stderr.write(`${error.message}\n`);
  return 2;
});
