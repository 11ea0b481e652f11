"""The elements of an SPDX 3.0.1 document: a model as an AI package, and what is known of it.

Facts: https://spdx.github.io/spdx-spec/v3.0.1/model/AI/ (classes AIPackage, EnergyConsumption) and
https://spdx.org/rdf/3.0.1/terms/ (schema and context of the JSON-LD serialization). Energy is in
kWh, as xsd:decimal in fixed-point. Identifiers are UUIDs of version 5, made from what the element
says: the same view gives the same document.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from footprint.emitters.digits import fixed
from footprint.emitters.given import text_of
from footprint.emitters.sbom import spdx_statement
from footprint.emitters.sbom.spdx_statement import FIELDS
from footprint.emitters.view import Metric, View
from footprint.errors import UsageError, shown
from footprint.estimators.quantity import Quantity

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
VERSION = "3.0.1"

#: One object of `@graph`.
Element: TypeAlias = dict[str, Any]

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, CONTEXT)


def identifier(*parts: object) -> str:
    """An IRI made from what it names: the same parts, the same IRI."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return f"urn:uuid:{uuid.uuid5(_NAMESPACE, text)}"


def package_id(view: View) -> str:
    """Of the package of this model and version."""
    return identifier("package", view.model, view.version)


def package(view: View, creation: str) -> Element:
    """The model, with its energy and what its owner stated of it.

    The energy of kinds that have no field (evaluation, data, ...) is in their statement alone.
    """
    organisation = text_of(view, "model", "organisation")
    released = text_of(view, "model", "release_date")
    architecture = text_of(view, "model", "architecture")
    found: Element = {
        "type": "ai_AIPackage",
        "spdxId": package_id(view),
        "creationInfo": creation,
        "name": view.model,
        "software_packageVersion": view.version,
        "software_primaryPurpose": "model",
        "description": text_of(view, "model", "description"),
        "software_homePage": text_of(view, "model", "url"),
        "suppliedBy": supplier_id(organisation) if organisation else "",
        "releaseTime": _instant(released) if released else "",
        "ai_typeOfModel": [architecture] if architecture else [],
        "ai_limitation": text_of(view, "model", "limitations"),
        "ai_informationAboutTraining": text_of(view, "training", "method"),
        "ai_metric": [_metric(each) for each in view.metrics],
        "ai_energyConsumption": energy(view),
    }
    return {key: value for key, value in found.items() if value}


def energy(view: View) -> Element:
    """`ai_EnergyConsumption`; empty where no energy is known that has a field."""
    found: Element = {}
    for stage in view.stages:
        quantity = stage.total.energy_j
        if stage.kind in FIELDS and quantity is not None:
            found[FIELDS[stage.kind]] = [_description(quantity)]
    return {"type": "ai_EnergyConsumption", **found} if found else {}


def around(view: View, target: str, creation: str) -> list[Element]:
    """Everything that belongs to the figures of a package, beside the package itself.

    Args:
        target: the package's spdxId.
        creation: the `@id` of its creation information, a blank node.
    """
    agent, tool = identifier("agent", view.tool), identifier("tool", view.tool)
    found: list[Element] = [
        {
            "type": "CreationInfo",
            "@id": creation,
            "specVersion": VERSION,
            "created": created(view),
            "createdBy": [agent],
            "createdUsing": [tool],
        },
        {
            "type": "SoftwareAgent",
            "spdxId": agent,
            "creationInfo": creation,
            "name": view.tool.split(" ", maxsplit=1)[0],
        },
        {"type": "Tool", "spdxId": tool, "creationInfo": creation, "name": view.tool},
    ]
    for stage in view.stages:
        statement = spdx_statement.of_stage(view, stage)
        found.append(_annotation(target, creation, statement))
    found.append(_annotation(target, creation, spdx_statement.of_report(view)))
    return [*found, *_base(view, target, creation)]


def document(view: View) -> list[Element]:
    """The whole graph of a new document."""
    creation = "_:creation"
    target = package_id(view)
    those = [package(view, creation), *around(view, target, creation)]
    organisation = text_of(view, "model", "organisation")
    if organisation:
        supplier = supplier_id(organisation)
        those.append(
            {
                "type": "Organization",
                "spdxId": supplier,
                "creationInfo": creation,
                "name": organisation,
            }
        )
    ids = [each["spdxId"] for each in those if "spdxId" in each]
    version = "" if view.version is None else f" {view.version}"
    head: Element = {
        "type": "SpdxDocument",
        "spdxId": identifier("document", those),
        "creationInfo": creation,
        "name": f"{view.model}{version}: energy and carbon",
        "profileConformance": ["core", "software"],
        "rootElement": [target],
        "element": ids,
    }
    return [head, *those]


def supplier_id(organisation: str) -> str:
    """Of the organisation that a model comes from."""
    return identifier("organisation", organisation)


def created(view: View) -> str:
    """The period's end, to the second: what the document says does not change after it.

    Raises UsageError where nothing was recorded.
    """
    ends = [view.end, *(stage.period[1] for stage in view.stages)]
    last = next((each for each in ends if each), "")
    if not last:
        raise UsageError(
            f"the period of model {shown(view.model)} is not known: SPDX needs the time of a"
            " document; make it from a ledger with recorded work"
        )
    return _instant(last)


def _instant(iso: str) -> str:
    """As SPDX wants it: UTC, whole seconds, with Z."""
    moment = dt.datetime.fromisoformat(iso)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _description(energy_j: Quantity) -> Element:
    """Energy in kWh. Raises UsageError below zero, which the schema would take."""
    if energy_j.mid < 0:
        raise UsageError(f"an energy is {energy_j.mid} J: no document states less than nothing")
    return {
        "type": "ai_EnergyConsumptionDescription",
        "ai_energyQuantity": fixed(energy_j.to("kWh").mid),
        "ai_energyUnit": "kilowattHour",
    }


def _metric(metric: Metric) -> Element:
    about = [metric.data, metric.config, metric.split]
    if metric.subgroup is not None:
        about.append("=".join(metric.subgroup))
    on = " ".join(each for each in about if each)
    return {
        "type": "DictionaryEntry",
        "key": f"{metric.name} ({on})" if on else metric.name,
        "value": fixed(metric.value),
    }


def _annotation(target: str, creation: str, statement: Mapping[str, Any]) -> Element:
    text = spdx_statement.text_of(statement)
    return {
        "type": "Annotation",
        "spdxId": identifier("annotation", target, text),
        "creationInfo": creation,
        "annotationType": "other",
        "subject": target,
        "contentType": "application/json",
        "statement": text,
    }


def _base(view: View, target: str, creation: str) -> Sequence[Element]:
    """The base model as a package of its own: its training is in no figure of this one's."""
    if view.base is None:
        return []
    base = view.base
    base_id = identifier("package", base.model, None, target)
    found: Element = {
        "type": "ai_AIPackage",
        "spdxId": base_id,
        "creationInfo": creation,
        "name": base.model,
        "software_primaryPurpose": "model",
    }
    if base.figures.energy_j is not None:
        found["ai_energyConsumption"] = {
            "type": "ai_EnergyConsumption",
            FIELDS["training"]: [_description(base.figures.energy_j)],
        }
    return [
        found,
        _annotation(base_id, creation, spdx_statement.of_base(base)),
        {
            "type": "Relationship",
            "spdxId": identifier("descendantOf", target, base_id),
            "creationInfo": creation,
            "from": target,
            "relationshipType": "descendantOf",
            "to": [base_id],
        },
    ]
