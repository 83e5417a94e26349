/** Why MPI cannot be had here, and what to do. Read by the installer and by whoever starts replicas. */
export const INSTALL_ERRORS = {
  MPI_PLATFORM: 'MPICH is published for Linux on x86-64 and arm64 only; this is another system.',
  MPI_NO_PYTHON:
    'pip is needed to fetch MPICH, and no Python with pip was found. Install it (Debian, Ubuntu: apt install python3-pip) and start again.',
  MPI_CACHE_NOT_WRITABLE:
    'The folder for MPICH cannot be written. Make it writable, or name another one in COTRACE_ENGINE_CACHE.',
  MPI_NO_DISK:
    'MPICH needs 100 MB of free disk. Free some space, or name another folder in COTRACE_ENGINE_CACHE.',
  MPI_UNREACHABLE:
    'MPICH could not be downloaded. Check the network or the proxy settings of pip, then start again.',
  MPI_BROKEN: 'MPICH was fetched and does not run here.',
};

export class MpiInstallError extends Error {
  constructor(code, detail) {
    super(detail ? `${INSTALL_ERRORS[code]} (${detail})` : INSTALL_ERRORS[code]);
    this.name = 'MpiInstallError';
    this.code = code;
  }
}
