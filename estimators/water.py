"""Water of an energy: on site and from generation.

    water_l = energy_kwh x (WUE + PUE x water intensity of generation)

`energy_kwh` is that of the IT equipment. WUE is the water that the site uses for cooling and
humidification per kWh of IT energy (The Green Grid, White Paper 35, 2011; ISO/IEC 30134-9:2022).
Generation is paid for with the energy of the whole facility, hence PUE. The formula is that of
Li et al., "Making AI Less Thirsty" (arXiv:2304.03271), which ecologits applies as well
(methodology, LLM inference).

Withdrawal and consumption differ: water that is withdrawn and returned, as by once-through
cooling, is not consumed. ecologits' table (World Resources Institute) states what is *consumed*
in generation. Providers state by region how much water their sites use, and not whether what a
site discharges is taken off. Where it is not, the sum holds some water that is returned.

**A part is never shown as the whole.** Where one part is not known, the figure counts the other
one, and a `Gap` says which part is missing: the figure is whole if and only if there is no gap.
Where no part is known there is no figure. Without a PUE, generation counts IT energy only.
"""

from __future__ import annotations

from footprint.estimators.errors import EstimatorError, Gap
from footprint.estimators.quantity import Quantity, total

ON_SITE = Gap(
    "water_l",
    "no WUE is known: water on site, for cooling, is not counted",
    "give the site's WUE in L per kWh of IT energy",
)
GENERATION = Gap(
    "water_l",
    "no water intensity of generation is known: water of the electricity is not counted",
    "declare the zone (--zone FRA) with the package ecologits installed, or give it in L per kWh",
)
OVERHEAD = Gap(
    "water_l",
    "no PUE is known: water of generation counts the energy of IT equipment only",
    "give --pue to cover the facility",
)
NEITHER = Gap(
    "water_l",
    "neither a WUE nor a water intensity of generation is known",
    "declare the zone (--zone FRA) with the package ecologits installed, or give the WUE",
)


def water_l(
    energy: Quantity,
    *,
    wue: Quantity | None,
    pue: Quantity | None,
    generation: Quantity | None,
) -> tuple[Quantity | None, list[Gap]]:
    """Litres of an energy, and what they do not count; whole if and only if there is no gap.

    Args:
        energy: of the IT equipment, any unit of energy, summed already.
        wue: L/kWh of IT energy, on site.
        pue: facility energy per IT energy, 1 or more.
        generation: L/kWh of electricity.

    Raises:
        EstimatorError: another unit, a negative figure, or a PUE below 1.
    """
    kwh = _at_least("energy", energy.to("kWh"), "kWh", 0.0)
    parts: list[Quantity] = []
    gaps: list[Gap] = []
    if pue is not None:
        _at_least("PUE", pue, "1", 1.0)
    if wue is not None:
        parts.append(kwh.times(_at_least("WUE", wue, "L/kWh", 0.0), "L"))
    if generation is not None:
        _at_least("water intensity", generation, "L/kWh", 0.0)
        facility = kwh if pue is None else kwh.times(pue, "kWh")
        parts.append(facility.times(generation, "L"))
    if not parts:
        return None, [NEITHER]
    if wue is None:
        gaps.append(ON_SITE)
    if generation is None:
        gaps.append(GENERATION)
    elif pue is None:
        gaps.append(OVERHEAD)
    return total(parts, "L"), gaps


def _at_least(name: str, quantity: Quantity, unit: str, least: float) -> Quantity:
    if quantity.unit != unit:
        raise EstimatorError(f"{name} is in {quantity.unit}: give it in {unit}")
    if quantity.low < least:
        raise EstimatorError(
            f"{name} is {quantity.low!r} to {quantity.high!r} {unit}: give {least:g} or more"
        )
    return quantity
