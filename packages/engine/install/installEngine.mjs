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
import { fileURLToPath } from 'node:url';
import { buildFor, nvidiaCardOnBus, nvidiaDriverFiles, usualCudaBytes } from './cuda.mjs';
import { EngineInstallError } from './errors.mjs';
import { lastLine, runCommand, TENSORFLOW_VERSION, unpackWheels } from './wheel.mjs';

const require = createRequire(import.meta.url);
/** Free disk that unpacking takes; the CUDA build's is known beforehand only about. */
const FREE_BYTES = { cpu: () => 3e9, gpu: () => usualCudaBytes().diskBytes + 1e9 };
const ADDON = 'tfjs_binding.node';
const COPIED_TENSORS = 'copiedTensors.h';

const addonPackage = () => dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
const addonTarget = () => join(addonPackage(), 'lib', 'napi-v8', ADDON);

function cacheFolder() {
  return process.env.COTRACE_ENGINE_CACHE || join(homedir(), '.cache', 'cotrace', 'engine');
}

/** One build of the binding: its sources, the library, the architecture. Node-API makes it fit every Node. */
function buildName(build) {
  const binding = join(addonPackage(), 'binding');
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const name of readdirSync(binding).sort()) hash.update(readFileSync(join(binding, name)));
  for (const part of ['wheel.mjs', 'cuda.mjs', 'installEngine.mjs', COPIED_TENSORS]) {
    hash.update(readFileSync(new URL(`./${part}`, import.meta.url)));
  }
  return `tensorflow-${build}-${TENSORFLOW_VERSION}-${hash.digest('hex').slice(0, 12)}`;
}

function prepareCache(build) {
  const cache = cacheFolder();
  try {
    mkdirSync(cache, { recursive: true });
    accessSync(cache, constants.W_OK);
  } catch (cause) {
    throw new EngineInstallError('ENGINE_CACHE_NOT_WRITABLE', `${cache}: ${cause.code}`);
  }
  checkDisk(cache, FREE_BYTES[build]());
  return cache;
}

/** @throws EngineInstallError ENGINE_NO_DISK */
function checkDisk(cache, bytes) {
  const { bavail, bsize } = statfsSync(cache);
  const free = bavail * bsize;
  if (free >= bytes) return;
  const gigabytes = (count) => `${(count / 1e9).toFixed(1)} GB`;
  throw new EngineInstallError(
    'ENGINE_NO_DISK',
    `${gigabytes(bytes)} needed, ${cache} has ${gigabytes(free)}`,
  );
}

async function compile(folder, finalFolder) {
  const headers = dirname(require.resolve('node-api-headers/package.json'));
  const binding = join(addonPackage(), 'binding');
  const { code, output } = await runCommand('g++', [
    ...['-O2', '-std=c++17', '-shared', '-fPIC', '-DNAPI_VERSION=8', '-w'],
    ...['-I', join(headers, 'include'), '-I', join(folder, 'include'), '-I', dirname(binding)],
    ...['-include', fileURLToPath(new URL(`./${COPIED_TENSORS}`, import.meta.url))],
    ...[join(binding, 'tfjs_backend.cc'), join(binding, 'tfjs_binding.cc')],
    ...['-L', join(folder, 'lib'), '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
    // The addon is copied into node_modules; the library stays where it is.
    `-Wl,-rpath,${join(finalFolder, 'lib')}`,
    ...['-o', join(folder, ADDON)],
  ]);
  if (code !== 0) throw new EngineInstallError('ENGINE_BUILD', lastLine(output));
}

async function makeBuild(build, { cache, finalFolder, onProgress }) {
  if ((await runCommand('g++', ['--version'])).code !== 0) throw new EngineInstallError('ENGINE_NO_COMPILER');
  // Built beside and renamed: a build that was cut off leaves nothing that looks finished.
  const folder = mkdtempSync(join(cache, 'building-'));
  try {
    await unpackWheels(folder, build, {
      say: onProgress,
      checkDisk: (bytes) => checkDisk(cache, bytes),
    });
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

/** Name of the first card, as its driver tells it. */
async function nvidiaCard() {
  const { code, output } = await runCommand('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader']);
  return code === 0 ? output.trim().split('\n')[0] : undefined;
}

/** @throws EngineInstallError */
async function ready(build, onProgress) {
  const finalFolder = join(cacheFolder(), buildName(build));
  if (!existsSync(join(finalFolder, ADDON))) {
    if (existsSync(finalFolder)) rmSync(finalFolder, { recursive: true });
    await makeBuild(build, { cache: prepareCache(build), finalFolder, onProgress });
  }
  place(join(finalFolder, ADDON));
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
    const name = await nvidiaCard();
    const card = name !== undefined || nvidiaDriverFiles() || nvidiaCardOnBus();
    const build = buildFor({ wanted: process.env.COTRACE_ENGINE, card });
    let idle = '';
    if (build === 'gpu') {
      try {
        await ready('gpu', onProgress);
        const on = name ?? 'NVIDIA cards, once a driver is there';
        return { engine: 'tensorflow', sentence: `TensorFlow ${TENSORFLOW_VERSION}, native, on ${on}.` };
      } catch (cause) {
        // What is missing for a card need not be missing for the processor.
        if (!(cause instanceof EngineInstallError)) throw cause;
        idle = ` The ${name ?? 'NVIDIA card'} is not used: ${cause.message}`;
      }
    } else if (card) idle = ` The ${name ?? 'NVIDIA card'} is not used, as COTRACE_ENGINE says.`;
    await ready('cpu', onProgress);
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
