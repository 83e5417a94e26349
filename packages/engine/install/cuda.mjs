/**
 * What the CUDA build of TensorFlow needs beside its own wheel, and whether this machine has a card for it. The list is
 * that of the wheel itself (its extra `and-cuda`); only sizes are told here, measured once, to know the disk beforehand.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Megabytes of each wheel as it is fetched, and of what is kept of it. Measured on the versions of late 2026. */
const MEGABYTES = {
  tensorflow: [573, 1180],
  'nvidia-cublas-cu12': [581, 856],
  'nvidia-cuda-cupti-cu12': [10, 42],
  'nvidia-cuda-nvcc-cu12': [41, 99],
  'nvidia-cuda-nvrtc-cu12': [90, 227],
  'nvidia-cuda-runtime-cu12': [3, 9],
  'nvidia-cudnn-cu12': [717, 1170],
  'nvidia-cufft-cu12': [201, 294],
  'nvidia-curand-cu12': [68, 168],
  'nvidia-cusolver-cu12': [338, 496],
  'nvidia-cusparse-cu12': [366, 487],
  'nvidia-nccl-cu12': [352, 491],
  'nvidia-nvjitlink-cu12': [40, 96],
};

/** Of a package that a later wheel asks for and this list does not know. */
const UNKNOWN = [400, 600];

/** @returns {{name: string, downloadBytes: number, diskBytes: number}} */
function sized(name) {
  const [download, disk] = MEGABYTES[name] ?? UNKNOWN;
  return { name, downloadBytes: download * 1e6, diskBytes: disk * 1e6 };
}

/**
 * The packages of the extra `and-cuda`, as the wheel's METADATA asks for them.
 * @param {string} metadata
 * @returns {{name: string, requirement: string, downloadBytes: number, diskBytes: number}[]}
 */
export function cudaPackages(metadata) {
  return metadata.split(/\r?\n/).flatMap((line) => {
    const found = /^Requires-Dist:\s*([A-Za-z0-9._-]+)\s*([^;]*);.*\bextra\s*==\s*["']and-cuda["']/.exec(
      line,
    );
    if (!found) return [];
    const name = found[1].toLowerCase().replace(/[._]+/g, '-');
    const range = found[2].replace(/[()\s]/g, '');
    return [{ ...sized(name), requirement: `${name}${range}` }];
  });
}

/**
 * Bytes that are fetched, and that must be free: wheels are unpacked one by one, so that beside what is kept there lies
 * only the largest of them.
 * @param {{downloadBytes: number, diskBytes: number}[]} packages
 */
export function bytesOf(packages) {
  const sum = (key) => packages.reduce((total, one) => total + one[key], 0);
  return {
    downloadBytes: sum('downloadBytes'),
    diskBytes: sum('diskBytes') + Math.max(0, ...packages.map(({ downloadBytes }) => downloadBytes)),
  };
}

/** What the list above comes to: asked before TensorFlow's own wheel, which brings the real list, is there. */
export const usualCudaBytes = () => bytesOf(Object.keys(MEGABYTES).map(sized));

/** Names of libraries that `ldd` did not find; the driver's own come with the driver. */
export function missingLibraries(lddOutput) {
  const found = [...lddOutput.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1]);
  return [...new Set(found)].filter((name) => !/^lib(cuda|nvidia-ml)\.so/.test(name));
}

/**
 * Which build is wanted: `gpu` where an NVIDIA card is there or COTRACE_ENGINE says so, else `cpu`.
 * @param {{wanted?: string | undefined, card: boolean}} machine
 * @returns {'gpu' | 'cpu'}
 */
export function buildFor({ wanted, card }) {
  if (wanted === 'gpu') return 'gpu';
  return card && (wanted === undefined || wanted === '' || wanted === 'auto' || wanted === 'tensorflow')
    ? 'gpu'
    : 'cpu';
}

/** Is a card of NVIDIA's on the bus? Its driver need not be there. */
export function nvidiaCardOnBus(root = '/') {
  const devices = join(root, 'sys/bus/pci/devices');
  const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8').trim() : '');
  const onBus = existsSync(devices) ? readdirSync(devices) : [];
  // Vendor NVIDIA, class display (VGA or 3D controller).
  return onBus.some(
    (device) =>
      read(join(devices, device, 'vendor')) === '0x10de' &&
      read(join(devices, device, 'class')).startsWith('0x03'),
  );
}

/** Has its driver made the device files that programs open? */
export const nvidiaDriverFiles = (root = '/') =>
  existsSync(join(root, 'dev/nvidiactl')) || existsSync(join(root, 'dev/dxg'));
