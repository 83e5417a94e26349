/** Why the native tensor engine cannot be had here, and what to do. Read by the installer and by `loadEngine`. */
export const INSTALL_ERRORS = {
  ENGINE_PLATFORM:
    'TensorFlow is published for Linux on x86-64 and arm64 only; this is another system. Use a container or such a machine.',
  ENGINE_NO_PYTHON:
    'pip is needed to fetch TensorFlow, and no Python with pip was found. Install it (Debian, Ubuntu: apt install python3-pip) and start again.',
  ENGINE_NO_COMPILER:
    'A C++ compiler is needed to build the binding, and no g++ was found. Install one (Debian, Ubuntu: apt install g++) and start again.',
  ENGINE_CACHE_NOT_WRITABLE:
    'The folder for the engine cannot be written. Make it writable, or name another one in COTRACE_ENGINE_CACHE.',
  ENGINE_NO_DISK:
    'The engine needs more free disk while it is unpacked. Free some space, or name another folder in COTRACE_ENGINE_CACHE.',
  ENGINE_UNREACHABLE:
    'TensorFlow could not be downloaded. Check the network or the proxy settings of pip, then start again.',
  ENGINE_BUILD: 'The binding could not be built or loaded.',
};

export class EngineInstallError extends Error {
  constructor(code, detail) {
    super(detail ? `${INSTALL_ERRORS[code]} (${detail})` : INSTALL_ERRORS[code]);
    this.name = 'EngineInstallError';
    this.code = code;
  }
}
