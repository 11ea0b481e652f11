"""A model's figures in an SPDX document that is there already; all other bytes stay.

The package is found by its name and version. It gets its energy and one statement for each kind
of activity; what an earlier run left there is replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from footprint.emitters.emitter import Options
from footprint.emitters.sbom import spdx_elements, spdx_statement
from footprint.emitters.sbom.json_edit import Edits
from footprint.emitters.sbom.json_read import Node, parse
from footprint.emitters.sbom.spdx_graph import decoded, elements_of, graph
from footprint.emitters.view import View
from footprint.errors import OccupiedError, UsageError, nearest

_ENERGY = "ai_energyConsumption"


def merge(view: View, document: bytes, options: Options = Options()) -> bytes:  # noqa: B008
    """The document with the figures in it: the same bytes where it has them already.

    Raises UsageError for what is no SPDX 3.0.1 document and for a package that is not in it (or
    there twice), OccupiedError for energy that another tool stated (`force` replaces it).
    """
    text = decoded(document)
    root = parse(text)
    nodes = graph(root)
    package = _package(view, nodes.items, options.force)
    target = _id(package, view)
    elements = elements_of(nodes)
    ours, creation = _ours(elements, target)
    edits = Edits(text, root)
    had_energy = any(_states_energy(elements[place]) for place in ours)
    _state_energy(edits, package, spdx_elements.energy(view), had_energy or options.force)
    wanted = spdx_elements.around(view, target, creation)
    kept = [place for place in ours if elements[place] in wanted]
    there = [elements[place] for place in kept]
    gone = [nodes.items[place] for place in ours if place not in kept]
    new = [each for each in wanted if each not in there]
    if new or gone:
        edits.items(nodes, new, gone)
        _list(edits, nodes.items, target, gone, new)
    return edits.made().encode("utf-8") if edits else document


def _package(view: View, nodes: Sequence[Node], force: bool) -> Node:
    """The one package of this model: by name, with or without its owner, and by version.

    A package without a version is taken for any where it is the only one of its name; one of
    another version by force alone.
    """
    packages = [each for each in nodes if each.text("type") == "ai_AIPackage"]
    named = [each for each in packages if each.text("name") == view.model] or [
        each for each in packages if _differ_by_owner(each.text("name") or "", view.model)
    ]
    if not named:
        raise UsageError(_not_there(view, nodes, packages))
    chosen = named
    only = named[0].text("software_packageVersion")
    if len(named) > 1 or (only is not None and not force):
        chosen = [each for each in named if each.text("software_packageVersion") == view.version]
    if len(chosen) != 1:
        versions = ", ".join(each.text("software_packageVersion") or "none" for each in named)
        use = "; use --force to take the one there is" if len(named) == 1 else ""
        raise UsageError(
            f"{view.model!r} {view.version or 'without a version'} is in the document"
            f" {len(chosen)} times (versions there: {versions}): one package is needed{use}"
        )
    return chosen[0]


def _differ_by_owner(one: str, other: str) -> bool:
    """Whether one of two names is the other without its owner: `net` and `owner/net`."""
    owned, bare = (one, other) if "/" in one else (other, one)
    return owned != bare and "/" not in bare and owned.rpartition("/")[2] == bare


def _not_there(view: View, nodes: Sequence[Node], packages: Sequence[Node]) -> str:
    for each in nodes:
        if each.text("name") == view.model and (each.text("type") or "").endswith("Package"):
            return (
                f"{view.model!r} is a {each.text('type')} there, which has no place for energy:"
                " make it an ai_AIPackage"
            )
    names = [name for each in packages if (name := each.text("name"))]
    hint = nearest(view.model, names) or (f" It has {', '.join(names[:5])}." if names else "")
    return f"the document has no ai_AIPackage named {view.model!r}.{hint}"


def _id(package: Node, view: View) -> str:
    found = package.text("spdxId") or package.text("@id")
    if found is None:
        raise UsageError(f"the package {view.model!r} of the document has no spdxId: give it one")
    return found


def _ours(elements: Sequence[Any], target: str) -> tuple[list[int], str]:
    """Places of what an earlier run wrote beside the package, and its creation information's id.

    They are known by our statements of that package, and by the creation information that those
    name; others' elements are never among them, even where a tool made that information shared.
    """
    mine = [
        place
        for place, each in enumerate(elements)
        if spdx_statement.parsed(each) is not None and each.get("subject") == target
    ]
    creation = elements[mine[0]].get("creationInfo") if mine else None
    if not isinstance(creation, str):  # none yet, or written into the element by another tool
        return mine, "_:footprint-" + spdx_elements.identifier("creation", target)[-12:]
    bases = _bases(elements, target, creation)
    found = [
        place
        for place, each in enumerate(elements)
        if place in mine
        or each.get("@id") == creation
        or (each.get("creationInfo") == creation and _is_made(each, bases))
    ]
    return found, creation


def _bases(elements: Sequence[Any], target: str, creation: str) -> list[str]:
    """Base models that an earlier run stated: what the target descends from, by our own word."""
    stated = [
        each.get("subject")
        for each in elements
        if each.get("creationInfo") == creation
        and (spdx_statement.parsed(each) or {}).get("of") == spdx_statement.BASE
    ]
    return [base for base in stated if isinstance(base, str) and base != target]


def _is_made(element: Any, bases: Sequence[str]) -> bool:
    """Whether an element that has our creation information is one that `around` makes."""
    kind, name = element.get("type"), str(element.get("name"))
    if kind in ("Tool", "SoftwareAgent"):
        return name.split(" ", maxsplit=1)[0] == "footprint"
    if kind == "Relationship":
        return element.get("to") in [[base] for base in bases]
    if kind == "Annotation":
        return element.get("subject") in bases
    return element.get("spdxId") in bases


def _states_energy(element: Any) -> bool:
    """Whether a statement of ours says that the package's energy is ours."""
    statement = spdx_statement.parsed(element) or {}
    is_field = statement.get("kind") in spdx_statement.FIELDS
    return is_field and "energy_j" in (statement.get("figures") or {})


def _state_energy(edits: Edits, package: Node, energy: dict[str, Any], may_replace: bool) -> None:
    """The package's energy as it is now; what is no longer known is taken out of its object."""
    there = package.get(_ENERGY)
    if there is None:
        if energy:
            edits.member(package, _ENERGY, energy)
    elif may_replace:
        edits.replace(there, energy or {"type": "ai_EnergyConsumption"})
    elif energy:
        raise OccupiedError(
            f"{package.text('name')} has an {_ENERGY} that footprint did not write: use --force to"
            " replace it"
        )


def _list(
    edits: Edits,
    nodes: Sequence[Node],
    target: str,
    gone: Sequence[Node],
    new: Sequence[dict[str, Any]],
) -> None:
    """Collections that list the package list our elements too, and none that is gone."""
    former = {each.text("spdxId") for each in gone}
    for node in nodes:
        listed = node.get("element")
        names = [each.value for each in listed.items] if listed is not None else []
        if listed is None or target not in names:
            continue
        added = [each["spdxId"] for each in new if each.get("spdxId", target) not in names]
        now = {each.get("spdxId") for each in new}
        lost = [each for each in listed.items if str(each.value) in former - now]
        if added or lost:
            edits.items(listed, added, lost)
