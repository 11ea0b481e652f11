"""Makes file permissions hold for root too, so that "permission denied" is real in tests."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

_VERSION_3 = 0x20080522
_DAC_OVERRIDE, _DAC_READ_SEARCH = 1 << 1, 1 << 2


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def _call(function: str, header: _Header, sets: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, function)(ctypes.byref(header), sets) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{function}: {os.strerror(error)}")


@contextmanager
def unprivileged() -> Iterator[None]:
    """The calling thread, and threads it starts meanwhile, may open only what the mode allows.

    Root sets aside the two capabilities that override file permissions (and takes them back);
    for everybody else nothing changes. Threads that run already keep theirs, and a subprocess of
    root gets them anew.
    """
    header, sets = _Header(_VERSION_3, 0), (_Sets * 2)()
    _call("capget", header, sets)
    before = sets[0].effective
    sets[0].effective = before & ~(_DAC_OVERRIDE | _DAC_READ_SEARCH)
    _call("capset", header, sets)
    try:
        yield
    finally:
        sets[0].effective = before
        _call("capset", header, sets)
