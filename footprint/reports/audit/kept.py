"""What a report that was kept says beside its figures, held against itself and against today's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from footprint.errors import UsageError
from footprint.reports.audit import attached, made
from footprint.reports.audit.differences import Difference
from footprint.reports.audit.documents import Document
from footprint.reports.audit.recipe import Recipe
from footprint.settings import HASH, Settings

#: What stands for a hashed name.
_HASHED = re.compile(r"\b(?:host|user)-[0-9a-f]{12}\b")


def check_salt(told: Recipe, settings: Settings) -> None:
    """Raises UsageError where names were hashed under a salt, and there is none."""
    then = told.options["privacy"]
    if HASH not in (then.get("hosts"), then.get("users")) or not then.get("salted"):
        return
    if not attached.privacy_of(settings).salt:
        raise UsageError(
            f"{told.document.path}: its names are hashed under a salt: give it, --privacy"
            " salt=SECRET, or the organisation file that has it (--organisation FILE)"
        )


def is_other_salt(document: Document, content: Mapping[str, Any]) -> bool:
    """Whether both reports have hashed names, and none in common."""
    then, now = (set(_HASHED.findall(each)) for each in (document.text, json.dumps(content)))
    return bool(then and now) and not then & now


def edited(document: Document) -> Iterator[Difference]:
    """Where a report does not agree with itself."""
    told = document.section("made", dict).get("factors_sha256")
    digests = [str(each.get("digest")) for each in document.entries("factors")]
    if told != made.factors_sha256(digests):
        yield Difference("made.factors_sha256", told, made.factors_sha256(digests), None)


def corrected(document: Document, content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The corrections that the report of then does not have."""
    then = {each.get("id") for each in document.entries("corrections")}
    for each in content["corrections"]:
        if each["id"] not in then:
            yield {name: each[name] for name in ("id", "action", "what", "who", "why", "utc")}
