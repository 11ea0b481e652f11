"""A rented instance and the devices of an estimate: how many share its price, and whether it fits.

price per device-hour = price per instance-hour / accelerators of the instance
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from footprint.estimators.contracts import Contracts
from footprint.estimators.costs.devices import device_named
from footprint.estimators.costs.rental import Rental, rentals, shipped_rentals, with_electricity
from footprint.estimators.errors import Gap
from footprint.estimators.factors import RENTAL, TARIFF
from footprint.estimators.pricing import FactorSet
from footprint.estimators.sources import Query, Registry


class Instance(NamedTuple):
    """What is known of a rented instance for the devices of an estimate.

    Attributes:
        devices: accelerators that its price is divided among; 1 of a price per device.
        assumptions: what is said of the division.
        gap: why its price does not hold for these devices; None: it does.
    """

    devices: int = 1
    assumptions: tuple[str, ...] = ()
    gap: Gap | None = None


def instance_of(
    name: str, subjects: Sequence[str], registry: Registry, contracts: Contracts
) -> Instance:
    """The instance, in the same order of sources as its price: own rows, registry, shipped table.

    Args:
        subjects: the devices of the estimate that have names.
        registry: the sources of the price.
        contracts: the user's own prices.
    """
    own, shipped = rentals(name, contracts.rentals), rentals(name, shipped_rentals())
    priced = _row(own, shipped, registry, name)
    if priced is None:
        if not shipped:
            return Instance(gap=_uncounted(name))
        priced = shipped[0]  # a price of the user's for a machine that is known
    row = priced.row
    if priced.factor.subject != row.instance:
        return Instance()  # asked for by the device: the price is per device-hour
    # A price of the user's for a machine that is known, without what is in it.
    counts = [each.row.devices for each in shipped if each.factor.subject == each.row.instance]
    left_out = row.unit == "instance-hour" and not row.device
    devices = max([row.devices, *counts]) if left_out else row.devices
    made_of = row.device or next((each.row.device for each in shipped), "")
    others = [each for each in subjects if made_of and not _same(each, made_of)]
    if others:
        return Instance(devices, gap=_other(name, devices, made_of, others[0]))
    if devices == 1:
        return Instance()
    unnamed = made_of if made_of and not subjects else ""
    said = (
        f"the price of {name} is divided by its {devices} accelerators: devices that it has and "
        "the work does not use are not paid for here, though an instance is rented whole"
    )
    taken = f"the devices are not named: they are taken to be the {unnamed} of {name}"
    return Instance(devices, (said, taken) if unnamed else (said,))


def without_rent(found: FactorSet, name: str, gap: Gap) -> FactorSet:
    """The factors without any cost, and the gap that says why; a tariff alone would be a part."""
    of_rent = {with_electricity(said).assumption for said in (True, False, None)}
    of_rent |= {line for line in found.assumptions if line.startswith(f"{name} has ")}
    return found._replace(
        rates=(),
        tariff=(),
        factors=tuple(each for each in found.factors if each.name not in (RENTAL, TARIFF)),
        assumptions=tuple(line for line in found.assumptions if line not in of_rent),
        gaps=(*found.gaps, gap),
    )


def _row(
    own: Iterable[Rental], shipped: Iterable[Rental], registry: Registry, name: str
) -> Rental | None:
    """The row that the price is from; None: a factor that no row stands behind."""
    for each in own:
        return each
    chosen = registry.find(Query(RENTAL, None, name)).chosen
    if chosen is None:
        return next(iter(shipped), None)
    return next((each for each in shipped if each.factor == chosen), None)


def _same(subject: str, other: str) -> bool:
    return device_named(subject)[0] == device_named(other)[0]


def _uncounted(name: str) -> Gap:
    return Gap(
        "cost_usd",
        f"how many accelerators {name} has is not known, so that its price cannot be divided",
        "give the price as [[rental]] with its count (--factors FILE), or that of one device for "
        "an hour (--rental 2.10)",
    )


def _other(name: str, devices: int, made_of: str, subject: str) -> Gap:
    return Gap(
        "cost_usd",
        f"{name} has {devices} x {made_of}, and the work is estimated on {subject}",
        f"name an instance that has {subject} (--instance), estimate on {made_of} "
        f'(--gpu "{made_of}"), or give the price of one device for an hour (--rental 2.10)',
    )
