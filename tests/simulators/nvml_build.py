"""Compiles the simulated NVML once per version of its source, and loads it."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from simulators.nvml_layout import ControlRecord

HERE = Path(__file__).resolve().parent
SOURCES = ("nvml_sim.c", "nvml_library.c", "nvml_identity.c", "nvml_readings.c")
HEADERS = ("nvml_sim.h", "nvml_api.h")
FLAGS = ("-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-Wl,-Bsymbolic")
#: The name under which nvidia-ml-py, and every tool above it, asks the loader for NVML.
LIBRARY = "libnvidia-ml.so.1"


@cache
def build() -> Path:
    """Path of the library, compiled when its sources (or flags) changed.

    The file lies alone in a folder of its own, fit for LD_LIBRARY_PATH. Processes that build at
    once each compile for themselves and rename: whoever comes last wins with the same bytes.

    Raises:
        RuntimeError: no C compiler, or the source does not compile.
    """
    digest = hashlib.sha256(" ".join(FLAGS).encode())
    for name in SOURCES + HEADERS:
        digest.update((HERE / name).read_bytes())
    folder = HERE / "build" / digest.hexdigest()[:16]
    library = folder / LIBRARY
    if library.exists():
        return library
    compiler = shutil.which(os.environ.get("CC", "cc")) or shutil.which("gcc")
    if compiler is None:
        raise RuntimeError(
            "the simulated NVML is C and no compiler was found: install the Debian package `gcc` "
            "(with `libc6-dev`), or name a compiler in CC"
        )
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=HERE / "build") as scratch:
        output = Path(scratch) / LIBRARY
        sources = [str(HERE / name) for name in SOURCES]
        command = [compiler, *FLAGS, *sources, "-o", str(output), "-lm", "-lpthread"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr}")
        output.replace(library)
    return library


@cache
def load() -> ctypes.PyDLL:
    """The library's own functions (`sim_*`), called without letting go of the GIL: each is short.

    nvidia-ml-py loads the same file through CDLL, and so lets go of it, as with the real driver.
    """
    library = ctypes.PyDLL(str(build()))
    handle, number = ctypes.c_void_p, ctypes.c_int64
    signatures: dict[str, tuple[object, list[object]]] = {
        "sim_open": (handle, [ctypes.c_char_p]),
        "sim_bytes": (number, []),
        "sim_now": (number, [handle]),
        "sim_set_power": (number, [handle, number, number]),
        "sim_add_power": (number, [handle, number, number]),
        "sim_true_energy_nj": (number, [handle, number, number, number]),
        "sim_power_mw": (number, [handle, number, number, number]),
        "sim_counter_mj": (number, [handle, number, number]),
        "sim_last_edge": (number, [handle, handle, number]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    if library.sim_bytes() != ctypes.sizeof(ControlRecord):
        raise RuntimeError("nvml_layout.py and nvml_sim.h disagree about the control file")
    return library
