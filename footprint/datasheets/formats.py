"""Which format a document is in: by the name of a file to write, or by what a file holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from footprint.console import say
from footprint.emitters import loaded, own, third_party
from footprint.emitters.emitter import Emitter
from footprint.errors import UsageError

#: What is written where nothing is said.
DEFAULT = "md"

#: Suffixes of a format beside its emitter's own.
_ALSO = {"spdx": (".spdx.json", ".jsonld"), "html": (".htm",)}

#: Suffixes of Markdown, whose documents may be a model card or a datasheet.
_MARKDOWN = (".md", ".markdown")


def every() -> dict[str, Emitter]:
    """All emitters by name, our own first; a package's that cannot be loaded is told of."""
    found = {each.name: each for each in own()}
    for name, point in third_party().items():
        try:
            found[name] = loaded(point)
        except UsageError as error:  # no reason to do without the others
            say(str(error))
    return found


def of_output(path: str | Path | None) -> str:
    """The format that the name of a file to write asks for: the one with the longest suffix.

    Raises UsageError for a suffix of none of them.
    """
    if path is None or not Path(path).suffix:
        return DEFAULT
    name = Path(path).name.lower()
    if name.endswith(_MARKDOWN):
        return DEFAULT
    found = [
        (len(suffix), -place, each.name)
        for place, each in enumerate(every().values())
        for suffix in (each.suffix, *_ALSO.get(each.name, ()))
        if name.endswith(suffix)
    ]
    if found:
        return max(found)[2]
    suffixes = dict.fromkeys(each.suffix for each in every().values())
    raise UsageError(
        f"{path}: no format has the suffix {Path(path).suffix}: use {', '.join(suffixes)}, or say"
        " --format"
    )


def of_document(path: Path, data: bytes) -> list[str]:
    """The formats that an existing document may be in, the likeliest first.

    Raises UsageError for one that is in none of them.
    """
    name = path.name.lower()
    if name.endswith(_MARKDOWN):
        return ["hf", "eu-ai-act", "md"]
    if name.endswith((".html", ".htm")):
        return ["html"]
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        known = _of_json(path, data)
        if known is not None:
            return [known]
    named = [each.name for each in every().values() if name.endswith(each.suffix)]
    if not named or name.endswith(".json"):
        raise UsageError(
            f"{path}: what it is cannot be told from its name and content: say --format"
        )
    return named


def _of_json(path: Path, data: bytes) -> str | None:
    try:
        found: Any = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no JSON ({error}): correct it, or name another") from error
    if not isinstance(found, dict):
        return None
    schema = str(found.get("schema") or "")
    if "bomFormat" in found or "cyclonedx" in str(found.get("$schema") or "").lower():
        return "cyclonedx"
    if "spdx.org" in str(found.get("@context") or "") or "spdxVersion" in found:  # that: 2.x
        return "spdx"
    if schema.startswith("footprint.eu"):
        return "eu-ai-act-json"
    if schema.startswith("footprint."):
        return "json"
    return "boamps" if {"header", "task", "measures"} <= found.keys() else None
