"""What holding hardware comes to: rent, price by hours of use, and carbon of its manufacture."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from footprint.estimators.applied import Rate
from footprint.estimators.asked import Asked, why
from footprint.estimators.costs.total import PURCHASE as PURCHASE_PART
from footprint.estimators.costs.total import RENTAL as RENTAL_PART
from footprint.estimators.errors import EstimatorError, Gap
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

    As many instances are paid as the devices need, whole: what is rented is paid for, used or not.
    Where neither a price nor an instance was declared, the user's own prices of devices count.
    """
    declared = asked.declared
    if not declared.is_rented:
        return _agreed(asked, hardware)
    kind = "gpu" if any(each.kind == "gpu" for each in hardware) else "cpu"
    those = [each for each in hardware if each.kind == kind]
    if declared.rental_per_device_hour is not None:
        reason = why("given", declared.origin("rental"))
        money = declared.rental_per_device_hour
        unit = f"{money.currency}/device-hour"
        asked.notes.use(Factor(RENTAL, money.amount, unit, used_for="cost", why=reason))
        return tuple(Rate(RENTAL_PART, each.name, exact_money(money)) for each in those)
    factor = _of_instance(asked, declared.instance or "")
    seen = sum(each.devices for each in those) or 1
    paid = _instances(asked, declared.instance or "", those, seen)
    value = factor.value if isinstance(factor.value, Decimal) else repr(factor.quantity.mid)
    price = CONTEXT.multiply(Decimal(value), Decimal(paid))
    each_hour = Money(CONTEXT.divide(price, Decimal(seen)), factor.unit.partition("/")[0])
    return tuple(Rate(RENTAL_PART, each.name, exact_money(each_hour)) for each in those)


def _instances(asked: Asked, instance: str, those: Sequence[Hardware], seen: int) -> int:
    """How many instances the devices need; says where they are not what an instance has."""
    from footprint.estimators.costs.rental import rentals, shipped_rentals

    found = rentals(instance, (*asked.contracts.rentals, *shipped_rentals()))
    row = found[0].row if found else None
    if row is None or not row.devices or not row.device:
        return 1
    strange = [each.name for each in those if not _same(each.name, row.device)]
    if strange:
        asked.notes.assume(
            f"{instance} has {row.devices} x {row.device}, and the work ran on {strange[0]}: its "
            "price is applied as declared"
        )
    paid = -(-seen // row.devices)
    if paid * row.devices != seen:
        asked.notes.assume(
            f"{instance} has {row.devices} x {row.device}, and {seen} were seen on a machine: "
            f"{paid} {'is' if paid == 1 else 'are'} paid, whole"
        )
    return paid


def _same(name: str, other: str) -> bool:
    """Whether two names are of one device; those that no table knows are not compared."""
    from footprint.estimators.hardware.accelerators import accelerator

    try:
        return accelerator(name).name == accelerator(other).name
    except EstimatorError:
        return True


def _agreed(asked: Asked, hardware: Sequence[Hardware]) -> tuple[Rate, ...]:
    """Rates of devices whose rent stands in the user's own file."""
    own = [source for source in asked.registry.sources if source.name == "own"]
    rates: list[Rate] = []
    for each in hardware:
        query = Query(RENTAL, None, each.name)
        found = next((factor for source in own for factor in source.candidates(query)), None)
        if found is not None:
            asked.registry.find(query)  # a recorded look-up, so that a pin holds it
            value = found.value if isinstance(found.value, Decimal) else repr(found.quantity.mid)
            money = Money(Decimal(value), found.unit.partition("/")[0])
            asked.notes.use(found._replace(used_for="cost"))
            rates.append(Rate(RENTAL_PART, each.name, exact_money(money)))
    return tuple(rates)


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
        if made is None or kept is None or not (each.whole or made.is_own):
            asked.notes.gaps.append(_not_made(each, made))
            continue
        if not each.whole:
            asked.notes.assume(
                f"{each.name} is a part of a machine: its embodied carbon is taken to be given for "
                "that part"
            )
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


def _not_made(each: Hardware, made: Factor | None) -> Gap:
    """Why a device's manufacture is not known."""
    remedy = "give it as `embodied carbon` with this subject in a factors file (--factors)"
    if made is not None and each.whole:
        remedy = "give --lifetime, or `lifetime` with this subject in a factors file (--factors)"
        return Gap("embodied_g", f"for how long {each.name} is kept is not known", remedy)
    if not each.whole:
        reason = f"{each.name} is a part of a machine, and how large a part is not known"
        remedy = (
            "give the embodied carbon of that part as `embodied carbon` with this subject in a "
            "factors file (--factors)"
        )
        return Gap("embodied_g", reason, remedy)
    return Gap("embodied_g", f"no source has the carbon of the manufacture of {each.name}", remedy)


def _lifetime(asked: Asked, name: str) -> Factor | None:
    years = asked.declared.lifetime_years
    if years is None:
        return asked.registry.find(Query(LIFETIME, None, name)).chosen
    reason = why("given", asked.declared.origin("lifetime"))
    hours = exact(years * HOURS_PER_YEAR, "h")
    return Factor(LIFETIME, hours, "h", source=GIVEN, used_for="embodied_g", why=reason)
