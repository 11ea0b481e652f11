"""A model as a component of a new CycloneDX document, and what its owner says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from footprint.emitters.given import text_of
from footprint.emitters.sbom.cyclonedx_entries import base_entries, base_notes, entries, notes
from footprint.emitters.sbom.cyclonedx_metrics import METRIC, metrics
from footprint.emitters.sbom.json_edit import Value
from footprint.emitters.view import Base, View

#: SPDX identifiers of licences that models come with. CycloneDX takes an `id` from SPDX's list
#: alone; any other licence is given by its name.
LICENCES = (
    "AFL-3.0", "AGPL-3.0-only", "AGPL-3.0-or-later", "Apache-2.0", "Artistic-2.0", "BSD-2-Clause",
    "BSD-3-Clause", "BSL-1.0", "CC-BY-4.0", "CC-BY-NC-4.0", "CC-BY-NC-ND-4.0", "CC-BY-NC-SA-4.0",
    "CC-BY-ND-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC0-1.0", "EUPL-1.2", "GPL-2.0-only",
    "GPL-3.0-only", "GPL-3.0-or-later", "ISC", "LGPL-2.1-only", "LGPL-3.0-only", "MIT", "MPL-2.0",
    "MS-PL", "PDDL-1.0", "Unlicense", "WTFPL", "Zlib",
)  # fmt: skip

MODEL = "machine-learning-model"


def component(view: View) -> dict[str, Value]:
    """The model with all that is known of it."""
    version: dict[str, Value] = {} if view.version is None else {"version": view.version}
    found: dict[str, Value] = {
        "type": MODEL,
        "bom-ref": view.model if view.version is None else f"{view.model}@{view.version}",
        "name": view.model,
        **version,
        **_owner(view),
        "modelCard": _card(view),
    }
    if view.base is not None:
        found["pedigree"] = {"ancestors": [ancestor(view.base)]}
    return found


def ancestor(base: Base) -> dict[str, Value]:
    """The model that another was made from: a component of its own, so that nobody adds it up."""
    return {
        "type": MODEL,
        "name": base.model,
        "modelCard": {
            "considerations": {
                "environmentalConsiderations": environment(base_entries(base), base_notes(base))
            }
        },
    }


def environment(stated: Mapping[str, Value], about: Sequence[Value]) -> dict[str, Value]:
    """`environmentalConsiderations`, of entries by kind and the notes on them."""
    found: dict[str, Value] = {"energyConsumptions": list(stated.values())} if stated else {}
    return {**found, "properties": about} if about else found


def _owner(view: View) -> dict[str, Value]:
    found: dict[str, Value] = {}
    if name := text_of(view, "model", "organisation"):
        found["supplier"] = {"name": name}
    if text := text_of(view, "model", "description"):
        found["description"] = text
    if licence := text_of(view, "model", "licence"):
        known = {each.casefold(): each for each in LICENCES}.get(licence.casefold())
        found["licenses"] = [{"license": {"id": known} if known else {"name": licence}}]
    if url := text_of(view, "model", "url"):
        found["externalReferences"] = [{"type": "website", "url": url}]
    return found


def _card(view: View) -> dict[str, Value]:
    found: dict[str, Value] = {}
    if parameters := _parameters(view):
        found["modelParameters"] = parameters
    if view.metrics:
        stated = metrics(view)
        found["quantitativeAnalysis"] = {"performanceMetrics": list(stated.values())}
    considerations: dict[str, Value] = {}
    if use := text_of(view, "card", "intended_use"):
        considerations["useCases"] = [use]
    if limits := text_of(view, "model", "limitations"):
        considerations["technicalLimitations"] = [limits]
    considerations["environmentalConsiderations"] = environment(entries(view), notes(view))
    found["considerations"] = considerations
    if view.metrics:
        found["properties"] = [{"name": METRIC, "value": each} for each in metrics(view)]
    return found


def _parameters(view: View) -> dict[str, Value]:
    given: Mapping[str, Any] = view.given.get("model", {})
    found: dict[str, Value] = {}
    if task := text_of(view, "model", "task"):
        found["task"] = task
    if architecture := text_of(view, "model", "architecture"):
        found["modelArchitecture"] = architecture
    for key, name in (("modality_in", "inputs"), ("modality_out", "outputs")):
        if formats := given.get(key):
            found[name] = [{"format": str(each)} for each in formats]
    return found
