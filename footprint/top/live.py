"""The view, tick by tick: devices, programs, and what of the one goes to the other."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from footprint.accounts.pricing import declared_from
from footprint.estimators.context import apply, resolve
from footprint.estimators.pricing import FactorSet
from footprint.estimators.quantity import Quantity, total
from footprint.ledger.sealed.closed import Here, here
from footprint.model import NS_PER_S, Device
from footprint.probes.base import Discovery
from footprint.settings import DECLARED, Settings
from footprint.top.booked import Books, UntilNow
from footprint.top.devices import DeviceNow, Watched
from footprint.top.programs import Programs
from footprint.top.sharing import Tree, shares, trees
from footprint.top.view import CallsNow, ProgramNow, SpanNow, Spent, View

_HOUR_S = 3600.0
_NOTHING = Quantity(0.0, 0.0, 0.0, "J")
#: So many ticks are kept: more than pass between two looks into the books.
_TICKS = 4096


class Live:
    """What goes on now on this machine and in some ledgers.

    Args:
        ledgers: directories, whose programs are shown; they need not be there yet.
        given: declared for this view (zone, pue, ...): goes before what the programs declared.
        settings: the reader's own: goes after it.
        found: this machine's devices.
        host: this machine's name in ledgers.
        machine: which host this is, and when it is now.
        monotonic_s: seconds of a clock that is never set.
    """

    def __init__(
        self,
        ledgers: Sequence[Path],
        given: Mapping[str, Any],
        settings: Settings,
        found: Discovery,
        host: str,
        machine: Callable[[], Here] = here,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._given, self._settings = given, settings
        boot_id = machine().boot_id
        self._watched = [Watched(source, host, boot_id) for source in found.sources]
        self._lacks = [f"{each.what}: {each.reason}" for each in found.unavailable]
        self._ledgers = tuple(ledgers)
        self._programs = Programs(ledgers, machine)
        self._books = Books(ledgers, given)
        self._machine, self._monotonic_s = machine, monotonic_s
        self._began_s = monotonic_s()
        self._last: dict[str, float] = {}  # device -> J so far
        #: By program: (seconds, J since the view began), newest last.
        self._parts: dict[str, deque[tuple[float, Quantity]]] = {}

    def start(self) -> None:
        """Devices are read from now on."""
        for each in self._watched:
            each.start()

    def stop(self) -> None:
        """They are not any more."""
        for each in self._watched:
            each.stop()

    def look(self) -> View:
        """What there is now."""
        now_s = self._monotonic_s()
        found = trees(self._programs.look())
        devices = self._devices(found)
        power_w = {tree.id: 0.0 for tree in found}
        step = {tree.id: _NOTHING for tree in found}
        for each in devices:
            self._share(each, found, power_w, step)
        for tree, energy in step.items():
            past = self._parts.setdefault(tree, deque([(self._began_s, _NOTHING)], maxlen=_TICKS))
            past.append((now_s, past[-1][1] + energy))
        self._books.look(_first(found))
        factors, notes = self._factors(found)
        energies = [_with_gain(each.device, each.energy_j) for each in devices]
        powers = [
            _with_gain(each.device, each.power_w, "W")
            for each in devices
            if each.power_w is not None
        ]
        until = self._books.found
        return View(
            utc=datetime.fromtimestamp(self._machine().utc_ns // NS_PER_S, UTC).isoformat(),
            elapsed_s=now_s - self._began_s,
            devices=tuple(devices),
            programs=tuple(
                self._program(tree, power_w[tree.id] if powers else None, until) for tree in found
            ),
            power_w=total(powers, "W") if powers else None,
            spent=_spent(factors, total(energies, "J") if energies else None),
            hourly=_spent(factors, _in_an_hour(powers) if powers else None),
            notes=tuple(dict.fromkeys([*self._absent(), *self._lacks, *notes])),
        )

    def _absent(self) -> Iterable[str]:
        """What is said of ledgers that are not there: a name may be mistyped, or begin later."""
        return [
            f"there is no ledger at {each} yet: what writes to it is shown once there is one"
            for each in self._ledgers
            if not each.exists()
        ]

    def _devices(self, found: Sequence[Tree]) -> list[DeviceNow]:
        """This machine's by its own probes; others as their hosts' programs read them."""
        own = [each.now() for each in self._watched]
        seen = {each.device.id: each for each in own}
        for program in (each for tree in found for each in tree.members):
            for reading in program.readings():
                before = seen.get(reading.device.id)
                # Several writers may read one device: the one that saw most of it counts.
                if before is None or (before not in own and reading.energy_j > before.energy_j):
                    seen[reading.device.id] = reading
        return list(seen.values())

    def _share(
        self,
        each: DeviceNow,
        found: Sequence[Tree],
        power_w: dict[str, float],
        step: dict[str, Quantity],
    ) -> None:
        """Adds a device's power, and its energy since the last tick, to those of the programs."""
        energy_j = max(0.0, each.energy_j - self._last.get(each.device.id, 0.0))
        self._last[each.device.id] = each.energy_j
        energy = _with_gain(each.device, energy_j)
        for tree, share in shares(each.device, each.boot_id, found).items():
            step[tree] += energy * share
            power_w[tree] += (each.power_w or 0.0) * share

    def _program(self, tree: Tree, power_w: float | None, until: UntilNow) -> ProgramNow:
        facts = tree.root.facts
        rates = [each.calls_per_s for each in tree.members if each.calls_per_s is not None]
        before = until.runs.get(tree.root.run)
        if before is not None and before.energy_j is None:
            before = None  # its devices were not found yet when the books were read
        factors = self._of_place(facts.context.get("declared") or {})
        since = _spent(factors, self._since(tree.id, until.at_s if before else self._began_s))
        spent = since
        if before is not None:
            carbon = before.carbon_location_g
            costs = {name: money.to_quantity() for name, money in before.cost.items()}
            spent = Spent(
                _plus(before.energy_j, since.energy_j),
                _plus(carbon, since.carbon_g),
                {name: _plus(cost, since.cost.get(name)) or cost for name, cost in costs.items()},
            )
        pid = facts.context.get("pid")
        return ProgramNow(
            facts.host,
            pid if isinstance(pid, int) else None,
            tree.root.run,
            tuple(_spans(tree)),
            tuple(_lately(tree)),
            sum(each.calls for each in tree.members),
            sum(rates) if rates else None,
            power_w,
            spent,
            before is None,
        )

    def _since(self, tree: str, at_s: float) -> Quantity:
        """What a program got of the devices since an instant."""
        past = self._parts.get(tree)
        if not past:
            return _NOTHING
        earlier = [energy for t, energy in past if t <= at_s]
        first, last = earlier[-1] if earlier else past[0][1], past[-1][1]
        return Quantity(last.low - first.low, last.mid - first.mid, last.high - first.high, "J")

    def _factors(self, found: Sequence[Tree]) -> tuple[FactorSet | None, list[str]]:
        """What all devices are priced with, and what is to be said of it."""
        said = {
            tuple(sorted(_declared(each.root.facts.context).items(), key=lambda one: one[0]))
            for each in found
        } - {()}
        if len(said) > 1 and not self._given:
            return None, [
                "the programs declare different places: name one (--zone) for all devices"
            ]
        factors = self._of_place(dict(next(iter(said), ())))
        return factors, [
            f"{each.why}: {each.remedy}" for each in factors.gaps if _missed(each.what)
        ]

    def _of_place(self, context: Mapping[str, Any]) -> FactorSet:
        own = {name: getattr(self._settings, name) for name in DECLARED}
        first = declared_from(self._given, "argument")
        second = declared_from(context, "the run's context")
        return resolve(first.over(second).over(declared_from(own, "the reader's settings")))


def _missed(what: str) -> bool:
    """Whether the view would show what is missing."""
    return what.startswith(("carbon_location_g", "cost"))


def _declared(context: Mapping[str, Any]) -> dict[str, Any]:
    said = context.get("declared") or {}
    return {name: said[name] for name in DECLARED if said.get(name) is not None}


def _with_gain(device: Device, value: float, unit: str = "J") -> Quantity:
    return Quantity(value * device.gain_low, value, value * device.gain_high, unit)


def _in_an_hour(powers: Iterable[Quantity]) -> Quantity:
    power = total(powers, "W") * _HOUR_S
    return Quantity(power.low, power.mid, power.high, "J")


def _plus(one: Quantity | None, other: Quantity | None) -> Quantity | None:
    return None if one is None or other is None else one + other


def _spent(factors: FactorSet | None, energy: Quantity | None) -> Spent:
    if factors is None or energy is None:
        return Spent(energy)
    priced = apply(factors, energy)
    costs = {name: money.to_quantity() for name, money in priced.cost.items()}
    return Spent(energy, priced.carbon_location_g, costs)


def _first(found: Iterable[Tree]) -> datetime | None:
    """When the first of some programs began."""
    begun = [
        each.facts.utc_ns(each.facts.context["t"])
        for tree in found
        for each in tree.members
        if each.facts.context
    ]
    # A second earlier: a first span may begin before its writer is there.
    return datetime.fromtimestamp(min(begun) // NS_PER_S - 1, UTC) if begun else None


def _spans(tree: Tree) -> Iterable[SpanNow]:
    many: Counter[tuple[str, str, str | None]] = Counter()
    longest: dict[tuple[str, str, str | None], float] = {}
    for _, span in tree.in_flight:
        key = span.path.name, span.path.kind, span.path.model
        many[key] += 1
        longest[key] = max(longest.get(key, 0.0), span.since_s)
    return [SpanNow(*key, many[key], longest[key]) for key in many]


def _lately(tree: Tree) -> Iterable[CallsNow]:
    """Calls that ended lately, of paths that have none in flight."""
    there = {(span.path.name, span.path.kind, span.path.model) for _, span in tree.in_flight}
    many: dict[tuple[str, str, str | None], float] = {}
    for each in (calls for own in tree.members for calls in own.at_once):
        key = each.path.name, each.path.kind, each.path.model
        many[key] = many.get(key, 0.0) + each.many
    most = sorted(many.items(), key=lambda one: -one[1])
    return [CallsNow(*key, found) for key, found in most if key not in there]
