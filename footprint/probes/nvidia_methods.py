"""The ways to read an NVIDIA GPU through NVML, and which of them a board answers to.

Found by trying, not by architecture: each way is called on the device in hand, and the first that
answers is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from ctypes import byref, c_uint, c_ulonglong
from typing import Any, NamedTuple

from footprint.probes import nvml
from footprint.probes.nvml import NvmlError, Read

_ENERGY, _POWERS = 83, (185, 186)  # nvml.h, NVML_FI_DEV_*: POWER_AVERAGE, POWER_INSTANT
_GPU, _MODULE = 0, 1  # NVML_POWER_SCOPE_*
#: INVALID_ARGUMENT is what drivers older than a field say of it, NO_PERMISSION what a vGPU's says.
_NOT_THIS_WAY = nvml.UNSUPPORTED_CODES | {2, 4}

#: Makes a `Read` for a device's handle.
Method = Callable[[Any, Any], Read]


class Methods(NamedTuple):
    """How a device is read: one way for energy, one for power, None where there is none."""

    energy: Method | None
    power: Method | None
    scope: str


def choose(pynvml: Any, handle: Any) -> Methods:
    """Tries the ways to read a device, best first.

    A way that fails for a passing reason (a timeout) counts as answering.
    """

    def first(*ways: Method) -> Method | None:
        return next((way for way in ways if _answers(way, pynvml, handle)), None)

    of_module = _field(_ENERGY, _MODULE)
    plain = _call("nvmlDeviceGetTotalEnergyConsumption", c_ulonglong)
    energy = first(plain, _field(_ENERGY, _GPU), of_module)
    power = first(
        _call("nvmlDeviceGetPowerUsage", c_uint),
        *(_field(which, where) for where in (_GPU, _MODULE) for which in _POWERS),
    )
    # Where only MODULE answers (Grace Hopper), the plain calls tell the module's figures too.
    gpu, module = (first(*(_field(each, where) for each in _POWERS)) for where in (_GPU, _MODULE))
    only_module = energy is of_module or (module is not None and gpu is None)
    return Methods(energy, power, "module" if only_module else "gpu")


def _answers(method: Method, pynvml: Any, handle: Any) -> bool:
    try:
        method(pynvml, handle)()
    except NvmlError as error:
        return error.code not in _NOT_THIS_WAY
    return True


def _call(name: str, ctype: Callable[[], Any]) -> Method:
    """A method that is a C function of (handle, figure*)."""

    def method(pynvml: Any, handle: Any) -> Read:
        function, figure = nvml.bind(pynvml, name), ctype()
        pointer = byref(figure)

        def read() -> int:
            if code := function(handle, pointer):
                raise NvmlError(code)
            return figure.value  # type: ignore[no-any-return]

        return read

    return method


def _field(field: int, scope: int) -> Method:
    """A method that is one of NVML's field values."""

    def method(pynvml: Any, handle: Any) -> Read:
        function = nvml.bind(pynvml, "nvmlDeviceGetFieldValues")
        values = (pynvml.c_nvmlFieldValue_t * 1)()
        values[0].fieldId, values[0].scopeId = field, scope
        # nvmlValueType_t: how to look at the union
        members = ("dVal", "uiVal", "ulVal", "ullVal", "sllVal", "siVal", "usVal")

        def read() -> int:
            if code := function(handle, 1, values) or values[0].nvmlReturn:
                raise NvmlError(code)
            return int(getattr(values[0].value, members[values[0].valueType]))

        return read

    return method
