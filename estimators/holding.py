"""What holding hardware comes to: rent, price by hours of use, and carbon of its manufacture."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from footprint.estimators.applied import Rate
from footprint.estimators.asked import Asked, why
from footprint.estimators.costs.total import PURCHASE as PURCHASE_PART
from footprint.estimators.costs.total import RENTAL as RENTAL_PART
from footprint.estimators.errors import Gap
from footprint.estimators.factors import EMBODIED, GIVEN, LIFETIME, RENTAL, Factor
from footprint.estimators.hardware.embodied import HOURS_PER_YEAR
from footprint.estimators.money import CONTEXT, Money, exact_money
from footprint.estimators.quantity import exact
from footprint.estimators.sources import Query


class Hardware(NamedTuple):
    """A device of the ledger, as far as factors go.

    Attributes:
        name: as the device calls itself; what embodied carbon is looked up by.
        kind: gpu, cpu, dram or host.
        whole: it is there as a whole; False for the part of a CPU that a container or VM has.
        devices: how many of it one machine has.
    """

    name: str
    kind: str
    whole: bool = True
    devices: int = 1


def rented(asked: Asked, hardware: Sequence[Hardware]) -> tuple[Rate, ...]:
    """Rates of the devices that a rental is paid for: the GPUs, or the CPUs where there are none.

    An instance's price is divided among its devices.
    """
    declared = asked.declared
    if not declared.is_rented:
        return ()
    kind = "gpu" if any(each.kind == "gpu" for each in hardware) else "cpu"
    those = [each for each in hardware if each.kind == kind]
    if declared.rental_per_device_hour is not None:
        reason = why("given", declared.origin("rental"))
        money = declared.rental_per_device_hour
        unit = f"{money.currency}/device-hour"
        asked.notes.use(Factor(RENTAL, money.amount, unit, used_for="cost", why=reason))
        return tuple(Rate(RENTAL_PART, each.name, exact_money(money)) for each in those)
    factor = _of_instance(asked, declared.instance or "")
    devices = Decimal(sum(each.devices for each in those) or 1)
    value = factor.value if isinstance(factor.value, Decimal) else repr(factor.quantity.mid)
    each_hour = Money(CONTEXT.divide(Decimal(value), devices), factor.unit.partition("/")[0])
    return tuple(Rate(RENTAL_PART, each.name, exact_money(each_hour)) for each in those)


def _of_instance(asked: Asked, instance: str) -> Factor:
    """The price of an instance for an hour: the user's own, else what a source knows."""
    from footprint.estimators.costs.rental import rental, rentals, shipped_rentals

    declared = asked.declared
    agreed = rentals(instance, asked.contracts.rentals)
    found = asked.registry.find(Query(RENTAL, None, instance)).chosen
    if agreed:
        found = agreed[0].factor
    elif found is None:  # says which instances there are
        found = rental(instance, (*asked.contracts.rentals, *shipped_rentals())).factor
    for each in rentals(instance, (*asked.contracts.rentals, *shipped_rentals())):
        if each.factor == found and (note := each.note(asked.until)):
            asked.notes.assume(note)
    asked.notes.use(
        found._replace(used_for="cost", why=why(found.why, declared.origin("instance")))
    )
    return found


def includes_electricity(asked: Asked) -> bool | None:
    """Whether the rental that applies includes electricity; None where nobody said."""
    from footprint.estimators.costs.rental import rentals

    instance = asked.declared.instance
    agreed = rentals(instance, asked.contracts.rentals) if instance else []
    return agreed[0].row.includes_electricity if agreed else None


def bought(asked: Asked, hardware: Sequence[Hardware]) -> tuple[Rate, ...]:
    """Rates of devices that were bought: the price by hours of use, electricity apart."""
    if not asked.contracts.purchases:
        return ()
    from footprint.estimators.costs.purchase import purchase_of

    rates: list[Rate] = []
    for each in hardware:
        found = purchase_of(each.name, asked.contracts.purchases)
        if found is not None:
            asked.notes.use(*found.factors())
            rates.append(Rate(PURCHASE_PART, each.name, found.per_hour()))
    return tuple(rates)


def embodied(asked: Asked, hardware: Sequence[Hardware]) -> dict[str, tuple[Factor, Factor]]:
    """What is known of the manufacture of GPUs and CPUs; a gap for each device that lacks it."""
    found: dict[str, tuple[Factor, Factor]] = {}
    for each in hardware:
        if each.kind not in ("gpu", "cpu"):
            continue
        made = asked.registry.find(Query(EMBODIED, None, each.name)).chosen
        kept = _lifetime(asked, each.name)
        if made is None or kept is None or not each.whole:
            reason = (
                f"{each.name} is a part of a machine, and how large a part is not known"
                if not each.whole
                else f"no source has the carbon of the manufacture of {each.name}"
            )
            remedy = "give it as `embodied carbon` with this subject in a factors file (--factors)"
            asked.notes.gaps.append(Gap("embodied_g", reason, remedy))
            continue
        found[each.name] = (made, kept)
    if not hardware:
        asked.notes.gaps.append(
            Gap("embodied_g", "no device is known of the work", "measure it, or name the hardware")
        )
    if found:
        asked.notes.assume(
            "embodied carbon is that of the GPUs and CPUs named, by the time for which they were "
            "held; memory, mainboards, chassis, network and buildings are not in it"
        )
    return found


def _lifetime(asked: Asked, name: str) -> Factor | None:
    years = asked.declared.lifetime_years
    if years is None:
        return asked.registry.find(Query(LIFETIME, None, name)).chosen
    reason = why("given", asked.declared.origin("lifetime"))
    hours = exact(years * HOURS_PER_YEAR, "h")
    return Factor(LIFETIME, hours, "h", source=GIVEN, used_for="embodied_g", why=reason)
