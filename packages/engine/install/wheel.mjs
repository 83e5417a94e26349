/**
 * Gets TensorFlow's libraries and headers out of its Python wheel, and NVIDIA's libraries out of theirs. Runs no Python
 * code of any wheel.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { bytesOf, cudaPackages, missingLibraries } from './cuda.mjs';
import { EngineInstallError } from './errors.mjs';

export const TENSORFLOW_VERSION = '2.21.0';
/** Names of the wheel: for processors alone, and for NVIDIA's cards too. */
const DISTRIBUTION = { cpu: 'tensorflow-cpu', gpu: 'tensorflow' };

/** Platforms that wheels may be built for, newest first, as pip names them: those of this machine's C library. */
function platforms() {
  const glibc = process.report?.getReport().header.glibcVersionRuntime ?? '2.17';
  const oldest = 5; // manylinux1
  const newest = Number(glibc.split('.')[1]);
  const arch = { x64: 'x86_64', arm64: 'aarch64' }[process.arch];
  return Array.from({ length: newest - oldest + 1 }, (_, older) => `manylinux_2_${newest - older}_${arch}`);
}

/** What is taken out of the wheel: the libraries, and the headers that the C API includes. */
const WANTED = [
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2',
  'tensorflow/include/tensorflow/',
  'tensorflow/include/xla/tsl/',
  'tensorflow/include/tsl/',
];

const UNPACK = `
import os, sys, zipfile
wheel, out, unwanted, wanted = sys.argv[1], sys.argv[2], sys.argv[3], tuple(sys.argv[4:])
with zipfile.ZipFile(wheel) as archive:
    for member in archive.infolist():
        if member.filename.startswith(wanted) and not (unwanted and unwanted in member.filename):
            path = archive.extract(member, out)
            mode = member.external_attr >> 16
            if mode & 0o100 and not member.is_dir():
                os.chmod(path, 0o755)
        if member.filename.endswith('.dist-info/METADATA'):
            with open(os.path.join(out, 'METADATA'), 'wb') as metadata:
                metadata.write(archive.read(member))
`;

/** Run a command and collect what it prints; `lines` hears each line as it comes. */
export function runCommand(command, args, lines = () => {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const hear = (text) => {
      output += text;
      for (const line of String(text).split(/\r?\n/)) if (line.trim()) lines(line.trim());
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', (cause) => resolve({ code: 127, output: String(cause) }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** @throws EngineInstallError ENGINE_NO_PYTHON */
async function findPython() {
  for (const python of ['python3', 'python']) {
    const { code } = await runCommand(python, ['-m', 'pip', '--version']);
    if (code === 0) return python;
  }
  throw new EngineInstallError('ENGINE_NO_PYTHON');
}

/**
 * Fetch one wheel into a folder of its own and unpack what is wanted of it; the wheel itself is not kept.
 * @throws EngineInstallError ENGINE_UNREACHABLE, ENGINE_BUILD
 */
async function fetchWheel({ python, requirement, wanted, unwanted = '', into, say }) {
  const download = join(into, 'download');
  mkdirSync(download, { recursive: true });
  const started = Date.now();
  // A terminal sees pip's own bar only through a pseudo-terminal; the time tells the same.
  const timer = setInterval(() => say(`… ${Math.round((Date.now() - started) / 1000)} s`), 5000);
  const { code, output } = await runCommand(python, [
    ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-cache-dir', '--quiet'],
    ...['--disable-pip-version-check', '--implementation', 'cp', '--python-version', '3.12'],
    ...platforms().flatMap((platform) => ['--platform', platform]),
    ...['--dest', download, requirement],
  ]);
  clearInterval(timer);
  const wheel = readdirSync(download).find((name) => name.endsWith('.whl'));
  if (code !== 0 || !wheel) throw new EngineInstallError('ENGINE_UNREACHABLE', lastLine(output));
  const unpacked = await runCommand(python, ['-c', UNPACK, join(download, wheel), into, unwanted, ...wanted]);
  if (/No space left/.test(unpacked.output)) throw new EngineInstallError('ENGINE_NO_DISK', into);
  if (unpacked.code !== 0) throw new EngineInstallError('ENGINE_BUILD', lastLine(unpacked.output));
  rmSync(download, { recursive: true });
}

/**
 * Put `lib/` and `include/` of TensorFlow below `folder`, and for the build `gpu` NVIDIA's libraries in `nvidia/`, where
 * TensorFlow's own search path looks for them (`$ORIGIN/../nvidia/…/lib`, as between two Python packages).
 * @throws EngineInstallError ENGINE_NO_PYTHON, ENGINE_UNREACHABLE, ENGINE_NO_DISK, ENGINE_BUILD
 */
export async function unpackWheels(folder, build, { say, checkDisk }) {
  const python = await findPython();
  const download = join(folder, 'unpacked');
  mkdirSync(download, { recursive: true });
  const megabytes = build === 'gpu' ? 570 : 270;
  say(`downloading TensorFlow ${TENSORFLOW_VERSION} (about ${megabytes} MB, once)`);
  const requirement = `${DISTRIBUTION[build]}==${TENSORFLOW_VERSION}`;
  await fetchWheel({ python, requirement, wanted: WANTED, into: download, say });
  const lib = join(folder, 'lib');
  mkdirSync(lib);
  for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
    renameSync(join(download, 'tensorflow', name), join(lib, name));
  }
  symlinkSync('libtensorflow_cc.so.2', join(lib, 'libtensorflow.so'));
  symlinkSync('libtensorflow_framework.so.2', join(lib, 'libtensorflow_framework.so'));
  renameSync(join(download, 'tensorflow', 'include'), join(folder, 'include'));
  const metadata = readFileSync(join(download, 'METADATA'), 'utf8');
  rmSync(download, { recursive: true });
  if (!existsSync(join(folder, 'include', 'tensorflow', 'c', 'c_api.h'))) {
    throw new EngineInstallError('ENGINE_BUILD', 'the wheel holds no tensorflow/c/c_api.h');
  }
  if (build === 'gpu') await unpackCuda(folder, cudaPackages(metadata), { python, say, checkDisk });
}

async function unpackCuda(folder, packages, { python, say, checkDisk }) {
  const { downloadBytes, diskBytes } = bytesOf(packages);
  checkDisk(diskBytes);
  say(`downloading NVIDIA's libraries (about ${(downloadBytes / 1e9).toFixed(1)} GB, once)`);
  for (const [at, { name, requirement }] of packages.entries()) {
    say(`${at + 1} of ${packages.length}: ${name}`);
    await fetchWheel({ python, requirement, wanted: ['nvidia/'], unwanted: '/include/', into: folder, say });
    rmSync(join(folder, 'METADATA'), { force: true });
  }
  // One library that another lacks shows only when a card is used: looked for now.
  const libraries = readdirSync(join(folder, 'nvidia'), { recursive: true })
    .filter((path) => /\/lib\/[^/]+\.so[.0-9]*$/.test(path))
    .map((path) => join(folder, 'nvidia', path));
  linkTogether(libraries, join(folder, 'nvidia', 'cuda_runtime', 'lib'));
  const { output } = await runCommand('ldd', libraries);
  const missing = missingLibraries(output);
  if (missing.length > 0) throw new EngineInstallError('ENGINE_BUILD', `without ${missing.join(', ')}`);
}

/**
 * TensorFlow opens every library from libtensorflow_framework, whose search path has most of the folders but not that of
 * cuSOLVER; without it no card is used at all. The CUDA runtime's folder is on the path, so all are linked there.
 */
function linkTogether(libraries, into) {
  for (const library of libraries) {
    const link = join(into, basename(library));
    if (!existsSync(link)) symlinkSync(relative(into, library), link);
  }
}

export const lastLine = (output) => output.trim().split('\n').at(-1) ?? '';
