/** A Chromium for the browser tests: Playwright's own where it can be had, else the system's package. */
import { existsSync } from 'node:fs';
import { run, SetupError } from './steps.mjs';

const SYSTEM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
];

/** Path of an executable Chromium, or undefined. */
export async function findChromium() {
  if (process.env.COTRACE_CHROMIUM) return process.env.COTRACE_CHROMIUM;
  const { chromium } = await import('playwright');
  return [chromium.executablePath(), ...SYSTEM].find((path) => path && existsSync(path));
}

export async function ensureChromium() {
  const found = await findChromium();
  if (found) return found;
  // A closed network answers at once; a silent one is given up after some minutes.
  await run('npx', ['--no-install', 'playwright', 'install', 'chromium'], {
    quiet: true,
    timeoutMs: 240_000,
  });
  const downloaded = await findChromium();
  if (downloaded) return downloaded;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-qq'], { quiet: true, env });
    await run(
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'],
      { quiet: true, env },
    );
  }
  const installed = await findChromium();
  if (installed) return installed;
  throw new SetupError(
    'NO_CHROMIUM',
    'The browser tests need Chromium: neither Playwright nor apt-get could install it. Install the package "chromium", or name one in COTRACE_CHROMIUM.',
  );
}
