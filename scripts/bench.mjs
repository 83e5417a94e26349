/** `npm run bench`: times what people wait for, on this machine. No check and no test depends on it. */
import { run } from './setup/steps.mjs';

const { code } = await run(process.execPath, [
  '--import',
  'tsx',
  'tests/bench/main.ts',
  ...process.argv.slice(2),
]);
process.exitCode = code;
