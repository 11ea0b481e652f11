"""Emitters: the figures of a report, in the documents that travel with a model.

view          what all of them render, and from_report, which makes it
stated        figures as a document states them, to hold against a view
emitter       what an emitter is
hugging_face  a Hugging Face model card
datasheet     a datasheet: Markdown, HTML, JSON
sbom          bills of materials: CycloneDX, SPDX
boamps        a BoAmps report

An emitter looks nothing up and computes nothing: what is not in the view is missing, and is said to
be. A new one is a module with an `EMITTER` and a line in `EMITTERS`; one of another package is
named by an entry point of the group `footprint.emitters`.
"""

from __future__ import annotations

from footprint.emitters import boamps, datasheet
from footprint.emitters.emitter import Emitter
from footprint.emitters.eu_ai_act import EU_AI_ACT, EU_AI_ACT_JSON
from footprint.emitters.hugging_face import HUGGING_FACE
from footprint.emitters.sbom import cyclonedx, spdx
from footprint.errors import UsageError, nearest

#: Group of entry points that name an `Emitter`.
ENTRY_POINTS = "footprint.emitters"

#: Every format of our own.
EMITTERS: tuple[Emitter, ...] = (
    HUGGING_FACE,
    datasheet.MARKDOWN,
    datasheet.HTML,
    datasheet.JSON,
    cyclonedx.CYCLONEDX,
    spdx.SPDX,
    boamps.BOAMPS,
    EU_AI_ACT,
    EU_AI_ACT_JSON,
)


def emitter(name: str) -> Emitter:
    """The emitter of a format: our own, else the one that an installed package names.

    Raises UsageError for a format that nobody knows.
    """
    for each in EMITTERS:
        if each.name == name:
            return each
    others = third_party()
    if name in others:
        return others[name]
    known = [*(each.name for each in EMITTERS), *others]
    raise UsageError(
        f"--format {name} is not known: use {', '.join(known)}." + nearest(name, known)
    )


def third_party() -> dict[str, Emitter]:
    """Emitters of other packages by name; our own names are not theirs to take.

    Raises UsageError, with the package's name, for one that cannot be imported or is none.
    """
    from importlib.metadata import entry_points  # 40 ms

    own = {each.name for each in EMITTERS}
    found: dict[str, Emitter] = {}
    for point in entry_points(group=ENTRY_POINTS):
        if point.name in own:
            continue
        package = point.dist.name if point.dist else point.value
        try:
            loaded = point.load()
        except Exception as error:  # it is somebody else's code
            raise UsageError(
                f"the format {point.name} of the package {package} cannot be loaded:"
                f" {type(error).__name__}: {error}: upgrade or remove it"
            ) from error
        if not isinstance(loaded, Emitter):
            raise UsageError(
                f"{point.value} of the package {package} is no footprint.emitters.Emitter:"
                " upgrade or remove it"
            )
        found[point.name] = loaded
    return found
