"""SPDX 3.0.1, AI profile: a model as a package with its energy, new or in an existing document.

    footprint datasheet --model NAME --format spdx -o model.spdx3.json

spdx_elements   the elements of a document
spdx_statement  what has no field of its own, as an annotation of the package
spdx_merge      the same in a document that is there already
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from footprint.emitters.digits import step_of
from footprint.emitters.emitter import Emitter, Options
from footprint.emitters.sbom import spdx_elements, spdx_statement
from footprint.emitters.sbom.json_read import parse
from footprint.emitters.sbom.spdx_graph import decoded, elements_of, graph
from footprint.emitters.sbom.spdx_merge import merge
from footprint.emitters.stated import Stated, of_model
from footprint.emitters.view import View
from footprint.errors import UsageError
from footprint.estimators.units import convert


def render(view: View, out: TextIO, options: Options = Options()) -> None:  # noqa: B008
    """Writes a new document. Raises UsageError where the period is not known."""
    whole = {"@context": spdx_elements.CONTEXT, "@graph": spdx_elements.document(view)}
    out.write(json.dumps(whole, ensure_ascii=False, indent=2) + "\n")


def read(document: bytes) -> list[Stated]:
    """The figures of the packages that footprint wrote into a document.

    Energy comes from the package itself, the rest from its annotations. Figures that other tools
    wrote are not read: they have no method and no period here.

    Raises UsageError for what is no SPDX 3.0.1 document, and for a statement of ours that is not
    what it was.
    """
    elements = elements_of(graph(parse(decoded(document))))
    by_id = {str(each.get("spdxId") or each.get("@id")): each for each in elements}
    found: list[Stated] = []
    for element in elements:
        statement = spdx_statement.parsed(element)
        if statement is None or statement.get("of") != spdx_statement.ACTIVITY:
            continue
        where = str(element.get("spdxId"))
        try:
            figures = [
                *_energy(by_id, element["subject"], statement["kind"]),
                *spdx_statement.stated(statement, where),
            ]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UsageError(
                f"{where}: the statement of footprint was changed ({error!r}): make it again"
            ) from error
        found += of_model(figures, statement.get("model"), statement.get("version"))
    return found


def _energy(by_id: Mapping[str, Any], target: str, kind: str) -> Iterator[Stated]:
    """The energy of a package, which other tools may write as elements of their own."""

    def there(value: Any) -> Any:
        return by_id[value] if isinstance(value, str) else value

    field = spdx_statement.FIELDS.get(kind)
    package = there(target)
    descriptions = there(package.get("ai_energyConsumption", {})).get(field, [])
    for each in map(there, descriptions):
        unit = UNITS[each["ai_energyUnit"]]
        value = float(each["ai_energyQuantity"])
        yield Stated(
            kind,
            "energy_j",
            "total",
            convert(value, unit, "J"),
            convert(step_of(value), unit, "J"),
            f"{package['name']}: {field}",
        )


#: Unit of the specification -> ours. Its third, `other`, says nothing.
UNITS = {"kilowattHour": "kWh", "megajoule": "MJ"}

SPDX = Emitter(
    "spdx",
    ".spdx3.json",
    "SPDX 3.0.1 AI profile, JSON-LD: energy in kWh, the rest in annotations",
    render,
    merge,
    read,
    ("en",),
)
