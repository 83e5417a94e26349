/** Painting together: the same load on Cotrace's server and on Hocuspocus, in one run on one machine. */
import { mkdirSync } from 'node:fs';
import { LOADS } from './collaboration/load.ts';
import { measure, PARTS, type Part, USUAL_PARTS } from './collaboration/measure.ts';
import { ensurePeers } from './collaboration/peers.ts';
import { circumstances, tablesOf } from './collaboration/report.ts';
import { targetsOf } from './collaboration/targets.ts';
import type { Bench } from './measure.ts';
import { count, named } from './options.ts';
import { toMarkdown, toText } from './tables.ts';

const ROUNDS = 3;
const SECONDS = 8;
const MINUTES = 60;

export const collaboration: Bench = {
  about: 'painting together, and the same load on Hocuspocus (some ten minutes, only when named)',
  onlyWhenNamed: true,
  options: {
    load: {
      type: 'string',
      multiple: true,
      about: `only these: ${LOADS.map(({ name }) => name).join(', ')}`,
    },
    part: { type: 'string', multiple: true, about: `only these: ${PARTS.join(', ')} (soak: only then)` },
    seconds: { type: 'string', about: `how long each load is measured in each round (${SECONDS})` },
    minutes: { type: 'string', about: `how long a soak goes on (${MINUTES})` },
    rounds: { type: 'string', about: `how often (${ROUNDS})` },
    alone: { type: 'boolean', about: 'Cotrace without Hocuspocus: nothing is installed' },
    markdown: { type: 'boolean', about: 'tables as in docs/benchmarks' },
    profiles: {
      type: 'string',
      about: 'folder for profiles of the servers (they cost some time themselves)',
    },
  },
  async run(given) {
    const loads = named(given, 'load', LOADS, ({ name }) => name);
    const parts = new Set<Part>(
      given.part === undefined ? USUAL_PARTS : named(given, 'part', PARTS, (name) => name),
    );
    const profiles = given.profiles as string | undefined;
    if (profiles !== undefined) mkdirSync(profiles, { recursive: true });
    const progress = (doing: string) => process.stderr.write(`${doing} …\n`);
    if (given.alone !== true) progress('looking for Hocuspocus');
    const measured = await measure({
      peers: given.alone === true ? undefined : await ensurePeers(),
      loads,
      parts,
      profiles,
      rounds: count(given, 'rounds', ROUNDS),
      minutes: count(given, 'minutes', MINUTES),
      seconds: count(given, 'seconds', SECONDS),
      progress,
    });
    const render = given.markdown === true ? toMarkdown : toText;
    const sentences = circumstances(measured).map((sentence) => `${sentence}\n`);
    return {
      json: { ...measured, targets: targetsOf(measured) },
      text: `\n${sentences.join('')}${tablesOf(measured).map(render).join('')}`,
    };
  },
};
