"""What a process spent, added up from what its recorder commits: rough, and at once.

Of each device the process's part (`meter.running`), and of each API model the tokens.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from footprint.budgets.limits import Spent
from footprint.estimators.quantity import Quantity, total
from footprint.estimators.systems.use import ApiUse
from footprint.ledger import format as fmt
from footprint.ledger.writer import Writer
from footprint.meter.running import Running
from footprint.model import NS_PER_S
from footprint.tracking.site import PATHS

Rows = Mapping[fmt.RowType, list[tuple[Any, ...]]]
#: Tokens in, out, from a cache, of reasoning; and calls.
Tokens = tuple[float, float, float, float, int]

_NO_TOKENS: Tokens = (0.0, 0.0, 0.0, 0.0, 0)


class OfDevice(NamedTuple):
    """A device's record, this process's part of its energy (uJ), and how long it was read (ns)."""

    record: Mapping[str, Any]
    uj: float = 0.0
    held_ns: int = 0


class Sums(NamedTuple):
    """All that was spent by now: devices by id, API models by name and provider."""

    devices: Mapping[str, OfDevice] = {}
    apis: Mapping[tuple[str, str | None], Tokens] = {}
    untold: int = 0


class Spending:
    """Adds up over the sessions of a process. From one thread at a time."""

    def __init__(self) -> None:
        self._past = Sums()  # of sessions that are over
        self._running = Running()
        self._apis: dict[tuple[str, str | None], Tokens] = {}
        self._untold = 0
        self._names: dict[int, str] = {}

    def begin(self, writer: Writer) -> None:
        """Another session's rows follow; those of earlier ones stay counted."""
        self._past, self._running = self.sums(), Running()
        self._apis, self._untold = {}, 0
        self._names.clear()
        for record in writer.known:
            self._record(record)

    def take(self, rows: Rows, records: list[dict[str, Any]]) -> None:
        """Adds what was committed."""
        for record in records:
            self._record(record)
        for kind in (fmt.USAGE, fmt.POINT, fmt.WINDOW):
            self._running.rows(kind, rows.get(kind, ()))
        self._calls(rows)

    def _record(self, record: dict[str, Any]) -> None:
        self._running.record(record)
        if record.get("type") == "name":
            self._names[record["id"]] = record["name"]

    def _calls(self, rows: Rows) -> None:
        """Adds up the tokens of calls of providers."""
        units: dict[int, dict[str, float]] = {}
        for seq, name, amount in rows.get(fmt.UNIT, ()):
            units.setdefault(seq, {})[self._names.get(name, "")] = amount
        for seq, path, calls in _ended(rows):
            site = PATHS[path][1]
            if site.kind != "api":
                continue
            own = units.get(seq, {})
            if "tokens_in" not in own and "tokens_out" not in own:
                self._untold += calls
                continue
            key = site.model or "", site.tags.get("provider")
            more: Tokens = (
                own.get("tokens_in", 0.0),
                own.get("tokens_out", 0.0),
                own.get("cached_tokens_in", 0.0),
                own.get("reasoning_tokens", 0.0),
                calls,
            )
            self._apis[key] = _plus(self._apis.get(key, _NO_TOKENS), more)

    def sums(self) -> Sums:
        """All by now."""
        devices = dict(self._past.devices)
        running = self._running
        for number, record in running.devices.items():
            id_ = str(record["id"])
            past = devices.get(id_, OfDevice(record))
            uj = past.uj + running.own_uj.get(number, 0.0)
            devices[id_] = OfDevice(record, uj, past.held_ns + running.held_ns.get(number, 0))
        apis = dict(self._past.apis)
        for key, more in self._apis.items():
            apis[key] = _plus(apis.get(key, _NO_TOKENS), more)
        return Sums(devices, apis, self._past.untold + self._untold)


def between(before: Sums, after: Sums) -> Spent:
    """What was spent from one to the other."""
    parts: list[Quantity] = []
    held: dict[str, float] = {}
    for id_, now in after.devices.items():
        record = now.record
        past = before.devices.get(id_, OfDevice(record))
        if now.held_ns <= past.held_ns:
            continue  # it was not read, or is not this process's
        joules = max(0.0, now.uj - past.uj) / 1e6
        low, high = (joules * float(record.get(end) or 1.0) for end in ("gain_low", "gain_high"))
        parts.append(Quantity(min(joules, low), joules, max(joules, high), "J"))
        if record["kind"] in ("gpu", "cpu"):
            name = str(record["name"])
            held[name] = held.get(name, 0.0) + (now.held_ns - past.held_ns) / NS_PER_S
    at_ns = time.time_ns()
    apis = [
        ApiUse(*key, *_minus(tokens, before.apis.get(key, _NO_TOKENS)), at_ns)
        for key, tokens in after.apis.items()
        if tokens[-1] > before.apis.get(key, _NO_TOKENS)[-1]
    ]
    energy = total(parts, "J") if parts else None
    return Spent(energy, held, tuple(apis), after.untold - before.untold)


def _ended(rows: Rows) -> Iterator[tuple[int, int, int]]:
    """(sequence, path, calls) of the spans and folds that ended."""
    for row in rows.get(fmt.SPAN, ()):
        yield row[0], row[2], 1
    for row in rows.get(fmt.FOLD, ()):
        yield row[0], row[2], row[8]


def _plus(a: Tokens, b: Tokens) -> Tokens:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4]


def _minus(a: Tokens, b: Tokens) -> Tokens:
    return a[0] - b[0], a[1] - b[1], a[2] - b[2], a[3] - b[3], a[4] - b[4]
