"""Datapoints of ESRS E1 (Delegated Regulation (EU) 2023/2772): E1-5 energy, E1-6 emissions.

Energy is in MWh and carbon in t CO2e, as the standard asks; both are taken from the inventory by
scope. What the standard asks and no meter knows is there without a value, with the reason.

Names of XBRL elements are those of EFRAG's taxonomy of 2023-12-22, as readers of filed reports use
them; where none could be checked there is no name. The revised standard of 2025 may number its
requirements otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from footprint.estimators.quantity import Quantity
from footprint.reports.audit.scopes import API, API_HARDWARE, Scopes, known_sum

MWH, T = "MWh", "t"

#: Of purchased electricity no factor states what it was made from.
NO_MIX = "the factors say what electricity emits, not what it is made from"
NOT_COVERED = "no fuel burned on site is metered"
NO_METER = "no electricity of hardware that the organisation runs was metered"
NOT_KNOWN = "it is not known of all of its parts: the gaps say why"
NOTHING = "nothing of it was recorded"


class Datapoint(NamedTuple):
    """One datapoint.

    Attributes:
        requirement, paragraph: of ESRS E1: `E1-6`, `49 a`.
        name: a key of ours, a word of the catalogue.
        value: in `unit`; None where it is not known.
        unit: `MWh` or `t` (CO2e).
        element: of the XBRL taxonomy; empty where none was checked.
        why: why there is no value; empty where there is one.
    """

    requirement: str
    paragraph: str
    name: str
    value: Quantity | None
    unit: str
    element: str = ""
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        """As a report's JSON has it."""
        return {
            **self._asdict(),
            "value": None if self.value is None else self.value.to_json(),
            "element": self.element or None,
            "why": self.why or None,
        }


def datapoints(scopes: Scopes) -> tuple[Datapoint, ...]:
    """The datapoints of an inventory."""
    return (*_energy(scopes), *_emissions(scopes))


def _energy(scopes: Scopes) -> Iterator[Datapoint]:
    own = scopes.energy_kwh(2)
    yield _point(
        "E1-5",
        "37",
        "energy",
        own,
        MWH,
        "esrs:EnergyConsumptionRelatedToOwnOperations",
        NO_METER,
    )
    for paragraph, source in (("37 a", "fossil"), ("37 b", "nuclear"), ("37 c", "renewable")):
        element = f"esrs:EnergyConsumptionFrom{source.capitalize()}Sources"
        yield _point("E1-5", paragraph, f"energy_{source}", None, MWH, element, NO_MIX)


def _emissions(scopes: Scopes) -> Iterator[Datapoint]:
    def missing(*lines: object) -> str:
        return NOT_KNOWN if lines else NOTHING

    two = [each for each in scopes.lines if each.scope == 2]
    three = [each for each in scopes.lines if each.scope == 3]
    yield _point(
        "E1-6",
        "48 a",
        "scope_1",
        None,
        T,
        "esrs:GrossScope1GreenhouseGasEmissions",
        NOT_COVERED,
    )
    for paragraph, method in (("49 a", "location"), ("49 b", "market")):
        yield _point(
            "E1-6",
            paragraph,
            f"scope_2_{method}",
            scopes.sum_g(method, 2),
            T,
            f"esrs:Gross{method.capitalize()}BasedScope2GreenhouseGasEmissions",
            missing(*two),
        )
    element = "esrs:GrossScope3GreenhouseGasEmissions"
    location = scopes.sum_g("location", 3)
    yield _point("E1-6", "51", "scope_3", location, T, element, missing(*three))
    for category, name in ((1, "scope_3_purchased"), (2, "scope_3_capital")):
        those = [each for each in three if each.category == category]
        value = known_sum((each.carbon_location_g for each in those), "g")
        yield _point("E1-6", "51", name, value, T, "", missing(*those))
    cloud = [each for each in three if each.category == 1]
    rented = [each for each in cloud if each.source not in (API, API_HARDWARE)]
    for name, those in (
        ("scope_3_rented", rented),
        ("scope_3_api", [each for each in cloud if each not in rented]),
    ):
        if those:
            value = known_sum((each.carbon_location_g for each in those), "g")
            yield _point("E1-6", "51", name, value, T, "", NOT_KNOWN)
    for paragraph, method in (("52 a", "location"), ("52 b", "market")):
        value = scopes.sum_g(method)
        yield _point("E1-6", paragraph, f"total_{method}", value, T, "", missing(*scopes.lines))


def _point(
    requirement: str,
    paragraph: str,
    name: str,
    value: Quantity | None,
    unit: str,
    element: str,
    why: str,
) -> Datapoint:
    converted = None if value is None else value.to(unit)
    return Datapoint(
        requirement, paragraph, name, converted, unit, element, "" if converted else why
    )
