/**
 * The steps that turn a fresh clone into something that runs, each done only when it has to be.
 * Node's own modules only: this runs before anything is installed.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** A set-up step that cannot be done: one sentence that says what was expected, what came, what to do. */
export class SetupError extends Error {
  constructor(code, message) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

/** Run a command; resolves with its exit code and what it printed (when `quiet`). */
export function run(command, args, { env = {}, quiet = false, cwd = ROOT, timeoutMs } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    });
    let output = '';
    child.stdout?.on('data', (text) => {
      output += text;
    });
    child.stderr?.on('data', (text) => {
      output += text;
    });
    const timer = timeoutMs && setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, output });
    });
  });
}

/** Print a step and how long it took. */
export async function step(title, work) {
  const started = Date.now();
  process.stdout.write(`• ${title} …\n`);
  const result = await work();
  const seconds = (Date.now() - started) / 1000;
  process.stdout.write(`  ${typeof result === 'string' ? `${result} ` : ''}(${seconds.toFixed(1)} s)\n`);
}

export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new SetupError(
      'NODE_TOO_OLD',
      `Node 20.19 or newer is needed, this is ${process.versions.node}. Install a current Node and repeat.`,
    );
  }
}

/** Two gigabytes hold the packages, the build and a first project. */
export function checkDisk(path = ROOT, wantedBytes = 2e9) {
  const { bavail, bsize } = statfsSync(path);
  const free = bavail * bsize;
  if (free < wantedBytes) {
    throw new SetupError(
      'DISK_FULL',
      `${(wantedBytes / 1e9).toFixed(0)} GB of free disk are needed at ${path}, there are ${(free / 1e9).toFixed(1)} GB. Free some space and repeat.`,
    );
  }
}

function hashFile(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Hash of every source file below the given folders, by path and content. */
function hashTree(folders) {
  const hash = createHash('sha256');
  const visit = (path) => {
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) {
        if (name !== 'node_modules' && !name.startsWith('.next') && name !== 'generated' && name !== '.turbo')
          visit(join(path, name));
      }
    } else if (
      !path.endsWith('.tsbuildinfo') &&
      !path.endsWith('.test.ts') &&
      !path.endsWith('next-env.d.ts')
    ) {
      hash.update(path.slice(ROOT.length)).update(readFileSync(path));
    }
  };
  for (const folder of folders) visit(join(ROOT, folder));
  return hash.digest('hex');
}

/** Do `work` unless the stamp says it was done for the same `key`. */
async function unlessStamped(stampFile, key, work) {
  const path = join(ROOT, stampFile);
  if (existsSync(path) && readFileSync(path, 'utf8') === key) return 'up to date';
  const said = await work();
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, key);
  return said;
}

export function installPackages() {
  return unlessStamped(
    'node_modules/.cotrace-installed',
    hashFile(join(ROOT, 'package-lock.json')),
    async () => {
      checkDisk();
      const { code } = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
      if (code !== 0) {
        throw new SetupError(
          'PACKAGES_UNREACHABLE',
          'npm could not install the packages (its reason is above). Check the network or the proxy settings of npm, then repeat.',
        );
      }
    },
  );
}

export function generateDatabaseClient() {
  return unlessStamped(
    'apps/server/src/store/generated/.stamp',
    hashTree(['prisma/schema.prisma', 'package-lock.json']),
    async () => {
      // The generator needs no engine; naming one stops it from downloading one.
      const { code, output } = await run('npx', ['--no-install', 'prisma', 'generate'], {
        quiet: true,
        env: { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
      });
      if (code !== 0) throw new SetupError('DATABASE_CLIENT', `prisma generate failed:\n${output}`);
    },
  );
}

const WEB_SOURCES = [
  'apps/web',
  'packages/mask',
  'packages/mask-doc',
  'packages/protocol',
  'packages/metrics',
  'packages/image-io',
  'package-lock.json',
];

export function buildWeb() {
  return unlessStamped('apps/web/.next/.cotrace-built', hashTree(WEB_SOURCES), async () => {
    const { code, output } = await run('npx', ['--no-install', 'next', 'build'], {
      quiet: true,
      cwd: join(ROOT, 'apps/web'),
      env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
    });
    if (code !== 0) throw new SetupError('WEB_BUILD', `next build failed:\n${output}`);
  });
}

/** The tensor engine. Never fails: without the native one, the WebAssembly engine works, slower. */
export async function installTensorEngine() {
  const { installEngine } = await import('../../packages/engine/install/installEngine.mjs');
  const result = await installEngine({ onProgress: (line) => process.stdout.write(`  ${line}\n`) });
  return result.sentence;
}

/** What several processes train one model through. Never fails: without it, one process trains. */
export async function installReplicas() {
  const { installMpi } = await import('../../packages/mirror/install/installMpi.mjs');
  const result = await installMpi({ onProgress: (line) => process.stdout.write(`  ${line}\n`) });
  return result.sentence;
}
