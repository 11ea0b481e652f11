"""NVML in this process: loaded once, opened once, its error codes sorted.

Through nvidia-ml-py (the module `pynvml`, 41 ms to import, so only inside functions). Nothing
here creates a CUDA context: NVML speaks to the driver, not to CUDA.

Reads go through functions bound here, not through pynvml's, which take a lock, allocate and
raise on their way: a reading must cost less than 10 us.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

from footprint.probes.base import FAILED, LOST, UNSUPPORTED, ReadError

#: A call bound to a device: gives its figure or raises NvmlError.
Read = Callable[[], int]

#: nvml.h, nvmlReturn_t. The device never gives this figure: NOT_SUPPORTED, FUNCTION_NOT_FOUND
#: (an old driver), ARGUMENT_VERSION_MISMATCH, DEPRECATED.
UNSUPPORTED_CODES = frozenset({3, 13, 25, 26})
#: The handle is worth nothing any more: UNINITIALIZED, INVALID_ARGUMENT (a handle from before a
#: reload), NOT_FOUND, DRIVER_NOT_LOADED, GPU_IS_LOST, RESET_REQUIRED, LIB_RM_VERSION_MISMATCH (the
#: driver was replaced under us), GPU_NOT_FOUND.
LOST_CODES = frozenset({1, 2, 6, 9, 15, 16, 18, 28})
#: Of these, what no new handle helps against at once: GPU_IS_LOST, RESET_REQUIRED.
GONE_CODES = frozenset({15, 16})

_LIBRARY_NOT_FOUND, _DRIVER_NOT_LOADED, _NO_PERMISSION, _MISMATCH = 12, 9, 4, 18

_lock = threading.Lock()
_users = 0
_generation = 0


class NvmlError(Exception):
    """An NVML call gave a code other than 0."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class NvmlAbsentError(Exception):
    """NVML cannot be used here; says why and what would change that."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason, self.remedy = reason, remedy


def acquire(path: str | None) -> Any:
    """Loads and opens NVML, for one more user; gives the module pynvml.

    Args:
        path: the library to load; None for the driver's own.

    Raises:
        NvmlAbsentError: no library, no driver, no permission.
    """
    global _users
    try:
        import pynvml
    except Exception as error:
        raise NvmlAbsentError(
            f"the module pynvml cannot be imported: {error}", "pip install nvidia-ml-py"
        ) from error
    with _lock:
        if path is not None:
            _preset(pynvml, path)
        if _users == 0:
            _init(pynvml)
        _users += 1
    return pynvml


def release() -> None:
    """One user less; the last one closes NVML (the host program's own use of it stays open)."""
    global _users
    with _lock:
        if _users == 0:
            return
        _users -= 1
        if _users == 0:
            _shutdown(sys.modules["pynvml"])


def generation() -> int:
    """Goes up with every `reopen`; what a source saw when it took its handle."""
    return _generation


def reopen(seen: int) -> None:
    """Closes and opens NVML once for all sources that saw generation `seen` go bad.

    A handle that outlives a driver's reload or a GPU's reset needs this, once, not once a GPU.

    Raises:
        NvmlAbsentError: the driver is still away.
    """
    global _generation
    with _lock:
        if seen != _generation:
            return
        pynvml = sys.modules["pynvml"]
        _shutdown(pynvml)
        _init(pynvml)
        _generation += 1


def after_fork() -> None:
    """In a forked child: forgets the parent's open NVML and any lock its threads held.

    Handles of before the fork are not to be used; discover again.
    """
    global _lock, _users, _generation
    _lock = threading.Lock()
    _users = 0
    _generation += 1
    pynvml: Any = sys.modules.get("pynvml")
    if pynvml is not None:
        pynvml.libLoadLock = threading.Lock()


def bind(pynvml: Any, name: str) -> Any:
    """A C function of our own, so that its settings are not shared with pynvml's users.

    Raises:
        NvmlError: FUNCTION_NOT_FOUND, in a driver that lacks it.
    """
    try:
        return pynvml.nvmlLib[name]
    except AttributeError:
        raise NvmlError(13) from None


def failure(what: str, code: int) -> ReadError:
    """The ReadError for an NVML code met while reading `what`."""
    why = UNSUPPORTED if code in UNSUPPORTED_CODES else LOST if code in LOST_CODES else FAILED
    return ReadError(why, f"{what}: NVML error {code} ({code_text(code)})")


def code_text(code: int) -> str:
    """NVML's words for a code."""
    pynvml = sys.modules.get("pynvml")
    return "unknown" if pynvml is None else str(pynvml.NVMLError(code))


def _preset(pynvml: Any, path: str) -> None:
    """Puts the library of `path` where pynvml keeps the one it loaded."""
    from ctypes import CDLL

    with pynvml.libLoadLock:
        if pynvml.nvmlLib is not None and getattr(pynvml.nvmlLib, "_name", None) == path:
            return
        try:
            pynvml.nvmlLib = CDLL(path)
        except OSError as error:
            raise NvmlAbsentError(
                f"the NVML library {path} cannot be loaded: {error}", "name another library"
            ) from error
        pynvml._nvmlGetFunctionPointer_cache.clear()


def _init(pynvml: Any) -> None:
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:
        code = int(error.value)
        raise NvmlAbsentError(*_ABSENT.get(code, (f"NVML does not open: {error}", _ASK))) from error


def _shutdown(pynvml: Any) -> None:
    try:
        pynvml.nvmlShutdown()
    except pynvml.NVMLError:
        return  # closed already, by a driver that went away


_ASK = "run nvidia-smi: it says what is wrong with the driver"
_ABSENT = {
    _LIBRARY_NOT_FOUND: (
        "the NVIDIA management library (libnvidia-ml.so.1) is not there",
        "nothing where there is no NVIDIA GPU; else install the driver, and start a container "
        "with --gpus all or the utility capability",
    ),
    _DRIVER_NOT_LOADED: (
        "the NVIDIA driver is not loaded",
        "modprobe nvidia, or start the container with the GPUs (--gpus all)",
    ),
    _NO_PERMISSION: (
        "no permission to talk to the NVIDIA driver",
        "give this user access to /dev/nvidia* (the video group, or the container's device rules)",
    ),
    _MISMATCH: (
        "the NVIDIA driver and its library are of different versions",
        "the driver was upgraded without a restart: reboot, or reload the nvidia module",
    ),
}
