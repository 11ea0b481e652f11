"""The tables that come with packages, as sources of factors by place.

`cloud-regions` (our own table), `codecarbon` and `ecologits`: the narrowest place comes first.
What they say differs in year, in place and in what is counted, so all candidates stay visible
(`differences`), and old ones are named (`stale`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from footprint.estimators import _ecologits
from footprint.estimators.cloud import CloudRegions
from footprint.estimators.factors import GRID_INTENSITY, WATER_INTENSITY, Factor
from footprint.estimators.grid import Codecarbon
from footprint.estimators.quantity import exact
from footprint.estimators.series import Series
from footprint.estimators.sources import Query, Source
from footprint.estimators.units import checked_count, convert
from footprint.estimators.zones import Zone


def packaged() -> tuple[Source, ...]:
    """The sources whose tables are on this machine already, in the order they are asked."""
    return CloudRegions(), Codecarbon(), Ecologits()


class Ecologits:
    """The source `ecologits`: grid intensity and water intensity of countries.

    Its documentation (methodology, LLM inference) names Our World in Data for carbon and the
    World Resources Institute's guidance for water, without years. Water is *consumed*: withdrawn
    and not returned; hydropower's evaporation makes it large. Without the package: no candidates.
    """

    name = "ecologits"

    def candidates(self, query: Query) -> Iterator[Factor]:
        """The country's row.

        Raises:
            EstimatorError: a broken table.
        """
        if query.zone is None or query.name not in (GRID_INTENSITY, WATER_INTENSITY):
            return
        mix = _ecologits.mixes().get(query.zone.country)
        if mix is None:
            return
        if query.name == GRID_INTENSITY and mix.carbon_kg_per_kwh > 0:
            yield _carbon(mix, query.zone)
        elif query.name == WATER_INTENSITY and mix.water_l_per_kwh > 0:
            yield _water(mix, query.zone)


def _carbon(mix: _ecologits.Mix, zone: Zone) -> Factor:
    # The table has whole mg: rounding drops what the conversion adds (384.40000000000003).
    g_per_kwh = round(convert(mix.carbon_kg_per_kwh, "kg/kWh", "g/kWh"), 3)
    return Factor(
        name=GRID_INTENSITY,
        value=exact(g_per_kwh, "g/kWh"),
        unit="g/kWh",
        zone=zone.country,
        source=f"ecologits {_ecologits.TABLE}: Our World in Data (life cycle)",
        version=_ecologits.version(),
        license=_ecologits.LICENSE,
        used_for="carbon_location_g",
        why=_country_row(zone),
    )


def _water(mix: _ecologits.Mix, zone: Zone) -> Factor:
    return Factor(
        name=WATER_INTENSITY,
        value=exact(mix.water_l_per_kwh, "L/kWh"),
        unit="L/kWh",
        zone="" if mix.world_water else zone.country,
        source=f"ecologits {_ecologits.TABLE}: World Resources Institute (water consumed)",
        version=_ecologits.version(),
        license=_ecologits.LICENSE,
        used_for="water_l",
        why=(
            f"the world's mean, which stands in for {zone.name}: the table has no figure for it"
            if mix.world_water
            else _country_row(zone)
        ),
    )


def _country_row(zone: Zone) -> str:
    if zone.code == zone.country:
        return f"the row of {zone.name}, as declared"
    return f"the row of {zone.name} as a whole, which stands in for {zone.code}"


def differences(candidates: Sequence[Factor]) -> list[str]:
    """How each other candidate differs from the first, one line each; their order is kept.

    A line says the place, the value and its ratio to the first's (means by time of series, the
    middle of intervals), then what is not alike: the year, what is counted, the table.
    """
    if not candidates:
        return []
    first, *others = candidates
    return [_difference(first, other) for other in others]


def _difference(first: Factor, other: Factor) -> str:
    quantity = other.quantity
    value = f"{quantity.mid:g} {other.unit}"
    if quantity.low != quantity.high:
        value += f" ({quantity.low:g} to {quantity.high:g})"
    parts = [f"{other.zone or other.subject or 'everywhere'}: {value}"]
    base = first.quantity.mid
    if other.unit != first.unit:
        parts.append(f"not compared with {first.unit}")
    elif base == 0:
        parts.append("no ratio: the first is 0")
    else:
        parts.append(f"{quantity.mid / base:.3g} times the first")
    if isinstance(other.value, Series) != isinstance(first.value, Series):
        kinds = ("one value", "a series")
        mine, theirs = (kinds[isinstance(f.value, Series)] for f in (other, first))
        parts.append(f"{mine} against {theirs}")
    if other.vintage != first.vintage:
        mine, theirs = (str(f.vintage or "a year not stated") for f in (other, first))
        parts.append(f"of {mine} against {theirs}")
    if counted(other) != counted(first):
        parts.append(f"{counted(other)} against {counted(first)}")
    if (other.source, other.version) != (first.source, first.version):
        parts.append(f"from {other.source}")
    return "; ".join(parts)


def counted(factor: Factor) -> str:
    """What a factor counts, from the words of its source: `life cycle`, `direct emissions`, ..."""
    if "CO2 only" in factor.source:
        return "direct emissions of CO2 only"
    if "not life cycle" in factor.source:
        return "direct emissions"
    if "life cycle" in factor.source:
        return "life cycle"
    return "what is counted is not stated"


def stale(factor: Factor, today: date, years: int = 3) -> str | None:
    """One line where a factor's year lies more than `years` calendar years before `today`'s.

    None where it does not, and where no year is stated: that is not known to be old.

    Raises:
        EstimatorError: `years` is not a whole number, 0 or more.
    """
    allowed = checked_count("years", years)
    if factor.vintage is None or today.year - factor.vintage <= allowed:
        return None
    of = factor.zone or factor.subject
    return (
        f"{factor.name}{f' of {of}' if of else ''} is of {factor.vintage}, "
        f"{today.year - factor.vintage} years before {today.year} ({factor.source}): "
        "update the package that it comes from, or give a newer figure"
    )
