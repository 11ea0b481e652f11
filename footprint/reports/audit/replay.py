"""A report that was kept, made again: whether it comes out the same, and what differs if not.

    found = replay(Path("report.json"))
    found.is_same, found.is_byte_for_byte

What the report says of itself (`made`) is run again, and nothing of whoever replays it: their
settings, their organisation.toml and the directory they are in do not count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from footprint.accounts.opened import Ledger, open_ledger
from footprint.errors import UsageError
from footprint.ledger.stored import is_url
from footprint.reports.as_json import as_dict
from footprint.reports.audit import changed, documents, made, texts
from footprint.reports.audit.changed import FactorChange, LedgerChange
from footprint.reports.audit.differences import Difference, differences
from footprint.reports.audit.documents import Document
from footprint.reports.audit.made import Input
from footprint.reports.build import build
from footprint.reports.options import Options
from footprint.reports.view import Report
from footprint.settings import DECLARED, Settings, check


class InputChange(NamedTuple):
    """A file that the report was made with and that is not there any more, or not the same."""

    role: str
    name: str
    what: str


class Replayed(NamedTuple):
    """What came out of it.

    Attributes:
        report: the file.
        version: that made it; `__version__` is the one that made it again.
        ledger: what became of the ledgers since.
        closed: the report's period had ended when it was made, so that later records are not
            in it.
        inputs: files that are missing or changed.
        factors: that are not what they were.
        found: where the report's JSON differs, figures first.
        is_byte_for_byte: the file's bytes come out again.
    """

    report: str
    version: str
    ledger: LedgerChange
    closed: bool
    inputs: tuple[InputChange, ...]
    factors: tuple[FactorChange, ...]
    found: tuple[Difference, ...]
    is_byte_for_byte: bool

    @property
    def is_same(self) -> bool:
        """Whether all that the report says came out again, from what the ledger was then."""
        return not self.found and not self.ledger.wrong


class Given(NamedTuple):
    """What whoever replays a report says.

    Attributes:
        ledgers: where they lie now; none: where the report says.
        factors, organisation: the same of its files.
        salt: of its hashes.
        engine, master, fresh: as for a report.
    """

    ledgers: tuple[str, ...] = ()
    factors: Path | None = None
    organisation: Path | None = None
    salt: str = ""
    engine: str = "auto"
    master: str | None = None
    fresh: bool = False


def replay(path: Path, given: Given | None = None) -> Replayed:
    """Makes a report again.

    Args:
        path: the report: JSON, a page (HTML), or a PDF.
        given: where things are now; None: where the report says.

    Raises UsageError for what is no such report, LedgerError for ledgers that cannot be read.
    """
    given = given or Given()
    document = documents.read(path)
    told = _told(document)
    ledger = _ledger(document, told, given)
    inputs, files = _inputs(document, told, given)
    since = changed.ledgers(document.section("ledger_heads", list), ledger.stores)
    settings = _settings(document, told, given, files)
    options = _options(document, told, given)
    again = _named(build(ledger, options, settings), told, ledger, files)
    content = as_dict(again)
    found = differences(document.content, json.loads(json.dumps(content)))
    return Replayed(
        str(path),
        told["version"],
        since,
        told["options"].get("until") is not None,
        tuple(inputs),
        tuple(changed.factors(document.section("factors", list), content["factors"])),
        tuple(found),
        _same_bytes(document, again),
    )


def _told(document: Document) -> Mapping[str, Any]:
    """What made a report, as it says. Raises UsageError where it does not."""
    told: Mapping[str, Any] = document.section("made", dict)
    if not told:
        raise UsageError(
            f"{document.path} does not say what made it: it is of a footprint before 0.1.0, or was"
            " edited; make it again to have it replayed later"
        )
    options = told.get("options")
    if not isinstance(options, dict) or not isinstance(told.get("version"), str):
        raise document.wrong("made.options")
    return {**told, "settings": told.get("settings") or {}, "inputs": told.get("inputs") or []}


def _ledger(document: Document, told: Mapping[str, Any], given: Given) -> Ledger:
    places = list(given.ledgers) or [_place(document, str(e)) for e in told["options"]["ledgers"]]
    return open_ledger(*places)


def _place(document: Document, name: str) -> str:
    """Where a ledger is: as it was named from here, or from the report's folder."""
    beside = document.path.parent / name
    if is_url(name) or Path(name).exists():
        return name
    if beside.exists():
        return str(beside)
    raise UsageError(
        f"the report was made of {name}, which is not here: name the ledger,"
        f" `footprint report --replay {document.path} LEDGER`"
    )


def _inputs(
    document: Document, told: Mapping[str, Any], given: Given
) -> tuple[list[InputChange], dict[str, Path]]:
    """What became of the report's files; by role, where they are now."""
    found: list[InputChange] = []
    files: dict[str, Path] = {}
    for each in told["inputs"]:
        role, name = str(each.get("role")), str(each.get("name"))
        moved = {"factors": given.factors, "organisation": given.organisation}.get(role)
        path = moved or _file(document, name)
        if path is None:
            found.append(InputChange(role, name, "it is missing"))
            continue
        if role != "base_year":
            files[role] = path
        if made.read(role, path).sha256 != each.get("sha256"):
            found.append(InputChange(role, name, "its content is not what it was"))
    return found, files


def _file(document: Document, name: str) -> Path | None:
    for path in (Path(name), document.path.parent / name):
        if path.is_file():
            return path
    return None


def _settings(
    document: Document, told: Mapping[str, Any], given: Given, files: Mapping[str, Path]
) -> Settings:
    """The settings of then: nothing of whoever replays it, but the keys of live providers."""
    options, reader = told["options"], told["settings"]
    order = options.get("factor_sources") or reader.get("factor_sources")
    origins = {name: "given" for name in ("factors", "factor_sources") if options.get(name)}
    values: dict[str, Any] = {name: reader.get(name) for name in DECLARED}
    if reader.get("live"):
        from footprint.settings import resolve

        own = resolve().live
        values["live"] = {name: own.get(name, {}) for name in reader["live"]}
    names = {key: value for key, value in options.get("privacy", {}).items() if key != "salted"}
    if given.salt:
        names["salt"] = given.salt
    try:
        checked = {name: check(name, value) for name, value in values.items() if value is not None}
        treated = check("privacy", names) if names else {}
    except UsageError as error:
        raise document.wrong(f"made: {error}") from error
    return Settings(
        factors=files.get("factors"),
        factor_sources=None if order is None else tuple(order),
        organisation=files.get("organisation"),
        privacy=treated,
        origins=origins,
        **checked,
    )


def _options(document: Document, told: Mapping[str, Any], given: Given) -> Options:
    options = told["options"]
    try:
        return Options(
            by=tuple(options["by"]),
            since=options["since"],
            until=options["until"],
            declared=options["declared"],
            absorption=options["absorption"],
            pins=options["pins"],
            engine=given.engine,
            master=given.master,
            fresh=given.fresh,
        )
    except (KeyError, TypeError) as error:
        raise document.wrong(f"made.options: {error}") from error


def _named(
    again: Report, told: Mapping[str, Any], ledger: Ledger, files: Mapping[str, Path]
) -> Report:
    """The new report, with ledgers and files called as they were: where they are does not count."""
    names = [str(each) for each in told["options"]["ledgers"]]
    places = dict(zip(map(str, ledger.places), names, strict=False))
    was = {each["role"]: str(each["name"]) for each in told["inputs"]}
    moved = {str(path): was[role] for role, path in files.items()}
    # Privacy cuts paths to their last part, and does so with those of today too.
    for pairs in (places, moved):
        pairs |= {PurePath(new).name: old for new, old in pairs.items() if PurePath(new).name}
    known = {new: old for new, old in (places | moved).items() if new != old}
    if known:
        within = f"(?:{_any(places)})(?=/(?:journals|sealed|manifests|factors|receipts)\\b)"
        pattern = re.compile(rf"(?<![\w./-])(?:{within}|(?:{_any(moved)})(?![\w.-]))")

        def say(text: str, _: str) -> str:
            return pattern.sub(lambda hit: known.get(hit[0], hit[0]), text)

        again = texts.changed(again._replace(heads=(), made=None), say)._replace(
            heads=again.heads, made=again.made
        )
    if again.made is None:
        return again
    now = {(each.role, each.sha256): each for each in again.made.inputs}
    kept = [
        Input(each["role"], each["name"], found.bytes, found.sha256)
        if (found := now.get((each["role"], each["sha256"]))) is not None
        else None
        for each in told["inputs"]
    ]
    inputs = tuple(each for each in kept if each is not None)
    return again._replace(
        ledgers=tuple(names),
        made=again.made._replace(
            command=str(told["command"]),
            options=told["options"],
            settings=told["settings"],
            inputs=inputs,
        ),
    )


def _any(names: Iterable[str]) -> str:
    """A pattern for any of some names, the longest first; for nothing, where there are none."""
    longest = sorted(names, key=lambda each: (-len(each), each))
    return "|".join(map(re.escape, longest)) or r"(?!)"


def _same_bytes(document: Document, again: Report) -> bool:
    """Whether the file comes out again; of a PDF, the JSON that is attached to it."""
    if document.form == "html":
        page = document.data.decode("utf-8", "replace")
        lang = re.search(r'<html[^>]* lang="(\w+)"', page)
        return again.to_html(lang[1] if lang else "en").encode() == document.data
    data = document.text.encode() if document.form == "pdf" else document.data
    return again.to_json().encode("utf-8", "backslashreplace") == data
