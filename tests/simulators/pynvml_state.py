"""nvidia-ml-py keeps its library, its function pointers and a count in module globals.

A test process meets several simulations (and the machine's own driver) one after the other, so
these globals are set and cleared here, in one place.
"""

from __future__ import annotations

import ctypes
import sys
from types import ModuleType


def use_pynvml(library: str) -> ModuleType:
    """Points nvidia-ml-py at `library` and initialises it."""
    import pynvml

    reset_pynvml()
    pynvml.nvmlLib = ctypes.CDLL(library)
    pynvml.nvmlInit()
    return pynvml  # type: ignore[no-any-return]


def reset_pynvml() -> None:
    """As if nvidia-ml-py had just been imported: nothing loaded, nothing cached."""
    module = sys.modules.get("pynvml")
    if module is None or module.nvmlLib is None:
        return
    while module._nvmlLib_refcount > 0:
        try:
            module.nvmlShutdown()
        except module.NVMLError:
            break
    vars(module).update(nvmlLib=None, _nvmlLib_refcount=0)
    module._nvmlGetFunctionPointer_cache.clear()
