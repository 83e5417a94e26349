/** Sets up the Python environment of the peers where it is missing: once, in a cache outside the project. */
import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { PEER_PACKAGES, peerFolder, peerPython, TORCH_PACKAGES } from '../../support/peerPython.ts';
import { BenchError } from '../measure.ts';

/** TensorFlow's wheel is for these; NumPy's of this version begins with the first. */
const PYTHONS = { least: [3, 11], most: [3, 13] } as const;
/** Tried in this order. */
const COMMANDS = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python'];
/** PyTorch is half a gigabyte; a silent network is given up after this. */
const TIMEOUT_MS = 30 * 60_000;

export class PythonPeersMissing extends BenchError {
  constructor(reason: string) {
    super(
      `Keras and PyTorch could not be set up: ${reason}. Mend that and repeat, or measure Cotrace alone, without --peers.`,
    );
  }
}

/** Path of its Python. @throws PythonPeersMissing */
export async function ensurePythonPeers(progress: (doing: string) => void): Promise<string> {
  const there = peerPython();
  if (there !== undefined) return there;
  const python = await findPython();
  const folder = peerFolder();
  const cache = dirname(folder);
  try {
    mkdirSync(cache, { recursive: true });
    accessSync(cache, constants.W_OK);
  } catch (cause) {
    throw new PythonPeersMissing(`${cache} cannot be written to (${(cause as NodeJS.ErrnoException).code})`);
  }
  // Set up beside and renamed: what was cut off leaves nothing that looks finished. Only `bin/python` is used, which may move.
  const made = mkdtempSync(join(cache, 'installing-'));
  try {
    await call('venv', python, ['-m', 'venv', made]);
    const own = join(made, 'bin', 'python');
    progress('installing Keras and TensorFlow');
    await install(own, PEER_PACKAGES);
    progress('installing PyTorch');
    await install(own, TORCH_PACKAGES, '--no-deps');
    if (process.platform === 'linux') {
      await call('stand_ins.py', own, [join(import.meta.dirname, 'peers', 'stand_ins.py')]);
    }
    await call('PyTorch', own, ['-c', 'import torch; torch.rand(2, 2) @ torch.rand(2, 2)']);
    await call('Keras', own, ['-c', 'import keras, tensorflow']);
    renameSync(made, folder);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  return peerPython()!;
}

function install(python: string, packages: Readonly<Record<string, string>>, ...flags: string[]) {
  const pinned = Object.entries(packages).map(([name, version]) => `${name}==${version}`);
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input', '--only-binary=:all:'];
  return call('pip', python, ['-m', 'pip', 'install', ...quiet, ...flags, ...pinned]);
}

/** The first Python of a version that all have wheels for. */
async function findPython(): Promise<string> {
  const seen: string[] = [];
  const { least, most } = PYTHONS;
  for (const command of COMMANDS) {
    const version = await versionOf(command);
    if (version === undefined) continue;
    const [major, minor] = version.split('.').map(Number);
    if (major === least[0] && minor! >= least[1] && minor! <= most[1]) return command;
    seen.push(version);
  }
  const found = seen.length === 0 ? 'none was found' : `only ${[...new Set(seen)].join(', ')} was found`;
  throw new PythonPeersMissing(`Python ${least.join('.')} to ${most.join('.')} is needed, ${found}`);
}

async function versionOf(command: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(command, [
      '-c',
      'import sys; print("%d.%d" % sys.version_info[:2])',
    ]);
    return stdout.trim();
  } catch (error) {
    // A command that is not there, or a shim without a Python behind it.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || 'stderr' in (error as object)) return undefined;
    throw error;
  }
}

async function call(what: string, command: string, args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(command, [...args], { timeout: TIMEOUT_MS, maxBuffer: 1 << 26 });
  } catch (error) {
    const { stderr = '', killed } = error as { stderr?: string; killed?: boolean };
    throw new PythonPeersMissing(
      `${what} said: ${killed ? `nothing for ${TIMEOUT_MS / 60_000} minutes` : reasonIn(stderr)}`,
    );
  }
}

/** The last lines that say something, without the addresses that were tried. */
function reasonIn(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.includes('://'));
  return lines.slice(-2).join(' ').slice(-400) || 'nothing';
}
