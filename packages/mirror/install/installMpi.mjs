/**
 * Gets MPICH out of its Python wheel: the library that replicas speak through and the program that starts them. Runs no
 * Python code of the wheel. Never throws: without MPI, one process trains. Node's own modules only.
 */
import { spawn } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { MpiInstallError } from './errors.mjs';
import { MPICH_VERSION, mpiFolder } from './mpiFolder.mjs';

const FREE_BYTES = 100e6;

/** Platforms that the wheel exists for, as pip names them. */
const PLATFORMS = { x64: 'manylinux_2_28_x86_64', arm64: 'manylinux_2_28_aarch64' };

/** Programs of the wheel that starting ranks takes; the rest are compilers. */
const PROGRAMS = ['mpiexec', 'hydra_pmi_proxy'];

const UNPACK = `
import sys, zipfile
wheel, out = sys.argv[1], sys.argv[2]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if '.data/data/' in name or '/licenses/' in name:
            archive.extract(name, out)
`;

function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        output += text;
      });
    }
    child.on('error', (cause) => resolve({ code: 127, said: String(cause) }));
    child.on('close', (code) => resolve({ code: code ?? 1, said: output.trim().split('\n').at(-1) ?? '' }));
  });
}

/** @throws MpiInstallError MPI_CACHE_NOT_WRITABLE, MPI_NO_DISK */
function prepareCache() {
  const cache = dirname(mpiFolder());
  try {
    mkdirSync(cache, { recursive: true });
    accessSync(cache, constants.W_OK);
  } catch (cause) {
    throw new MpiInstallError('MPI_CACHE_NOT_WRITABLE', `${cache}: ${cause.code}`);
  }
  const { bavail, bsize } = statfsSync(cache);
  if (bavail * bsize < FREE_BYTES) {
    throw new MpiInstallError('MPI_NO_DISK', `${cache} has ${((bavail * bsize) / 1e6).toFixed(0)} MB`);
  }
  return cache;
}

/** @throws MpiInstallError MPI_NO_PYTHON */
async function findPython() {
  for (const python of ['python3', 'python']) {
    if ((await run(python, ['-m', 'pip', '--version'])).code === 0) return python;
  }
  throw new MpiInstallError('MPI_NO_PYTHON');
}

/** @throws MpiInstallError MPI_UNREACHABLE, MPI_BROKEN */
async function fetchInto(folder) {
  const python = await findPython();
  const fetched = await run(python, [
    ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-cache-dir', '--quiet'],
    ...['--disable-pip-version-check', '--implementation', 'py', '--python-version', '3.12'],
    ...['--platform', PLATFORMS[process.arch], '--dest', folder, `mpich==${MPICH_VERSION}`],
  ]);
  const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
  if (fetched.code !== 0 || !wheel) throw new MpiInstallError('MPI_UNREACHABLE', fetched.said);
  const unpacked = await run(python, ['-c', UNPACK, join(folder, wheel), folder]);
  if (unpacked.code !== 0) throw new MpiInstallError('MPI_BROKEN', unpacked.said);
  const tree = join(folder, `mpich-${MPICH_VERSION}.data`, 'data');
  for (const name of PROGRAMS) chmodSync(join(tree, 'bin', name), 0o755);
  renameSync(join(folder, `mpich-${MPICH_VERSION}.dist-info`, 'licenses'), join(tree, 'licenses'));
  rmSync(join(tree, 'include'), { recursive: true, force: true });
  const tried = await run(join(tree, 'bin', 'mpiexec'), ['-n', '1', process.execPath, '-e', '0']);
  if (tried.code !== 0) throw new MpiInstallError('MPI_BROKEN', tried.said);
  return tree;
}

async function install(finalFolder) {
  // Unpacked beside and renamed: a fetch that was cut off leaves nothing that looks finished.
  const folder = mkdtempSync(join(prepareCache(), 'fetching-'));
  try {
    renameSync(await fetchInto(folder), finalFolder);
  } catch (cause) {
    // Somebody else finished the same meanwhile: theirs is as good.
    if (existsSync(finalFolder)) return;
    if (cause.code === 'ENOSPC') throw new MpiInstallError('MPI_NO_DISK', folder);
    throw cause;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {{onProgress?: (line: string) => void}} [options]
 * @returns {Promise<{installed: boolean, code?: string, sentence: string}>} `sentence` says what is there or, where
 * nothing is, why and how to get it.
 */
export async function installMpi({ onProgress = () => {} } = {}) {
  try {
    if (process.platform !== 'linux' || !PLATFORMS[process.arch]) {
      throw new MpiInstallError('MPI_PLATFORM', `${process.platform} ${process.arch}`);
    }
    const folder = mpiFolder();
    if (!existsSync(folder)) {
      onProgress(`downloading MPICH ${MPICH_VERSION} (13 MB, once)`);
      await install(folder);
    }
    return { installed: true, sentence: `MPICH ${MPICH_VERSION}: several processes can train one model.` };
  } catch (cause) {
    if (!(cause instanceof MpiInstallError)) throw cause;
    return {
      installed: false,
      code: cause.code,
      sentence: `One process trains. For more, MPI is needed. ${cause.code}: ${cause.message}`,
    };
  }
}
