"""A book's energy as uses by place: groups, lines and totals, with the sensors' gain.

A *place* is what a run declared, and a boot: energy of one is summed (with joint bounds, per
device) before its factors are applied, and what was priced is added over places.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from footprint.accounts.lines import GroupEnergy
from footprint.accounts.pricing import at_instants, held_s, together, with_gain
from footprint.estimators.applied import Use
from footprint.estimators.quantity import Quantity
from footprint.ledger.reader import Facts
from footprint.model import NJ_PER_J, Device
from footprint.pages.labels import label
from footprint.pages.page import BOOT, DeviceLine, Place
from footprint.pages.total import Total
from footprint.reports.view import OnDevice

_MODELS = ("utilisation", "nameplate")


class Used(NamedTuple):
    """What a group used.

    Attributes:
        uses: by factor set: energy in J, when it was used, and which devices were held for it.
        tiers_j: J by (factor set, tier).
        unmetered: some of its spans have no energy at all.
        missing: by device, the share of its active time in which it was not metered.
        parts: what it used of each device at each place, as it was booked, without idle energy.
        devices: J of each device, by host and device; they add up to the energy of `uses`.
    """

    uses: dict[int, Use]
    tiers_j: dict[tuple[int, str], float]
    unmetered: bool
    missing: dict[Device, float]
    parts: tuple[GroupEnergy, ...] = ()
    devices: tuple[OnDevice, ...] = ()


class Piece(NamedTuple):
    """Energy with the factor set of its place: J by tier; `use`: when it was used."""

    number: int
    use: Use
    tiers_j: Mapping[str, float]


class _Rest(NamedTuple):
    """A device: what entries used of it by factor set, and the rest with its own."""

    line: DeviceLine
    shares: dict[int, list[GroupEnergy]]
    home: int
    idle: Use
    other: Use


class Booked:
    """Energies of a ledger.

    Args:
        book: what it comes to.
        sets: the factor set of each place.
        absorb: spread each device's idle energy over what it was attributed to.
    """

    def __init__(self, book: Total, sets: Mapping[Place, int], absorb: bool) -> None:
        self.book = book
        self.sets = sets
        self.absorb = absorb
        self.mixed: list[DeviceLine] = []
        self._hosts = {(each.boot, each.device.id): each.host for each in book.devices}
        self.metered_boots = {each.boot for each in book.devices if each.metered}
        #: With `absorb`, by boot and device: its tracked energy in J, and that over attributed.
        self._ratios = {
            (each.boot, each.device.id): (_tracked_j(each), _tracked_j(each) / _attributed_j(each))
            for each in book.devices
            if absorb and each.attributed_nj > 0
        }
        self._absorbed = {
            (each.boot, each.device.id): each
            for each in book.devices
            if (each.boot, each.device.id) in self._ratios
        }
        #: The same of the time for which a device was held.
        self._longer = {
            key: (each.present_ns - each.unattributed_ns) / held
            for key, each in self._absorbed.items()
            if (held := each.present_ns - each.unattributed_ns - each.idle_ns) > 0
        }

    def used(self, name: Hashable, places: Iterable[Place]) -> Used:
        """What the group of this name used at these places."""
        uses: dict[int, list[Use]] = {}
        tiers: dict[tuple[int, str], float] = {}
        missing: dict[Device, float] = {}
        every: list[GroupEnergy] = []
        devices: dict[tuple[str, str], OnDevice] = {}
        unmetered = False
        for place in sorted(set(places)):
            number, (_, boot) = self.sets[place], place
            parts = self.book.groups.get((name, place), ())
            for part in parts:
                if part.energy.missing:
                    missing[part.device] = max(part.energy.missing, missing.get(part.device, 0.0))
            known = [part for part in parts if part.energy.missing < 1]
            if not known and (parts or boot not in self.metered_boots):
                unmetered = True
                continue
            own = [self._use(part, boot) for part in known]
            uses.setdefault(number, []).extend(own)
            every.extend(known)
            for part, use in zip(known, own, strict=True):
                key = self._hosts[boot, part.device.id], part.device.id
                devices[key] = _on(key[0], part.device, use.energy, devices.get(key))
                _, ratio = self._ratios.get((boot, part.device.id), (0.0, 1.0))
                for tier, amount in part.tiers.items():
                    at = number, tier
                    tiers[at] = tiers.get(at, 0.0) + amount * ratio / NJ_PER_J
        those = tuple(devices[key] for key in sorted(devices))
        return Used(_summed(uses), tiers, unmetered, missing, tuple(every), those)

    def _use(self, part: GroupEnergy, boot: str) -> Use:
        """A group's part of one device; with `absorb` with its part of what was idle."""
        weights = at_instants(part.by_stretch, self.book.cuts)
        if (own := self._absorbed.get((boot, part.device.id))) is not None and own.idle_by:
            # Its part of the idle energy was drawn when the device idled, not while it was active.
            for at, nj in at_instants(own.idle_by, self.book.cuts).items():
                more = nj * part.energy.mid_nj // own.attributed_nj
                weights[at] = weights.get(at, 0) + more
        held_ns = part.held_ns * self._longer.get((boot, part.device.id), 1.0)
        return Use(self._joules(part, boot), weights, held_s(part.device, held_ns))

    def _joules(self, part: GroupEnergy, boot: str) -> Quantity:
        own = with_gain(part.energy, part.device)
        found = self._ratios.get((boot, part.device.id))
        if found is None:
            return own
        tracked_j, ratio = found
        grown = own * ratio
        most = max(grown.mid, tracked_j * part.device.gain_high)
        return Quantity(grown.low, grown.mid, min(grown.high, most), "J")

    # -- what was not attributed

    def rest(self) -> tuple[dict[int, Use], dict[int, Use], dict[int, Use]]:
        """(idle, unattributed, total) by factor set. Without any meter: empty."""
        idle: dict[int, list[Use]] = {}
        other: dict[int, list[Use]] = {}
        whole: dict[int, list[Use]] = {}
        for each, shares, home, idle_use, other_use in self._rests:
            idle.setdefault(home, []).append(idle_use)
            other.setdefault(home, []).append(other_use)
            parts = [
                (number, self._use(part, each.boot))
                for number, own in shares.items()
                for part in own
            ]
            if set(shares) <= {home}:
                # The meter's sum knows nothing of edges: its bounds are those of the gain alone.
                uses = [use for _, use in parts]
                sum_ = together([idle_use, other_use, *uses])
                whole.setdefault(home, []).append(
                    sum_._replace(energy=_scaled(each, each.metered_nj))
                )
                continue
            whole.setdefault(home, []).extend((idle_use, other_use))
            for number, use in parts:
                whole.setdefault(number, []).append(use)
        return _summed(idle), _summed(other), _summed(whole)

    @cached_property
    def _rests(self) -> list[_Rest]:
        """Of each metered device what was not attributed, and whose factors hold for it."""
        found: list[_Rest] = []
        for each in self.book.devices:
            if not each.metered:
                continue
            shares = self._attributed(each)
            absorbed = (each.boot, each.device.id) in self._ratios
            idle = Use(
                self._idle(each, shares),
                {} if absorbed else at_instants(each.idle_by, self.book.cuts),
                held_s(each.device, 0 if absorbed else each.idle_ns),
            )
            other = Use(
                _scaled(each, each.unattributed_nj),
                at_instants(each.unattributed_by, self.book.cuts),
                held_s(each.device, each.unattributed_ns),
            )
            found.append(_Rest(each, shares, self._home(each), idle, other))
        return found

    def idle(self) -> Iterator[tuple[DeviceLine, int, Use]]:
        """Each metered device with its factor set, and what it used while it idled."""
        for rest in self._rests:
            yield rest.line, rest.home, rest.idle

    def pieces(self) -> Iterator[Piece]:
        """All that was metered, by factor set and by how it became known.

        What was not attributed is of the tier of its device.
        """
        used = self.used(BOOT, [place for name, place in self.book.groups if name == BOOT])
        for number, use in used.uses.items():
            own = {tier: nj for (at, tier), nj in used.tiers_j.items() if at == number}
            yield Piece(number, use, own)
        for rest in self._rests:
            for use in (rest.idle, rest.other):
                yield Piece(rest.home, use, {rest.line.device.tier: use.energy.mid})

    def _attributed(self, each: DeviceLine) -> dict[int, list[GroupEnergy]]:
        found: dict[int, list[GroupEnergy]] = {}
        for place, number in self.sets.items():
            if place[1] != each.boot:
                continue
            for part in self.book.groups.get((BOOT, place), ()):
                if part.device.id == each.device.id:
                    found.setdefault(number, []).append(part)
        return found

    def _home(self, each: DeviceLine) -> int:
        """The factor set for what a device was not attributed: its first writer's."""
        members = [
            (one.context["t"], one.writer, self.sets[label(one), one.boot_id])
            for one in self.book.facts
            if one.boot_id == each.boot and _has(one, each.device)
        ]
        if len({number for _, _, number in members}) > 1:
            self.mixed.append(each)
        return min(members)[2]

    def _idle(self, each: DeviceLine, shares: Mapping[int, list[GroupEnergy]]) -> Quantity:
        """A device's idle energy: what its tracked part leaves, whatever the edges leave open."""
        if (each.boot, each.device.id) in self._ratios:
            return Quantity(0.0, 0.0, 0.0, "J")
        gain_low, gain_high = each.device.gain_low, each.device.gain_high
        # A model's error is in its bounds already: they are taken apart to be put on once.
        under, over = (gain_low, gain_high) if each.device.tier in _MODELS else (1.0, 1.0)
        parts = [part.energy for own in shares.values() for part in own]
        least = sum(part.low_nj for part in parts) / under if under else 0.0
        most = sum(part.high_nj for part in parts) / over
        tracked = each.attributed_nj + each.idle_nj
        low = max(0.0, tracked - most) * gain_low / NJ_PER_J
        high = max(0.0, tracked - least) * gain_high / NJ_PER_J
        mid = each.idle_nj / NJ_PER_J
        return Quantity(min(low, mid), mid, max(high, mid), "J")


def _on(host: str, device: Device, energy_j: Quantity, before: OnDevice | None) -> OnDevice:
    """A device's energy, with what is known of it already; a device may be seen over boots."""
    if before is not None:
        energy_j = before.energy_j + energy_j
    return OnDevice(host, device.id, device.kind, device.name, device.tier, energy_j)


def _tracked_j(each: DeviceLine) -> float:
    return (each.attributed_nj + each.idle_nj) / NJ_PER_J


def _attributed_j(each: DeviceLine) -> float:
    return each.attributed_nj / NJ_PER_J


def _has(one: Facts, device: Device) -> bool:
    return any(own.id == device.id for own in one.devices.values())


def _scaled(each: DeviceLine, amount_nj: int) -> Quantity:
    joules = amount_nj / NJ_PER_J
    return Quantity(
        min(joules, joules * each.device.gain_low),
        joules,
        max(joules, joules * each.device.gain_high),
        "J",
    )


def _summed(parts: Mapping[int, Sequence[Use]]) -> dict[int, Use]:
    return {number: together(each) for number, each in parts.items()}
