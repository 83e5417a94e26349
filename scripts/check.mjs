/** `npm run check`: types, lint and format, boundaries, cycles, licences. Runs all, then fails if one did. */
import { listLicences } from './setup/licences.mjs';
import { generateDatabaseClient, run, step } from './setup/steps.mjs';

const failures = [];

async function check(title, command, args) {
  await step(title, async () => {
    const { code, output } = await run('npx', ['--no-install', command, ...args], { quiet: true });
    if (code === 0) return 'ok';
    failures.push(title);
    process.stdout.write(output);
    return 'FAILED';
  });
}

export async function checkAll() {
  await step('database client', generateDatabaseClient);
  await check('types of the workspaces', 'turbo', [
    'run',
    'typecheck',
    '--output-logs=errors-only',
    '--no-update-notifier',
  ]);
  await check('types of the tests', 'tsc', ['--noEmit', '-p', 'tsconfig.json']);
  await check('lint and format', 'biome', ['ci', '--error-on-warnings', '.']);
  await check('boundaries', 'turbo', ['boundaries', '--no-update-notifier']);
  await check('cycles', 'dpdm', [
    '--no-warning',
    '--no-tree',
    '--transform',
    '--exit-code',
    'circular:1',
    'apps/server/src/main.ts',
    'apps/trainer/src/main.ts',
    'apps/cli/src/main.ts',
  ]);
  await step('licences', async () => {
    const { counts, refused } = listLicences();
    if (refused.length === 0) return counts;
    failures.push('licences');
    process.stdout.write(`${refused.join('\n')}\n`);
    return 'FAILED';
  });
  return failures;
}

if (process.argv[1]?.endsWith('check.mjs')) {
  const failed = await checkAll();
  if (failed.length > 0) {
    process.stderr.write(`Failed: ${failed.join(', ')}\n`);
    process.exit(1);
  }
}
