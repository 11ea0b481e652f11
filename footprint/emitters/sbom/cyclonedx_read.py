"""The figures that a CycloneDX document states: those that footprint wrote into it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from footprint.emitters.digits import step_of
from footprint.emitters.sbom.cyclonedx_entries import MODEL, VERSION
from footprint.emitters.sbom.cyclonedx_merge import kind_of, property_of
from footprint.emitters.sbom.cyclonedx_place import Document, components
from footprint.emitters.sbom.figures import PER, SHARE, TOTAL
from footprint.emitters.sbom.json_read import Node, Number, line_of
from footprint.emitters.stated import Stated, of_model
from footprint.emitters.view import UNITS
from footprint.estimators.units import convert

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?")
_COST = re.compile(r"footprint:(?:(per_[a-z0-9_]+):)?cost_([A-Z]{3})")


class _Meant(NamedTuple):
    """What a property of ours is about: `per` as in `Stated`, `unit` as units know it."""

    figure: str
    per: str
    unit: str


_FIELDS = {"activityEnergyCost": _Meant("energy_j", "total", "kWh")} | {
    "co2CostEquivalent": _Meant("carbon_location_g", "total", "t")
}
_PROPERTIES = {
    f"footprint:{how.stem}_{how.unit}": _Meant(figure, "total", how.converted)
    for figure, how in TOTAL.items()
} | {
    f"footprint:{start}:{how.stem}_{how.unit}": _Meant(figure, per, how.converted)
    for figure, how in SHARE.items()
    for per, start in PER.items()
}


def stated(document: Document) -> Iterator[Stated]:
    """Every figure of ours, of every component; a base model's are not the model's own.

    Raises UsageError where an entry of ours has something else in a figure's place.
    """
    for each in components(document):
        block = each.node
        for key in ("modelCard", "considerations", "environmentalConsiderations"):
            found = document.object(block, key)
            if found is None:
                break
            block = found
        else:
            listed = document.list(block, "energyConsumptions")
            for entry in listed.items if listed is not None else ():
                if (kind := kind_of(entry)) is not None:
                    named = property_of(entry, MODEL), property_of(entry, VERSION)
                    yield from of_model(_entry(document, entry, kind), *named)


def _entry(document: Document, entry: Node, kind: str) -> Iterator[Stated]:
    for field, meant in _FIELDS.items():
        measure = document.object(entry, field)
        if measure is not None:
            value = measure.get("value") or measure
            text = value.value.text if isinstance(value.value, Number) else ""
            yield _figure(document, value, kind, meant, text)
    listed = document.list(entry, "properties")
    for node in listed.items if listed is not None else ():
        if (found := _meant(node.text("name") or "")) is not None:
            yield _figure(document, node, kind, found, node.text("value") or "")


def _meant(name: str) -> _Meant | None:
    if (cost := _COST.fullmatch(name)) is None:
        return _PROPERTIES.get(name)
    per = {start: per for per, start in PER.items()} | {None: "total"}
    if cost[1] not in per:
        return None
    return _Meant(f"cost_{cost[2].lower()}", per[cost[1]], cost[2])


def _figure(document: Document, node: Node, kind: str, meant: _Meant, text: str) -> Stated:
    if not _NUMBER.fullmatch(text):
        raise document.wrong(node, f"a figure of {kind} is no number: make the document again")
    base = UNITS.get(meant.figure, meant.unit)

    def in_base(value: float) -> float:
        return value if base == meant.unit else convert(value, meant.unit, base)

    return Stated(
        kind=kind,
        figure=meant.figure,
        per=meant.per,
        value=in_base(float(text)),
        step=in_base(step_of(float(text))),
        where=f"line {line_of(document.text, node.start)}",
    )
