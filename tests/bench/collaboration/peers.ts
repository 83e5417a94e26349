/**
 * The server that Cotrace's is measured against, and a Node that both run on, in a cache of their own outside the project:
 * nobody who does not bench them has to have them. Versions are exact, so that a figure can be repeated.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { BenchError } from '../measure.ts';

const VERSIONS = {
  '@hocuspocus/server': '4.7.0',
  '@hocuspocus/common': '4.7.0',
  '@hocuspocus/extension-database': '4.7.0',
  crossws: '0.4.17',
  yjs: '13.6.33',
  'y-protocols': '1.0.7',
  lib0: '0.2.120',
} as const;

/** Hocuspocus 4 wants Node 22 or newer; so that nothing but the servers differs, all processes run on this one. */
const NODE_VERSION = '24.21.0';
/** Node's program as a package, one for each system. */
const NODE_PACKAGE = `${process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'}-${process.platform}-${process.arch}`;
const PACKAGES = { ...VERSIONS, [NODE_PACKAGE]: NODE_VERSION };

/** A silent network is given up after some minutes. */
const TIMEOUT_MS = 300_000;

export interface Peers {
  /** Folder of the installed packages. */
  readonly folder: string;
  /** Path of the Node that runs all of a bench's processes. */
  readonly node: string;
  readonly versions: Readonly<Record<string, string>>;
}

export class PeersMissing extends BenchError {
  constructor(reason: string) {
    super(
      `Hocuspocus could not be installed (${reason}). Check the network or the proxy settings of npm and repeat, or measure Cotrace alone with --alone.`,
    );
  }
}

const cacheFolder = () => join(homedir(), '.cache', 'cotrace', 'peers');

/** Installs them where they are missing. @throws PeersMissing */
export async function ensurePeers(): Promise<Peers> {
  const key = createHash('sha256').update(JSON.stringify(PACKAGES)).digest('hex').slice(0, 12);
  const folder = join(cacheFolder(), `hocuspocus-${VERSIONS['@hocuspocus/server']}-${key}`);
  if (!existsSync(folder)) await install(folder);
  return {
    folder,
    node: join(folder, 'node_modules', NODE_PACKAGE, 'bin', 'node'),
    versions: { ...VERSIONS, node: NODE_VERSION },
  };
}

async function install(folder: string): Promise<void> {
  const cache = dirname(folder);
  try {
    mkdirSync(cache, { recursive: true });
    accessSync(cache, constants.W_OK);
  } catch (cause) {
    throw new PeersMissing(`${cache} cannot be written to: ${(cause as NodeJS.ErrnoException).code}`);
  }
  // Installed beside and renamed: what was cut off leaves nothing that looks finished.
  const made = mkdtempSync(join(cache, 'installing-'));
  try {
    const manifest = { private: true, dependencies: PACKAGES };
    writeFileSync(join(made, 'package.json'), JSON.stringify(manifest));
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    // npm's own patience with a network that is not there is minutes long.
    const patience = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000'];
    const args = ['install', ...quiet, ...patience];
    await promisify(execFile)('npm', args, { cwd: made, timeout: TIMEOUT_MS }).catch((error: Error) => {
      throw new PeersMissing(`npm said: ${reasonIn(error.message)}`);
    });
    renameSync(made, folder);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

/** The sentences of npm's error without the addresses that it tried. */
const reasonIn = (text: string): string =>
  text
    .split('\n')
    .filter((line) => line.startsWith('npm error') && !line.includes('://'))
    .slice(0, 2)
    .join(' ') || 'nothing';
