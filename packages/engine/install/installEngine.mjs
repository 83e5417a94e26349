/**
 * Installs the native tensor engine: the addon of `@tensorflow/tfjs-node-gpu` over the library of TensorFlow's wheel,
 * kept in a cache outside `node_modules`. The addon's own installer fetches a TensorFlow of 2022, so it is not run.
 * Never throws: without the native engine WebAssembly works, slower. Node's own modules only.
 */
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { EngineInstallError } from './errors.mjs';
import { lastLine, runCommand, TENSORFLOW_VERSION, unpackWheel } from './wheel.mjs';

const require = createRequire(import.meta.url);
const FREE_BYTES = 3e9;
const ADDON = 'tfjs_binding.node';

const addonPackage = () => dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
const addonTarget = () => join(addonPackage(), 'lib', 'napi-v8', ADDON);

function cacheFolder() {
  return process.env.COTRACE_ENGINE_CACHE || join(homedir(), '.cache', 'cotrace', 'engine');
}

/** One build of the binding: its sources, the library, the architecture. Node-API makes it fit every Node. */
function buildName() {
  const binding = join(addonPackage(), 'binding');
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const name of readdirSync(binding).sort()) hash.update(readFileSync(join(binding, name)));
  hash.update(readFileSync(new URL('./wheel.mjs', import.meta.url)));
  hash.update(readFileSync(new URL('./installEngine.mjs', import.meta.url)));
  return `tensorflow-cpu-${TENSORFLOW_VERSION}-${hash.digest('hex').slice(0, 12)}`;
}

function prepareCache() {
  const cache = cacheFolder();
  try {
    mkdirSync(cache, { recursive: true });
    accessSync(cache, constants.W_OK);
  } catch (cause) {
    throw new EngineInstallError('ENGINE_CACHE_NOT_WRITABLE', `${cache}: ${cause.code}`);
  }
  const { bavail, bsize } = statfsSync(cache);
  if (bavail * bsize < FREE_BYTES) {
    throw new EngineInstallError('ENGINE_NO_DISK', `${cache} has ${((bavail * bsize) / 1e9).toFixed(1)} GB`);
  }
  return cache;
}

async function compile(folder, finalFolder) {
  const headers = dirname(require.resolve('node-api-headers/package.json'));
  const binding = join(addonPackage(), 'binding');
  const { code, output } = await runCommand('g++', [
    ...['-O2', '-std=c++17', '-shared', '-fPIC', '-DNAPI_VERSION=8', '-w'],
    ...['-I', join(headers, 'include'), '-I', join(folder, 'include'), '-I', dirname(binding)],
    ...[join(binding, 'tfjs_backend.cc'), join(binding, 'tfjs_binding.cc')],
    ...['-L', join(folder, 'lib'), '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
    // The addon is copied into node_modules; the library stays where it is.
    `-Wl,-rpath,${join(finalFolder, 'lib')}`,
    ...['-o', join(folder, ADDON)],
  ]);
  if (code !== 0) throw new EngineInstallError('ENGINE_BUILD', lastLine(output));
}

async function build(cache, finalFolder, onProgress) {
  if ((await runCommand('g++', ['--version'])).code !== 0) throw new EngineInstallError('ENGINE_NO_COMPILER');
  // Built beside and renamed: a build that was cut off leaves nothing that looks finished.
  const folder = mkdtempSync(join(cache, 'building-'));
  try {
    await unpackWheel(folder, onProgress);
    onProgress('building the binding');
    await compile(folder, finalFolder);
    rmSync(join(folder, 'include'), { recursive: true });
    renameSync(folder, finalFolder);
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true });
    // Somebody else finished the same build meanwhile: theirs is as good.
    if (existsSync(join(finalFolder, ADDON))) return;
    if (cause.code === 'ENOSPC') throw new EngineInstallError('ENGINE_NO_DISK', cache);
    throw cause;
  }
}

function place(addon) {
  const target = addonTarget();
  if (existsSync(target) && readFileSync(target).equals(readFileSync(addon))) return;
  mkdirSync(dirname(target), { recursive: true });
  // Replaced, not overwritten: a running process keeps the file that it has mapped.
  const beside = `${target}.${process.pid}`;
  copyFileSync(addon, beside);
  renameSync(beside, target);
}

/** Is there a card that TensorFlow for the CPU leaves idle? */
async function nvidiaCard() {
  const { code, output } = await runCommand('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader']);
  return code === 0 ? output.trim().split('\n')[0] : undefined;
}

/**
 * @param {{onProgress?: (line: string) => void}} [options]
 * @returns {Promise<{engine: 'tensorflow'|'wasm', code?: string, sentence: string}>} `sentence` says which engine is
 * there and, when it is not the fastest, how to get a faster one.
 */
export async function installEngine({ onProgress = () => {} } = {}) {
  try {
    if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
      throw new EngineInstallError('ENGINE_PLATFORM', `${process.platform} ${process.arch}`);
    }
    const finalFolder = join(cacheFolder(), buildName());
    if (!existsSync(join(finalFolder, ADDON))) {
      if (existsSync(finalFolder)) rmSync(finalFolder, { recursive: true });
      await build(prepareCache(), finalFolder, onProgress);
    }
    place(join(finalFolder, ADDON));
    const card = await nvidiaCard();
    const idle = card ? ` The ${card} is not used by this build.` : '';
    return { engine: 'tensorflow', sentence: `TensorFlow ${TENSORFLOW_VERSION}, native, on the CPU.${idle}` };
  } catch (cause) {
    if (!(cause instanceof EngineInstallError)) throw cause;
    return {
      engine: 'wasm',
      code: cause.code,
      sentence: `WebAssembly, about ten times slower than native TensorFlow. ${cause.code}: ${cause.message}`,
    };
  }
}
