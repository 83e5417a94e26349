/**
 * The tensor engine, chosen at start and said aloud: native TensorFlow, else WebGPU, else WebAssembly. Everything above takes an
 * {@link Engine} and does not ask again.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join, sep } from 'node:path';
import util from 'node:util';
import type * as tfjs from '@tensorflow/tfjs';
import { nvidiaCardOnBus } from '../install/cuda.mjs';
import { type Card, describeCard, findCards, visibleCards, whyUnused } from './cards.ts';
import { EngineError } from './errors.ts';
import { registerWasmFilterGradient } from './wasmFilterGradient.ts';
import { findWebgpuAdapter, startWebgpu, type WebgpuAdapter } from './webgpu.ts';

export type EngineName = 'tensorflow' | 'webgpu' | 'wasm';
/** `gpu`: TensorFlow on a graphics card of NVIDIA's, or nothing. */
export type WantedEngine = 'auto' | 'gpu' | EngineName;

export interface Engine {
  readonly name: EngineName;
  /** The tfjs of this engine; no other copy of tfjs may be mixed with it. */
  readonly tf: typeof tfjs;
  /** Version of TensorFlow, or of tfjs where that computes. */
  readonly version: string;
  readonly device: 'cpu' | 'gpu';
  readonly deviceName: string;
  readonly threads: number;
  /** NVIDIA's cards that it may use, in CUDA's order; it computes on the first. Empty: it computes elsewhere. */
  readonly cards: readonly Card[];
  /** One sentence for people: which engine, where. */
  readonly sentence: string;
  /** How to get a faster engine, if there is one to get: what is missing for a card, too. */
  readonly faster?: string;
}

const require = createRequire(import.meta.url);

const FASTER = 'Run `npm start` once where pip and g++ are installed to get native TensorFlow.';

const processor = () => cpus()[0]?.model.replace(/\s+/g, ' ').trim() || 'an unnamed processor';

/** What the native package offers beyond tfjs. */
interface NativeTensorFlow {
  version_core: string;
  backend(): { isUsingGpuDevice?: boolean; binding?: { TF_Version?: string } };
}

function loadTensorFlow(): Engine {
  // Removed in Node 23; tfjs-node 4.22 still calls it.
  const legacy = util as unknown as { isNullOrUndefined?: (value: unknown) => boolean };
  legacy.isNullOrUndefined ??= (value) => value === null || value === undefined;
  // Its start-up notes are meant for those who build TensorFlow.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
  // Else the first process takes all of a card's memory, and the numbers of cards are not those of nvidia-smi.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  process.env.CUDA_DEVICE_ORDER ??= 'PCI_BUS_ID';
  let tf: typeof tfjs;
  try {
    tf = require('@tensorflow/tfjs-node-gpu') as typeof tfjs;
  } catch (cause) {
    throw new EngineError(
      'ENGINE_UNAVAILABLE',
      `Native TensorFlow is not installed. Run \`npm start\` once, or use the engine "wasm". (${(cause as Error).message.split('\n')[0]})`,
      cause,
    );
  }
  const backend = (tf as unknown as NativeTensorFlow).backend();
  const gpu = backend.isUsingGpuDevice === true;
  const version = backend.binding?.TF_Version ?? tf.version_core;
  const threads = Number(process.env.TF_NUM_INTRAOP_THREADS) || availableParallelism();
  const cards = findCards();
  const visible = visibleCards(cards, process.env.CUDA_VISIBLE_DEVICES);
  const unused = gpu
    ? undefined
    : whyUnused({ cards, visible, onBus: nvidiaCardOnBus(), cudaBuild: loadedCudaBuild() });
  const card = visible[0] ? describeCard(visible[0]) : 'a graphics card';
  const others = visible.length > 1 ? `; ${visible.length} cards in all` : '';
  return {
    name: 'tensorflow',
    tf,
    version,
    device: gpu ? 'gpu' : 'cpu',
    deviceName: gpu ? card : processor(),
    threads,
    cards: gpu ? visible : [],
    sentence: `TensorFlow ${version} on ${gpu ? `${card}${others}` : `${processor()}, ${threads} threads`}`,
    ...(unused === undefined ? {} : { faster: unused }),
  };
}

/** Whether NVIDIA's libraries lie beside the TensorFlow that this process has loaded. */
function loadedCudaBuild(): boolean {
  if (process.platform !== 'linux') return false;
  const library = /\S+(?=\/libtensorflow_framework\.so)/.exec(readFileSync('/proc/self/maps', 'utf8'))?.[0];
  return library !== undefined && existsSync(join(library, '..', 'nvidia'));
}

async function loadWasm(why?: string): Promise<Engine> {
  // tfjs' own CPU backend announces that a native one would be faster; `faster` says how.
  const tf = require('@tensorflow/tfjs') as typeof tfjs;
  const wasm = require('@tensorflow/tfjs-backend-wasm') as {
    setWasmPaths(prefix: string): void;
    setThreadsCount(count: number): void;
  };
  wasm.setWasmPaths(join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), sep));
  // Threads of this backend need a browser's workers; in Node it runs on one.
  if (!(await tf.setBackend('wasm'))) {
    throw new EngineError('ENGINE_UNAVAILABLE', 'WebAssembly could not be started in this Node.');
  }
  await tf.ready();
  registerWasmFilterGradient(tf);
  return {
    name: 'wasm',
    tf,
    version: tf.version_core,
    device: 'cpu',
    deviceName: processor(),
    threads: 1,
    cards: [],
    sentence: `WebAssembly (tfjs ${tf.version_core}) on ${processor()}, 1 thread${why ? `: ${why}` : ''}`,
    faster: FASTER,
  };
}

async function loadWebgpu(found: WebgpuAdapter): Promise<Engine> {
  const tf = require('@tensorflow/tfjs') as typeof tfjs;
  await startWebgpu(tf, found);
  return {
    name: 'webgpu',
    tf,
    version: tf.version_core,
    device: 'gpu',
    deviceName: found.name,
    threads: 1,
    cards: [],
    sentence: `WebGPU (tfjs ${tf.version_core}) on ${found.name}`,
    faster: FASTER,
  };
}

/** Where native TensorFlow is not: a real graphics card, or the processor by way of WebAssembly. */
async function loadWithoutTensorFlow(): Promise<Engine> {
  const why = 'native TensorFlow is not installed';
  try {
    const found = await findWebgpuAdapter();
    if (!found.software) return await loadWebgpu(found);
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause;
  }
  return loadWasm(why);
}

/**
 * Load an engine; one a process. `auto` takes the fastest that is there.
 * @throws EngineError ENGINE_UNAVAILABLE, WEBGPU_NO_ADAPTER, GPU_UNUSABLE
 */
export async function loadEngine(wanted: WantedEngine = 'auto'): Promise<Engine> {
  switch (wanted) {
    case 'tensorflow':
      return loadTensorFlow();
    case 'gpu': {
      const engine = loadTensorFlow();
      if (engine.device === 'gpu') return engine;
      throw new EngineError('GPU_UNUSABLE', engine.faster ?? 'This machine has no card of NVIDIA.');
    }
    case 'wasm':
      return loadWasm();
    case 'webgpu':
      return loadWebgpu(await findWebgpuAdapter());
    case 'auto':
      try {
        return loadTensorFlow();
      } catch (cause) {
        if (!(cause instanceof EngineError)) throw cause;
        return loadWithoutTensorFlow();
      }
    default:
      throw new EngineError(
        'ENGINE_UNAVAILABLE',
        `auto, gpu, tensorflow, webgpu or wasm was expected, got "${wanted satisfies never}".`,
      );
  }
}
