"""What the GPUs of some calls came to, and would have come to at predicted ratios.

carbon, electricity   follow the energy's ratio, at the place's own factors
manufacture           GPU-seconds x TE / lifetime, each GPU with its own TE
rent                  GPU-hours x price, both prices of one list
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from footprint.advice.differences import summed
from footprint.advice.figures import FREED, only, rated, scaled, used_for
from footprint.advice.served import Served
from footprint.advice.view import Figure
from footprint.estimators.applied import Use
from footprint.estimators.costs.rental import Rental, rentals, shipped_rentals
from footprint.estimators.factors import EMBODIED, RENTAL, Factor
from footprint.estimators.money import exact_money
from footprint.estimators.predict.ratios import Ratios
from footprint.estimators.pricing import FactorSet
from footprint.estimators.quantity import Quantity, exact, total
from footprint.estimators.sources import Query
from footprint.reports.workings import Workings

LISTED = "both GPUs are rented at the prices of one list: what was paid may be another"


class Moved(NamedTuple):
    """Figures of a suggestion; None where not known."""

    carbon_g: Figure | None
    embodied_g: Figure | None
    cost: Figure | None
    notes: tuple[str, ...]
    factors: tuple[Factor, ...]


class _Held(NamedTuple):
    """What was used of the GPUs at one place: its factors, energy and time."""

    number: int
    factors: FactorSet
    use: Use

    @property
    def seconds(self) -> float:
        return sum((self.use.held_s or {}).values())


def moved(of: Workings, own: Served, gpu: str, found: Ratios) -> Moved:
    """The figures of calls whose GPUs are exchanged for another, or used in another way."""
    held = list(_held(of, own))
    now = of.places.price({each.number: each.use for each in held})
    carbon = now.carbon_location_g
    embodied, made_of = _embodied(of, own, held, gpu, found)
    cost, notes, priced_by = _cost(of, own, held, gpu, found)
    used = [factor for each in held for factor in each.factors.intensity]
    used += [each.factors.pue for each in held if each.factors.pue is not None]
    return Moved(
        None if carbon is None else scaled(carbon, found.energy),
        embodied,
        cost,
        notes,
        tuple(dict.fromkeys((*used, *made_of, *priced_by))),
    )


def _held(of: Workings, own: Served) -> Iterator[_Held]:
    """The GPUs' part of each use; where a host was of several places, by what each used."""
    uses = own.cell.made.used.uses
    whole = total((use.energy for use in uses.values()), "J").mid
    names = {each.name for each in own.cell.gpus}
    for number, use in sorted(uses.items()):
        seconds = {name: s for name, s in (use.held_s or {}).items() if name in names}
        joules = own.gpus_j * (use.energy.mid / whole if whole else 1.0)
        yield _Held(number, of.places.sets[number], Use(joules, use.weights, seconds))


def _embodied(
    of: Workings, own: Served, held: list[_Held], gpu: str, found: Ratios
) -> tuple[Figure | None, tuple[Factor, ...]]:
    """Of manufacture; the lifetime is the place's own, and holds for both."""
    there = of.sources.registry.find(Query(EMBODIED, None, gpu)).chosen
    found_of: list[Figure] = []
    factors: dict[Factor, None] = {}
    for each in held:
        for name, seconds in (each.use.held_s or {}).items():
            known = each.factors.embodied.get(name)
            if known is None or there is None:
                return None, ()
            made, kept = known
            life = kept.quantity.to("s")
            part = Quantity(seconds / life.high, seconds / life.mid, seconds / life.low, "1")
            here_g, there_g = (one.quantity.to("g") for one in (made, there))
            if gpu == own.gpu.name:
                found_of.append(scaled(here_g.times(part, "g"), found.gpu_time))
            else:
                then = there_g.times(found.gpu_time, "g")
                found_of.append(rated(here_g, then, part))
            factors |= dict.fromkeys((made, there, kept))
    return summed(found_of) if found_of else None, tuple(factors)


def _cost(
    of: Workings, own: Served, held: list[_Held], gpu: str, found: Ratios
) -> tuple[Figure | None, tuple[str, ...], tuple[Factor, ...]]:
    """Electricity, where it is paid apart; and rent, where the work's own GPUs are rented."""
    now = of.places.price({each.number: each.use for each in held})
    whole: list[Figure] = []
    notes: list[str] = []
    factors = [*used_for((one for each in held for one in each.factors.factors), {"cost"})]
    for part, amounts in now.cost_parts.items():
        paid = only(amounts)
        if paid is None:
            return None, (), ()
        if part == "electricity":
            whole.append(scaled(paid, found.energy))
            continue
        notes.append(FREED)
        if gpu == own.gpu.name:
            whole.append(scaled(paid, found.gpu_time))
        else:
            listed = _listed(of, own, gpu) if part == "rental" else None
            if listed is None:
                return None, (), ()
            hours = exact(sum(each.seconds for each in held) / 3600, "h")
            here, there = (exact_money(each.row.per_device_hour()).to_quantity() for each in listed)
            whole.append(rated(here, there.times(found.gpu_time, there.unit), hours))
            notes.append(LISTED)
            factors = [each for each in factors if each.name != RENTAL]
            factors += [each.factor for each in listed]
    if not whole or len({each.now.unit for each in whole}) != 1:
        return None, (), ()
    return summed(whole), tuple(dict.fromkeys(notes)), tuple(factors)


def _listed(of: Workings, own: Served, gpu: str) -> tuple[Rental, Rental] | None:
    """Prices of both GPUs from one list, in one currency: the user's own, else the shipped one."""
    for rows in (of.sources.contracts.rentals, shipped_rentals()):
        here, there = (rentals(name, rows) for name in (own.gpu.name, gpu))
        if here and there and here[0].row.price.currency == there[0].row.price.currency:
            return here[0], there[0]
    return None
