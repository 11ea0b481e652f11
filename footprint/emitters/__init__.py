"""Emitters: the figures of a report, in the documents that travel with a model.

view          what all of them render, and from_report, which makes it
stated        figures as a document states them, to hold against a view
emitter       what an emitter is
hugging_face  a Hugging Face model card
datasheet     a datasheet: Markdown, HTML, JSON
sbom          bills of materials: CycloneDX, SPDX
boamps        a BoAmps report
eu_ai_act     what the EU AI Act's documentation asks of energy and compute

An emitter looks nothing up and computes nothing: what is not in the view is missing, and is said to
be. A new one is a module with an `Emitter` and a line in `EMITTERS`; one of another package is
named by an entry point of the group `footprint.emitters` (docs/how-to/add-a-format.md).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from footprint import entry_points
from footprint.emitters.emitter import Emitter
from footprint.errors import UsageError, nearest

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

#: Group of entry points that name an `Emitter`.
ENTRY_POINTS = "footprint.emitters"

#: Every format of our own, and where its emitter is. Named, not imported: a command needs one.
EMITTERS = {
    "hf": "footprint.emitters.hugging_face:HUGGING_FACE",
    "md": "footprint.emitters.datasheet.as_markdown:MARKDOWN",
    "html": "footprint.emitters.datasheet.as_html:HTML",
    "json": "footprint.emitters.datasheet.as_json:JSON",
    "cyclonedx": "footprint.emitters.sbom.cyclonedx:CYCLONEDX",
    "spdx": "footprint.emitters.sbom.spdx:SPDX",
    "boamps": "footprint.emitters.boamps:BOAMPS",
    "eu-ai-act": "footprint.emitters.eu_ai_act.as_text:EU_AI_ACT",
    "eu-ai-act-json": "footprint.emitters.eu_ai_act.as_json:EU_AI_ACT_JSON",
}


def emitter(name: str) -> Emitter:
    """The emitter of a format: our own, else the one that an installed package names.

    Raises UsageError for a format that nobody knows.
    """
    if name in EMITTERS:
        return _own(name)
    others = third_party()
    if name in others:
        return loaded(others[name])
    known = [*EMITTERS, *others]
    raise UsageError(
        f"--format {name} is not known: use {', '.join(known)}." + nearest(name, known)
    )


def own() -> tuple[Emitter, ...]:
    """Every emitter of our own, in the order of the list."""
    return tuple(_own(name) for name in EMITTERS)


def _own(name: str) -> Emitter:
    module, _, attribute = EMITTERS[name].partition(":")
    found: Emitter = getattr(import_module(module), attribute)
    return found


def third_party() -> dict[str, EntryPoint]:
    """The formats of other packages by name, not loaded; our own names are not theirs to take."""
    points = entry_points.of_group(ENTRY_POINTS)
    return {point.name: point for point in points if point.name not in EMITTERS}


def loaded(point: EntryPoint) -> Emitter:
    """The emitter of another package.

    Raises UsageError, with the package's name, for one that cannot be imported or is none.
    """
    package = point.dist.name if point.dist else point.value
    try:
        found = point.load()
    except Exception as error:  # it is somebody else's code
        raise UsageError(
            f"the format {point.name} of the package {package} cannot be loaded:"
            f" {type(error).__name__}: {error}: upgrade or remove it"
        ) from error
    if not isinstance(found, Emitter):
        raise UsageError(
            f"{point.value} of the package {package} is no footprint.emitters.emitter.Emitter:"
            " upgrade or remove it"
        )
    return found
