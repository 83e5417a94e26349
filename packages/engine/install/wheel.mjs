/** Gets TensorFlow's libraries and headers out of its Python wheel. Runs no Python code of the wheel. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { EngineInstallError } from './errors.mjs';

export const TENSORFLOW_VERSION = '2.21.0';
const DISTRIBUTION = 'tensorflow-cpu';

/** Platforms that the wheel exists for, newest first, as pip names them. */
const PLATFORMS = {
  x64: ['manylinux_2_27_x86_64', 'manylinux2014_x86_64'],
  arm64: ['manylinux_2_27_aarch64', 'manylinux2014_aarch64'],
};

/** What is taken out of the wheel: the libraries, and the headers that the C API includes. */
const WANTED = [
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2',
  'tensorflow/include/tensorflow/',
  'tensorflow/include/xla/tsl/',
  'tensorflow/include/tsl/',
];

const UNPACK = `
import sys, zipfile
wheel, out, wanted = sys.argv[1], sys.argv[2], tuple(sys.argv[3:])
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name.startswith(wanted):
            archive.extract(name, out)
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
 * Put `lib/` and `include/` of TensorFlow below `folder`.
 * @throws EngineInstallError ENGINE_NO_PYTHON, ENGINE_UNREACHABLE, ENGINE_BUILD
 */
export async function unpackWheel(folder, onProgress) {
  const python = await findPython();
  const download = join(folder, 'download');
  mkdirSync(download, { recursive: true });
  onProgress(`downloading TensorFlow ${TENSORFLOW_VERSION} (about 270 MB, once)`);
  const started = Date.now();
  // A terminal sees pip's own bar only through a pseudo-terminal; its size on disk tells the same.
  const timer = setInterval(() => onProgress(`… ${Math.round((Date.now() - started) / 1000)} s`), 5000);
  const { code, output } = await runCommand(python, [
    ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-cache-dir', '--quiet'],
    ...['--disable-pip-version-check', '--implementation', 'cp', '--python-version', '3.12'],
    ...PLATFORMS[process.arch].flatMap((platform) => ['--platform', platform]),
    ...['--dest', download, `${DISTRIBUTION}==${TENSORFLOW_VERSION}`],
  ]);
  clearInterval(timer);
  const wheel = readdirSync(download).find((name) => name.endsWith('.whl'));
  if (code !== 0 || !wheel) throw new EngineInstallError('ENGINE_UNREACHABLE', lastLine(output));

  onProgress('unpacking its libraries');
  const unpacked = await runCommand(python, ['-c', UNPACK, join(download, wheel), download, ...WANTED]);
  if (unpacked.code !== 0) throw new EngineInstallError('ENGINE_BUILD', lastLine(unpacked.output));
  const lib = join(folder, 'lib');
  mkdirSync(lib);
  for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
    renameSync(join(download, 'tensorflow', name), join(lib, name));
  }
  symlinkSync('libtensorflow_cc.so.2', join(lib, 'libtensorflow.so'));
  symlinkSync('libtensorflow_framework.so.2', join(lib, 'libtensorflow_framework.so'));
  renameSync(join(download, 'tensorflow', 'include'), join(folder, 'include'));
  rmSync(download, { recursive: true });
  if (!existsSync(join(folder, 'include', 'tensorflow', 'c', 'c_api.h'))) {
    throw new EngineInstallError('ENGINE_BUILD', 'the wheel holds no tensorflow/c/c_api.h');
  }
}

export const lastLine = (output) => output.trim().split('\n').at(-1) ?? '';
