/** `npm test`: set everything up, check, run every test, print one line that counts them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkAll } from './check.mjs';
import { ensureChromium } from './setup/chromium.mjs';
import {
  buildWeb,
  checkNode,
  generateDatabaseClient,
  installPackages,
  installReplicas,
  installTensorEngine,
  run,
  SetupError,
  step,
} from './setup/steps.mjs';

const counted = { passed: 0, failed: 0, skipped: 0 };
const reports = mkdtempSync(join(tmpdir(), 'cotrace-test-'));

async function tests(title, args, env = {}) {
  process.stdout.write(`\n── ${title}\n`);
  const report = join(reports, `${title.replaceAll(' ', '-')}.json`);
  const { code } = await run(
    'npx',
    [
      '--no-install',
      'vitest',
      'run',
      ...args,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    { env },
  );
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    counted.passed += result.numPassedTests;
    counted.failed += result.numFailedTests;
    counted.skipped += result.numPendingTests;
    // A file that does not even load has no tests to count.
    if (code !== 0 && result.numFailedTests === 0) counted.failed += 1;
  } catch (cause) {
    process.stderr.write(`No report of the ${title}: ${cause.message}\n`);
    counted.failed += 1;
  }
}

try {
  checkNode();
  await step('packages', installPackages);
  await step('tensor engine', installTensorEngine);
  await step('replicas', installReplicas);
  await step('database client', generateDatabaseClient);
  await step('web application', buildWeb);
  let chromium = '';
  await step('Chromium', async () => {
    chromium = await ensureChromium();
    return chromium;
  });
  const failedChecks = await checkAll();
  await tests('unit, property and contract tests', []);
  await tests('browser tests', ['--config', 'tests/e2e/vitest.config.ts'], { COTRACE_CHROMIUM: chromium });
  if (failedChecks.length > 0) process.stderr.write(`\nFailed checks: ${failedChecks.join(', ')}\n`);
  counted.failed += failedChecks.length;
  process.stdout.write(`\n${counted.passed} passed, ${counted.failed} failed, ${counted.skipped} skipped\n`);
  process.exitCode = counted.failed > 0 || counted.passed === 0 ? 1 : 0;
} catch (error) {
  process.stderr.write(`${error instanceof SetupError ? error.message : error.stack}\n`);
  process.exitCode = 1;
} finally {
  rmSync(reports, { recursive: true, force: true });
}
