"""What a function or block declared, and the paths by which it is reached.

A *path* is a site under a caller's path, as in a profiler's call tree: folding many short calls
needs to know that they came the same way. Paths are numbered for the process's life.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from footprint.errors import UsageError, nearest, shown
from footprint.model import KINDS, SMALLEST_AMOUNT

STREAMS = ("own", "whole")
SYNCS = (None, "event", "block")

#: Path number -> (parent path, site). Only ever added to, and without a lock: a finalizer or a
#: signal handler may come in anywhere, and a forked child has no thread that would let go of it.
PATHS: dict[int, tuple[int, Site]] = {}
_next_path = itertools.count(1).__next__


class Site:
    """A tracked function or block: what was declared about its work.

    Args:
        name: what reports call it.
        kind: one of `footprint.model.KINDS`.
        model, version, project: names, or None.
        tags: further names by key.
        devices: where the work runs: GPU numbers, UUIDs, or `"cpu"`; None: found out.
        stream: `"own"` leaves out the time in which a generator's consumer holds it, `"whole"`
            counts it in.
        sync: `"event"` or None: a GPU event tells when queued work ended; `"block"`: waits for it.
        sample: the share of calls that are recorded.

    Raises UsageError for what is none of these.
    """

    __slots__ = (
        "background",
        "devices",
        "kind",
        "model",
        "name",
        "paths",
        "project",
        "skip",
        "stream",
        "stride",
        "sync",
        "tags",
        "version",
    )

    def __init__(
        self,
        name: str,
        kind: str = "other",
        model: str | None = None,
        version: str | None = None,
        project: str | None = None,
        tags: Mapping[str, str] | None = None,
        devices: Sequence[int | str] | None = None,
        stream: str = "own",
        sync: str | None = None,
        sample: float = 1.0,
    ) -> None:
        if not isinstance(name, str) or not name:
            raise UsageError(f"name={shown(name)} is not a name: give a string")
        if kind not in KINDS:
            raise UsageError(
                f"kind={shown(kind)} of {name} is not known: use one of {', '.join(KINDS)}."
                + nearest(str(kind), KINDS)
            )
        if stream not in STREAMS:
            raise UsageError(f"stream={shown(stream)} of {name} is not known: use 'own' or 'whole'")
        if sync not in SYNCS:
            raise UsageError(f"sync={shown(sync)} of {name} is not known: use 'event' or 'block'")
        if isinstance(sample, bool) or not isinstance(sample, int | float) or not 0 < sample <= 1:
            raise UsageError(f"sample={shown(sample)} of {name} must be above 0 and at most 1")
        self.name = name
        self.kind = kind
        self.model = _text("model", model)
        self.version = _text("version", version)
        self.project = _text("project", project)
        self.tags = checked_tags(name, tags)
        self.devices = _devices(name, devices)
        self.stream = stream
        self.sync = sync
        #: One call in so many is recorded and stands for the others.
        self.stride = min(round(1 / max(sample, 1e-18)), 2**53)
        self.skip: Callable[[], int] | None = _Skip(self) if self.stride > 1 else None
        #: A whole run: it waits for what it started, and holds what that leaves.
        self.background = False
        self.paths = _Paths(self)

    def skips(self) -> bool:
        """Whether this call is one of those that are not recorded."""
        return self.skip is not None and bool(self.skip())

    def path_under(self, parent: int) -> int:
        """This site's path below a caller's path (0: none). Cached in `paths`."""
        path = _next_path()
        PATHS[path] = (parent, self)
        return self.paths.setdefault(parent, path)

    def record(self, path: int, parent: int) -> dict[str, Any]:
        """The ledger's JSON record of a path of this site."""
        record: dict[str, Any] = {
            "type": "path",
            "path": path,
            "parent": parent,
            "name": self.name,
            "kind": self.kind,
        }
        for key in ("model", "version", "project"):
            if getattr(self, key) is not None:
                record[key] = getattr(self, key)
        if self.tags:
            record["tags"] = self.tags
        if self.devices is not None:
            record["devices"] = list(self.devices)
        if self.background:
            record["background"] = True
        if self.stream != "own":
            record["stream"] = self.stream
        return record

    def __reduce__(self) -> tuple[Any, ...]:
        # Paths are this process's: a copy in another process finds its own.
        return Site, (
            self.name,
            self.kind,
            self.model,
            self.version,
            self.project,
            self.tags,
            self.devices,
            self.stream,
            self.sync,
            1 / self.stride,
        )


class _Paths(dict[int, int]):
    """A site's paths. A function that is pickled by value takes its site along, not the numbers."""

    __slots__ = ("_site",)

    def __init__(self, site: Site) -> None:
        super().__init__()
        self._site = site

    def __reduce__(self) -> tuple[Any, ...]:
        return getattr, (self._site, "paths")


class _Skip:
    """0 for one call in so many."""

    __slots__ = ("_count", "_site", "_stride")

    def __init__(self, site: Site) -> None:
        self._site = site
        self._stride = site.stride
        self._count = itertools.count().__next__

    def __call__(self) -> int:
        return self._count() % self._stride

    def __reduce__(self) -> tuple[Any, ...]:
        return getattr, (self._site, "skip")


def _text(what: str, value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise UsageError(f"{what}={shown(value)} is not a name: give a string")
    return str(value)


def _devices(name: str, devices: Sequence[int | str] | None) -> tuple[int | str, ...] | None:
    if devices is None:
        return None
    if isinstance(devices, str | int):
        devices = (devices,)
    if not isinstance(devices, Sequence):
        raise UsageError(
            f"devices={shown(devices)} of {name} is no list: give GPU numbers, UUIDs, or 'cpu'"
        )
    for device in devices:
        if isinstance(device, bool) or not isinstance(device, int | str):
            raise UsageError(
                f"devices={shown(device)} of {name} is no device: give GPU numbers, UUIDs, or 'cpu'"
            )
    return tuple(devices)


def checked_tags(name: str, tags: object) -> dict[str, str]:
    """Tags as they are recorded. Raises UsageError for what is no mapping."""
    if tags is None:
        return {}
    if not isinstance(tags, Mapping):
        raise UsageError(f"tags={shown(tags)} of {name} are not names by key: give a dictionary")
    return {str(key): str(value) for key, value in tags.items()}


def amount(name: str, value: Any) -> float:
    """A number given to `add`.

    Raises UsageError for bools, text, NaN, infinities, negatives, and what is so near zero that
    figures per unit would have no finite value.
    """
    if isinstance(value, bool) or not hasattr(value, "__float__") or isinstance(value, str | bytes):
        raise UsageError(f"{name}={shown(value)} is not a number")
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"{name}={shown(value)} is not one number: {error}") from error
    if not math.isfinite(number) or number < 0:
        raise UsageError(f"{name}={shown(value)} must be finite and not negative")
    if 0.0 < number < SMALLEST_AMOUNT:
        raise UsageError(f"{name}={shown(value)} is too near zero: nothing is 0")
    return number
