"""Software Carbon Intensity: a rate of carbon per functional unit.

    SCI = (O + M) per R,    O = E x I

E: energy of the software, I: the grid's location-based intensity, M: its share of embodied carbon
(`hardware.embodied.embodied_g`), R: the functional unit (a prompt, a user, an hour of audio).
Software Carbon Intensity specification 1.1, ISO/IEC 21031:2024. The score is a rate, not a total:
it cannot be brought to zero by buying, so that market-based intensities, certificates and offsets
have no place in it and are refused here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from footprint.estimators.carbon import operational_g
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import GRID_INTENSITY, PUE, Factor
from footprint.estimators.quantity import Quantity
from footprint.estimators.units import checked, shown

NO_FACILITY = "cooling and power distribution of the facility (no PUE was given)"


class Score(NamedTuple):
    """An SCI with what it is made of.

    Attributes:
        g_per_unit: the score, g CO2e per functional unit.
        functional_unit: R, by name.
        units: how many of R the figures cover.
        operational_g, embodied_g: O and M over all units.
        exclusions: what is not in it, one clause each.
        factors: what O rests on.
    """

    g_per_unit: Quantity
    functional_unit: str
    units: float
    operational_g: Quantity
    embodied_g: Quantity
    exclusions: tuple[str, ...]
    factors: tuple[Factor, ...]

    def to_json(self) -> dict[str, Any]:
        """The score and its parts."""
        return {
            "sci_g": self.g_per_unit.to_json(),
            "per": self.functional_unit,
            "units": self.units,
            "operational_g": self.operational_g.to_json(),
            "embodied_g": self.embodied_g.to_json(),
            "exclusions": list(self.exclusions),
            "factors": [factor.to_json() for factor in self.factors],
        }


def sci(
    energy: Quantity,
    intensity: Factor,
    embodied_g: Quantity,
    functional_unit: str,
    units: object,
    exclusions: Sequence[str],
    pue: Factor | None = None,
) -> Score:
    """(O + M) per R.

    Args:
        energy: E of all units, of the IT equipment, in any unit of energy.
        intensity: I, a factor `grid intensity`.
        embodied_g: M of all units, in any unit of mass.
        functional_unit: R, by name: `prompt`, `training run`.
        units: how many of R; more than 0.
        exclusions: what of the software's boundary is left out; an empty sequence says nothing is.
        pue: facility energy per IT energy; None: that it is left out is added to the exclusions.

    Raises:
        EstimatorError: a market-based intensity, a figure below zero (an offset), R without a
            name or a number, or other units.
    """
    if isinstance(exclusions, str):
        raise EstimatorError("exclusions is one text: give a sequence of them")
    if intensity.name != GRID_INTENSITY:
        raise EstimatorError(
            f"SCI takes a location-based {GRID_INTENSITY}, not a {intensity.name}: "
            "certificates and contracts do not count in it"
        )
    if pue is not None and pue.name != PUE:
        raise EstimatorError(f"pue is a factor {pue.name!r}: give one named {PUE!r}")
    per_kwh = intensity.quantity.to("g/kWh")
    _no_offset("energy", energy)
    _no_offset("intensity", per_kwh)
    operational = operational_g(energy, per_kwh, pue.quantity if pue else None)
    left_out = tuple(exclusions) if pue else (*exclusions, NO_FACILITY)
    factors = (intensity, pue) if pue else (intensity,)
    return scored(operational, embodied_g, functional_unit, units, left_out, factors)


def scored(
    operational_g: Quantity,
    embodied_g: Quantity,
    functional_unit: str,
    units: object,
    exclusions: Sequence[str] = (),
    factors: Sequence[Factor] = (),
) -> Score:
    """(O + M) per R of an O that is known already: a sum over places, or over hours.

    Args:
        operational_g: O of all units, location-based, in any unit of mass.
        factors: what O rests on.
        embodied_g, functional_unit, units, exclusions: as of `sci`.

    Raises:
        EstimatorError: as `sci`.
    """
    if isinstance(exclusions, str):
        raise EstimatorError("exclusions is one text: give a sequence of them")
    if not isinstance(functional_unit, str) or not functional_unit.strip():
        raise EstimatorError(
            f"functional unit is {shown(functional_unit)}: name it, such as prompt or user"
        )
    count = checked("units", units, functional_unit)
    if count == 0:
        raise EstimatorError(f"units is 0: SCI is a rate, count at least one {functional_unit}")
    operational, made = operational_g.to("g"), embodied_g.to("g")
    _no_offset("operational carbon", operational)
    _no_offset("embodied carbon", made)
    return Score(
        g_per_unit=(operational + made) / count,
        functional_unit=functional_unit.strip(),
        units=count,
        operational_g=operational,
        embodied_g=made,
        exclusions=tuple(exclusions),
        factors=tuple(factors),
    )


def _no_offset(name: str, quantity: Quantity) -> None:
    if quantity.low < 0:
        raise EstimatorError(
            f"{name} is {quantity.low!r} {quantity.unit}: give 0 or more; "
            "offsets and removals do not count in SCI"
        )
