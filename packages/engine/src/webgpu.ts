/** WebGPU in Node: Dawn's adapter over Vulkan (Metal, Direct3D elsewhere), and the backend of tfjs on it. */
import { createRequire } from 'node:module';
import type * as tfjs from '@tensorflow/tfjs';
import { EngineError } from './errors.ts';
import { registerWebgpuAddN } from './webgpuAddN.ts';

/** As much of WebGPU as is needed here; its own types want a DOM. */
interface Adapter {
  info: { vendor: string; architecture: string; device?: string; description: string };
  limits: Record<string, number>;
  features: Set<string>;
  requestDevice(descriptor: {
    requiredFeatures: string[];
    requiredLimits: Record<string, number>;
  }): Promise<Device>;
}
interface Device {
  lost: Promise<{ reason: string; message: string }>;
  addEventListener(type: 'uncapturederror', listener: (event: { error: Error }) => void): void;
}
interface Gpu {
  requestAdapter(options: { powerPreference: 'high-performance' }): Promise<Adapter | null>;
}
type DataId = Parameters<tfjs.KernelBackend['read']>[0];
interface WebgpuBackend extends tfjs.KernelBackend {
  read(dataId: DataId): Promise<tfjs.backend_util.BackendValues>;
}

export interface WebgpuAdapter {
  name: string;
  /** A processor that plays a graphics card: right, and slower than WebAssembly. */
  software: boolean;
  adapter: Adapter;
}

/** What tfjs' own start asks for: without them a device has the least that the standard allows. */
const LIMITS = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
];

/**
 * The fastest adapter of this machine.
 * @throws EngineError WEBGPU_NO_ADAPTER: no binding for this platform, no driver, or none that is new enough
 */
export function findWebgpuAdapter(): Promise<WebgpuAdapter> {
  found ??= askForAdapter();
  return found;
}

// Once a process: each Dawn brings its own threads, and must outlive everything made with it.
let found: Promise<WebgpuAdapter> | undefined;

async function askForAdapter(): Promise<WebgpuAdapter> {
  let adapter: Adapter | null;
  try {
    const { create, globals } = (await import('webgpu')) as unknown as {
      create(options: string[]): Gpu;
      globals: object;
    };
    Object.assign(globalThis, globals);
    const gpu = create([]);
    // tfjs looks for it there. Node 21 and later have a navigator of their own.
    const host = globalThis as { navigator?: object };
    host.navigator ??= {};
    Object.defineProperty(host.navigator, 'gpu', { value: gpu, configurable: true });
    adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  } catch (cause) {
    throw new EngineError('WEBGPU_NO_ADAPTER', `(${(cause as Error).message.split('\n')[0]})`, cause);
  }
  if (!adapter) throw new EngineError('WEBGPU_NO_ADAPTER', '');
  const { description, vendor, architecture, device } = adapter.info;
  const name =
    device || description || [vendor, architecture].filter(Boolean).join(' ') || 'an unnamed adapter';
  const software = /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i.test(
    `${vendor} ${architecture} ${device} ${description}`,
  );
  return { name, software, adapter };
}

/**
 * tfjs on that adapter. Dawn tells of errors beside the call that caused them; a read that follows one throws it, so
 * that no number of a failed pass is ever used.
 */
export async function startWebgpu(tf: typeof tfjs, { adapter }: WebgpuAdapter): Promise<void> {
  // One device a process: tensors of one are nothing to another.
  if (tf.findBackend('webgpu')) {
    await tf.setBackend('webgpu');
    return;
  }
  const device = await adapter.requestDevice({
    requiredFeatures: [...adapter.features].filter((name) => name === 'timestamp-query'),
    requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]!])),
  });
  let failure: Error | undefined;
  // tfjs registers a start of its own as it is loaded; it would ask for a device without these checks.
  const require = createRequire(import.meta.url);
  const { WebGPUBackend } = require('@tensorflow/tfjs-backend-webgpu') as {
    WebGPUBackend: new (device: Device, info: Adapter['info']) => WebgpuBackend;
  };
  tf.removeBackend('webgpu');
  device.addEventListener('uncapturederror', ({ error }) => {
    failure ??= new Error(`WebGPU: ${error.constructor.name}: ${error.message.split('\n')[0]}`);
  });
  device.lost.then(({ reason, message }) => {
    failure ??= new Error(`WebGPU: the device was lost (${reason}): ${message}`);
  });
  registerWebgpuAddN(tf);
  class CheckedBackend extends WebGPUBackend {
    override async read(dataId: DataId) {
      const values = await super.read(dataId);
      if (failure) throw failure;
      return values;
    }
  }
  tf.registerBackend('webgpu', () => new CheckedBackend(device, adapter.info));
  await tf.setBackend('webgpu');
  await tf.ready();
}
