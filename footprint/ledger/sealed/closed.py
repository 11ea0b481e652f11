"""Which journals are closed: their writer said so, or cannot write any more.

    said       its last batch holds an `end` record
    died       it is of this host and this boot, and no process has its number
    rebooted   it is of this host and another boot, and was silent for an hour
    silent     its last batch is a day old

A writer whose process is there is never taken for dead. A boot alone does not say that its
processes can be seen from here, since containers share it; nor does a host's name alone that it is
this machine. A journal that grows although it was sealed is read from its file, and stays
(`sealing`).
"""

from __future__ import annotations

import hashlib
import os
import platform
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from footprint import clock
from footprint.ledger import format as fmt
from footprint.ledger.stores import Store

#: A journal whose last batch is older than this is closed, ns; of another boot of this host.
SILENT_NS, REBOOTED_NS = 24 * 3600 * 1_000_000_000, 3600 * 1_000_000_000
#: So many bytes at a journal's start and end are looked at first; all of it where that is too few.
_GLIMPSE = 1 << 18


def _alive(pid: int) -> bool:
    """Whether a process with this number exists; yes where that cannot be known."""
    if Path("/proc/self").exists():
        return Path(f"/proc/{pid}").exists()
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _names() -> frozenset[str]:
    """What journals of this host call it: its name, or the hash of it."""
    name = os.uname().nodename if hasattr(os, "uname") else platform.node()
    return frozenset({name, "host-" + hashlib.sha256(name.encode()).hexdigest()[:12]})


class Here(NamedTuple):
    """The machine that seals, and its time.

    Attributes:
        boot_id: this boot.
        hosts: the names under which its journals know it.
        utc_ns: now.
        alive: whether a process of this machine exists.
    """

    boot_id: str
    hosts: frozenset[str]
    utc_ns: int
    alive: Callable[[int], bool] = _alive


def here() -> Here:
    """This machine, now."""
    return Here(clock.boot_id(), _names(), clock.anchor()[1])


class Glimpse(NamedTuple):
    """What a journal's first and last batch say.

    Attributes:
        key: (writer, part).
        context: its `writer` record.
        ended: whether an `end` record closes it.
        last_utc_ns: UTC of its last batch, by the writer's first anchor.
    """

    key: tuple[str, int]
    context: dict[str, Any]
    ended: bool
    last_utc_ns: int

    @property
    def boot_id(self) -> str:
        """The boot whose clock its times are of."""
        return str(self.context.get("boot_id", ""))


def glimpse(store: Store, name: str, size: int) -> Glimpse | None:
    """Looks at a journal's ends; None where its first batch or its last one make no sense.

    Raises FileNotFoundError where it is gone.
    """
    head = fmt.read_header(store.read(name, 0, fmt.HEADER_SIZE))
    if head is None or head.major > fmt.MAJOR:
        return None
    context = next(iter(_records(_first_payload(store, name, size))), None)
    if context is None or context.get("type") != "writer":
        return None
    last = _last_batch(store, name, size)
    if last is None:
        return None
    batch, payload, whole = last
    ended = whole and any(record.get("type") == "end" for record in _records(payload))
    try:
        last_utc_ns = batch.t_max - int(context["t"]) + int(context["utc_ns"])
    except (KeyError, TypeError, ValueError):
        return None
    return Glimpse(head.key, context, ended, last_utc_ns)


def is_closed(found: Glimpse, machine: Here) -> bool:
    """Whether nothing will be added to a journal."""
    if found.ended:
        return True
    same_host = found.context.get("host") in machine.hosts
    silent_ns = machine.utc_ns - found.last_utc_ns
    if found.boot_id == machine.boot_id:
        pid = found.context.get("pid")
        if type(pid) is not int or machine.alive(pid):
            return False
        return same_host or silent_ns > SILENT_NS
    return silent_ns > (REBOOTED_NS if same_host else SILENT_NS)


def _first_payload(store: Store, name: str, size: int) -> bytes:
    data = store.read(name, 0, min(size, _GLIMPSE))
    batch = fmt.batch_head(data, fmt.HEADER_SIZE)
    if batch is None:
        return b""
    start = fmt.HEADER_SIZE + fmt.BATCH_HEADER_SIZE
    payload = data[start : start + batch.length]
    if len(payload) < batch.length:
        payload = store.read(name, start, start + batch.length)
    return payload if batch.holds(payload) else b""


def _last_batch(store: Store, name: str, size: int) -> tuple[fmt.BatchHead, bytes, bool] | None:
    """The last batch that holds, its payload, and whether the journal ends with it."""
    for length in (_GLIMPSE, size):
        base = max(0, size - length)
        data = store.read(name, base, size)
        at = data.rfind(fmt.SYNC)
        while at >= 0:
            batch = fmt.batch_head(data, at)
            start = at + fmt.BATCH_HEADER_SIZE
            if batch is not None and batch.holds(payload := data[start : start + batch.length]):
                return batch, payload, start + batch.length == len(data)
            at = data.rfind(fmt.SYNC, 0, at)
        if base == 0:
            return None
    return None


def _records(payload: bytes) -> list[dict[str, Any]]:
    try:
        return [each for part in fmt.sections(payload, rows=False) for each in part.records]
    except (ValueError, IndexError, RecursionError, struct.error):
        return []


__all__ = ["SILENT_NS", "Glimpse", "Here", "glimpse", "here", "is_closed"]
