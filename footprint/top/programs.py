"""What writes to ledgers now: its journals are followed, nothing is asked of the programs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from footprint.ledger import format as fmt
from footprint.ledger.following import Batch, Following
from footprint.ledger.reader import Facts, PathInfo
from footprint.ledger.sealed.closed import Here, glimpse, here, is_closed
from footprint.ledger.stored import journals
from footprint.ledger.stores.local import LocalStore
from footprint.meter.running import Running
from footprint.model import NS_PER_S, Device
from footprint.top.devices import OVER_NS, DeviceNow

#: A writer of another host that was silent for so long is not shown, ns.
SILENT_NS = 60 * NS_PER_S
#: Calls a second, and how many are at work at once, are counted over so long, ns.
RATE_NS = 5 * NS_PER_S
_UJ_PER_J = 1_000_000


class InFlight(NamedTuple):
    """A span that has begun and not ended, as of its journal's last batch.

    Attributes:
        path: what it declared.
        since_s: for how long it runs.
    """

    path: PathInfo
    since_s: float


class AtOnce(NamedTuple):
    """Calls that ended lately: too short to be seen in flight, though some always may be.

    Attributes:
        path: what they declared.
        many: how many were at work at once, on average: their time over the time that passed.
        inner: they were within other spans, whose time theirs is a part of.
    """

    path: PathInfo
    many: float
    inner: bool


class _Ended(NamedTuple):
    """What had ended by an instant: boot-time ns, calls, ns of calls by path, and whether inner."""

    t: int
    calls: int
    busy_ns: dict[tuple[int, bool], int]


class Program:
    """One writer.

    Attributes:
        facts: what it recorded of itself; its rows are not kept.
        calls: that ended since it is followed.
        ended: it said that it ends.
    """

    def __init__(self, writer: str) -> None:
        self.facts = Facts(writer, "")
        self.calls = 0
        self.ended = False
        self._open: dict[int, tuple[int, int]] = {}  # seq -> path, start
        self._t = 0
        self._behind = True
        self._heard = 0, 0  # its last batch: boot-time ns, UTC when it was read here
        self._quiet_ns = 0
        self._busy_ns: dict[tuple[int, bool], int] = {}
        self._past: deque[_Ended] = deque(maxlen=64)
        self._sums = Running()
        #: By device: (boot-time ns, J that its meter saw) at the ends of batches.
        self._readings: dict[int, deque[tuple[int, float]]] = {}
        self._before_j: dict[int, float] = {}

    @property
    def run(self) -> str:
        """The run that it is part of."""
        return str(self.facts.context.get("run", self.facts.writer))

    @property
    def in_flight(self) -> tuple[InFlight, ...]:
        """Its spans in flight, the longest first."""
        found = sorted(self._open.values(), key=lambda each: each[1])
        return tuple(
            InFlight(self._path(path), max(0, self._t - start) / NS_PER_S) for path, start in found
        )

    @property
    def at_once(self) -> tuple[AtOnce, ...]:
        """Calls that ended in the last five seconds, by what they declared; most at work first."""
        lately = self._lately()
        if lately is None or self._quiet_ns > RATE_NS:
            return ()
        first, last = lately
        means = {
            key: (busy - first.busy_ns.get(key, 0)) / (last.t - first.t)
            for key, busy in last.busy_ns.items()
        }
        found = [
            AtOnce(self._path(path), many, inner) for (path, inner), many in means.items() if many
        ]
        return tuple(sorted(found, key=lambda each: -each.many))

    @property
    def calls_per_s(self) -> float | None:
        """Calls that ended a second, over the last five; None at first."""
        lately = self._lately()
        if lately is None:
            return None
        first, last = lately
        if self._quiet_ns > RATE_NS:
            return 0.0
        return (last.calls - first.calls) / ((last.t - first.t) / NS_PER_S)

    def _lately(self) -> tuple[_Ended, _Ended] | None:
        """The last five seconds that were recorded, or what there is of them."""
        if len(self._past) < 2:
            return None
        last = self._past[-1]
        first = next(each for each in self._past if last.t - each.t <= RATE_NS)
        return (first, last) if last.t > first.t else None

    def _path(self, number: int) -> PathInfo:
        lost = PathInfo(0, "?", "other", None, None, None, {}, None, "own", False)
        return self.facts.paths.get(number, lost)

    def share(self, kind: str) -> float:
        """Its share of its host's CPU time or memory, 0 to 1, when it last told."""
        return self._sums.share(kind)

    def resident(self) -> tuple[str, ...] | None:
        """The GPUs on which it has a context; None where that is not known."""
        return self.facts.residents[-1][1] if self.facts.residents else None

    def readings(self) -> Iterator[DeviceNow]:
        """The devices of its host as it reads them."""
        for number, past in self._readings.items():
            device = self.facts.devices.get(number)
            if device is None or not past:
                continue
            (t, energy_j), first = past[-1], past[0]
            earlier = [each for each in past if t - each[0] >= OVER_NS]
            t0, energy0_j = earlier[-1] if earlier else first
            power = (energy_j - energy0_j) / ((t - t0) / NS_PER_S) if t > t0 else None
            host, boot_id = self.facts.host, self.facts.boot_id
            yield DeviceNow(
                host, boot_id, device, power, energy_j - self._before_j.get(number, 0.0)
            )

    def take(self, batches: Iterator[Batch]) -> None:
        """Takes what was appended to a journal of its."""
        for batch in batches:
            for section in batch.sections:
                for record in section.records:
                    self.facts.record(record)
                    self._sums.record(record)
                    if record.get("type") == "end":
                        self.ended = record.get("reason") != "rotated"
            rows = {each.row: each.rows for each in batch.sections if each.row is not None}
            self._calls(rows)
            for kind, found in rows.items():
                self._sums.rows(kind, found)
            self._t = max(self._t, batch.t)
            for number in self._sums.devices:
                past = self._readings.setdefault(number, deque(maxlen=16))
                past.append((batch.t, self._sums.metered_uj.get(number, 0.0) / _UJ_PER_J))
            self._past.append(_Ended(batch.t, self.calls, dict(self._busy_ns)))

    def caught_up(self, utc_ns: int) -> None:
        """What was recorded until now is known, and at first: from now on calls count."""
        if self._heard[0] != self._t:
            self._heard = self._t, utc_ns
        self._quiet_ns = utc_ns - self._heard[1]
        if self._behind:
            self._behind, self.calls = False, 0
            self._busy_ns = {}
            self._past.clear()
            self._past.append(_Ended(self._t, 0, {}))
            self._before_j = {number: past[-1][1] for number, past in self._readings.items()}

    def _calls(self, rows: dict[fmt.RowType, list[tuple[Any, ...]]]) -> None:
        for seq, _, path, start in rows.get(fmt.OPEN_SPAN, ()):
            self._open[seq] = path, start
        for seq, parent, path, _, _, start, end, *_ in rows.get(fmt.SPAN, ()):
            self._open.pop(seq, None)
            known = self.facts.paths.get(path)
            if known is None or not known.background:
                self.calls += 1
                self._busy(path, parent, min(end - start, RATE_NS))
        for row in rows.get(fmt.FOLD, ()):
            self.calls += row[8]
            self._busy(row[2], row[1], row[9])

    def _busy(self, path: int, parent: int, ns: int) -> None:
        key = path, parent != 0
        self._busy_ns[key] = self._busy_ns.get(key, 0) + ns


class Programs:
    """All that write to some ledgers now.

    Args:
        ledgers: their directories. One that is not there yet is looked for again.
        machine: which host this is, and when it is now.
    """

    def __init__(self, ledgers: Sequence[Path], machine: Callable[[], Here] = here) -> None:
        self._stores = [LocalStore(each) for each in ledgers]
        self._machine = machine
        self._found: dict[str, Program] = {}
        self._followed: dict[str, tuple[Program, int, Following]] = {}
        self._passed: dict[str, int] = {}  # journals of nobody who is there -> their size

    def look(self) -> list[Program]:
        """Those that are there, after what was written since the last look."""
        machine = self._machine()
        for store in self._stores:
            self._new(store, machine)
        for path, (program, _, journal) in sorted(
            self._followed.items(), key=lambda each: each[1][1]
        ):
            program.take(journal.new())
            if not journal.path.exists():  # it was closed, and is sealed
                del self._followed[path]
        there = {id(program) for program, _, _ in self._followed.values()}
        for writer, program in list(self._found.items()):
            program.caught_up(machine.utc_ns)
            gone = id(program) not in there or program.ended or self._died(program, machine)
            if gone:
                del self._found[writer]
                for path in [p for p, each in self._followed.items() if each[0] is program]:
                    journal = self._followed.pop(path)[2]
                    self._passed[path] = journal.size
        return list(self._found.values())

    def _new(self, store: LocalStore, machine: Here) -> None:
        if not (store.root / fmt.JOURNALS).is_dir():
            return
        for file in journals(store):
            path = str(store.root / file.path)
            if path in self._followed or self._passed.get(path) == file.size:
                continue
            try:
                seen = glimpse(store, file.path, file.size)
            except FileNotFoundError:
                continue
            if seen is None:
                continue  # its first batch is being written
            if is_closed(seen, machine) or (
                seen.boot_id != machine.boot_id and machine.utc_ns - seen.last_utc_ns > SILENT_NS
            ):
                self._passed[path] = file.size
                continue
            writer, part = seen.key
            program = self._found.setdefault(writer, Program(writer))
            self._followed[path] = program, part, Following(Path(path))

    def _died(self, program: Program, machine: Here) -> bool:
        facts = program.facts
        if not facts.context:
            return False
        if facts.boot_id != machine.boot_id:
            return machine.utc_ns - facts.utc_ns(program._t) > SILENT_NS
        pid = facts.context.get("pid")
        return isinstance(pid, int) and facts.host in machine.hosts and not machine.alive(pid)


def on_gpu(span: PathInfo, program: Program, gpu: Device) -> bool:
    """Whether a span may run on a GPU of its host: it says so, or its process has a context."""
    from footprint.accounts.posting import declared_on

    said = declared_on(span, gpu)
    if said is not None:
        return said
    resident = program.resident()
    return resident is None or gpu.id in resident
