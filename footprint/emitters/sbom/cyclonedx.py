"""CycloneDX 1.6 and 1.7: an ML-BOM, new or one that is there.

The energy of a model lies in its model card, `considerations.environmentalConsiderations`. A new
document has no clock and no random number in it: its time is the end of the period, its serial
number a digest of what it says.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TextIO

from footprint._version import __version__
from footprint.emitters.emitter import Emitter, Options
from footprint.emitters.sbom.cyclonedx_component import component
from footprint.emitters.sbom.cyclonedx_merge import merged
from footprint.emitters.sbom.cyclonedx_place import SPECS, read
from footprint.emitters.sbom.cyclonedx_read import stated
from footprint.emitters.sbom.json_edit import Style, Value, written
from footprint.emitters.stated import Stated
from footprint.emitters.view import View
from footprint.errors import UsageError


def render(view: View, out: TextIO, options: Options = Options()) -> None:  # noqa: B008
    """Writes a new document whose subject is the model."""
    spec = _spec(options)
    time: dict[str, Value] = {"timestamp": view.end} if view.end else {}
    tool: Value = {"type": "application", "name": "footprint", "version": __version__}
    body: dict[str, Value] = {
        "version": 1,
        "metadata": {**time, "tools": {"components": [tool]}, "component": component(view)},
    }
    head: dict[str, Value] = {
        "$schema": f"http://cyclonedx.org/schema/bom-{spec}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": spec,
    }
    said = written({**head, **body}, Style())
    serial: dict[str, Value] = {
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, f"footprint {said}").urn
    }
    out.write(written({**head, **serial, **body}, Style()) + "\n")


def merge(view: View, document: bytes, options: Options = Options()) -> bytes:  # noqa: B008
    """The figures in a document that is there (JSON, 1.6 or 1.7); its version is kept.

    Raises UsageError for a document that cannot be read, OccupiedError where another tool's
    figures, a signature or another version of the model stand in the way.
    """
    found = read(document)
    spec = found.root.text("specVersion")
    if options.spec not in {None, spec}:
        raise UsageError(
            f"this is CycloneDX {spec}, not {options.spec}: a document keeps its version; leave"
            " --spec out, or write a document of its own with -o FILE"
        )
    return merged(view, found, options).encode()


def read_back(document: bytes) -> Sequence[Stated]:
    """The figures of ours that a document states, in J, g, L and money.

    Raises UsageError for a document that cannot be read.
    """
    return list(stated(read(document)))


def _spec(options: Options) -> str:
    spec = options.spec or SPECS[0]
    if spec not in SPECS:
        raise UsageError(
            f"--spec {spec} is no version that has a place for energy: use {' or '.join(SPECS)}"
        )
    return spec


CYCLONEDX = Emitter(
    "cyclonedx",
    ".cdx.json",
    "a CycloneDX ML-BOM (1.6, 1.7), new or put into an existing one",
    render,
    merge,
    read_back,
    specs=SPECS,
)
