"""A report that was kept, made again: whether it comes out the same, and what differs if not.

    found = replay(Path("report.json"))
    found.is_same, found.is_byte_for_byte

What the report says of itself (`made`) is run again, and nothing of whoever replays it: their
settings, their organisation.toml and the directory they are in do not count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from footprint._version import __version__
from footprint.accounts.opened import Ledger, open_ledger
from footprint.errors import UsageError
from footprint.ledger.stored import is_url
from footprint.reports.as_json import as_dict
from footprint.reports.audit import changed, documents, kept, made, pages, recipe, texts
from footprint.reports.audit.changed import FactorChange, LedgerChange
from footprint.reports.audit.differences import Difference, differences
from footprint.reports.audit.documents import Document
from footprint.reports.audit.made import Input
from footprint.reports.audit.recipe import Recipe
from footprint.reports.build import build
from footprint.reports.view import Report

#: What a replay comes to.
SAME, RECORDED_SINCE, CHANGED = "same", "recorded_since", "changed"


class InputChange(NamedTuple):
    """A file that the report was made with and that is not there any more, or not the same."""

    role: str
    name: str
    what: str


class Replayed(NamedTuple):
    """What came out of it.

    Attributes:
        report, form: the file, and whether it is JSON, HTML or PDF.
        version: that made it; `__version__` is the one that made it again.
        ledger: what became of the ledgers since.
        closed: the report's period had ended when it was made, as its ledger tells
            (`Recipe.closed`), so that later records are not in it.
        until: the period's end; None: it was open.
        recorded_until: the last instant that the ledgers held then, and hold now.
        inputs: files that are missing or changed.
        factors: that are not what they were.
        found: where the report's JSON differs, figures first.
        is_byte_for_byte: the file's bytes come out again; of a PDF, the JSON that it carries.
        pages: what became of a page's or PDF's own pages (`pages.SAME`, ...); empty: it has none.
        corrected: what was corrected since, as the new report has it.
        is_other_salt: not one name has the hash that it had.
    """

    report: str
    form: str
    version: str
    ledger: LedgerChange
    closed: bool
    until: str | None
    recorded_until: tuple[str | None, str | None]
    inputs: tuple[InputChange, ...]
    factors: tuple[FactorChange, ...]
    found: tuple[Difference, ...]
    is_byte_for_byte: bool
    pages: str = ""
    corrected: tuple[Mapping[str, Any], ...] = ()
    is_other_salt: bool = False

    @property
    def is_same(self) -> bool:
        """Whether all that the report says came out again, from what the ledger was then."""
        return not self.found and not self.ledger.wrong

    @property
    def outcome(self) -> str:
        """`same`, `recorded_since` or `changed`.

        `recorded_since`: it differs, and may: the period was open, its ledgers hold more than then,
        and nothing else is known to be other than it was.
        """
        if self.is_same:
            return SAME
        then, now = self.recorded_until
        more = now is not None and (then is None or then < now)
        other = (
            self.ledger.wrong,
            self.inputs,
            self.version != __version__,
            any(each.old for each in self.factors),
            self.corrected,
            self.is_other_salt,
        )
        return RECORDED_SINCE if more and not self.closed and not any(other) else CHANGED


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

    Raises UsageError for what is no such report and for a salt that lacks, LedgerError for ledgers
    that cannot be read.
    """
    given = given or Given()
    document = documents.read(path)
    told = recipe.of(document)
    ledger = open_ledger(*(given.ledgers or [_place(document, each) for each in told.ledgers]))
    inputs, files = _inputs(told, given)
    since = changed.ledgers(document.entries("ledger_heads"), ledger.stores, str(path))
    options = told.asked()._replace(engine=given.engine, master=given.master, fresh=given.fresh)
    settings = told.reader(files, given.salt)
    kept.check_salt(told, settings)
    again = _remade(_named(build(ledger, options, settings), told, ledger, files), told)
    content = json.loads(json.dumps(as_dict(again)))
    found = [*kept.edited(document), *differences(document.content, content)]
    same = _same_bytes(document, again)
    on_pages, state = _pages(document, told, again, same=same, found=found)
    return Replayed(
        str(path),
        document.form,
        told.version,
        since,
        told.closed,
        told.options["until"],
        (told.recorded_until, None if again.made is None else again.made.recorded_until),
        tuple(inputs),
        tuple(changed.factors(document.entries("factors"), content["factors"])),
        (*found, *on_pages),
        same,
        state,
        tuple(kept.corrected(document, content)),
        kept.is_other_salt(document, content),
    )


def _pages(
    document: Document, told: Recipe, again: Report, *, same: bool, found: Sequence[Difference]
) -> tuple[Sequence[Difference], str]:
    """Where pages say something else than the JSON that they carry, and what became of them."""
    if document.form == "json":
        return (), ""
    if document.form == "html" and same:
        return (), pages.SAME
    if found or told.version != __version__:
        return (), pages.NOT_HELD
    expected = pages.as_then(again, document)
    if document.form == "pdf":
        return (), pages.of_pdf(document, expected)
    differ = pages.of_page(document, expected)
    return differ, pages.DIFFER if differ else pages.SAME


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


def _inputs(told: Recipe, given: Given) -> tuple[list[InputChange], dict[str, Path]]:
    """What became of the report's files; by role, where they are now."""
    found: list[InputChange] = []
    files: dict[str, Path] = {}
    for role, name, digest in told.inputs:
        moved = {"factors": given.factors, "organisation": given.organisation}.get(role)
        path = moved or _file(told.document, name)
        if path is None:
            found.append(InputChange(role, name, "it is missing"))
            continue
        if role not in ("base_year", "earlier"):  # the organisation's file names those
            files[role] = path
        if made.read(role, path).sha256 != digest:
            found.append(InputChange(role, name, "its content is not what it was"))
    return found, files


def _file(document: Document, name: str) -> Path | None:
    for path in (Path(name), document.path.parent / name):
        if path.is_file():
            return path
    return None


def _named(again: Report, told: Recipe, ledger: Ledger, files: Mapping[str, Path]) -> Report:
    """The new report, its texts calling ledgers and files as they were called."""
    places = dict(zip(map(str, ledger.places), told.ledgers, strict=False))
    moved = {str(files[role]): name for role, name, _ in told.inputs if role in files}
    # Privacy cuts paths to their last part, and does so with those of today too.
    for pairs in (places, moved):
        pairs |= {PurePath(new).name: old for new, old in pairs.items() if PurePath(new).name}
    known = {new: old for new, old in (places | moved).items() if new != old}
    if not known:
        return again
    within = f"(?:{_any(places)})(?=/(?:journals|sealed|manifests|factors|receipts)\\b)"
    pattern = re.compile(rf"(?<![\w./-])(?:{within}|(?:{_any(moved)})(?![\w.-]))")

    def say(text: str, _: str) -> str:
        return pattern.sub(lambda hit: known.get(hit[0], hit[0]), text)

    found: Report = texts.changed(again._replace(heads=(), made=None), say)
    return found._replace(heads=again.heads, made=again.made)


def _remade(again: Report, told: Recipe) -> Report:
    """The new report, saying as the old one how it was asked for; digests are those of today."""
    if again.made is None:
        return again
    today = {(each.role, each.sha256): each for each in again.made.inputs}
    inputs = tuple(
        Input(role, name, today[role, digest].bytes, digest)
        for role, name, digest in told.inputs
        if (role, digest) in today
    )
    return again._replace(
        ledgers=tuple(told.ledgers),
        made=again.made._replace(
            command=told.command, options=told.options, settings=told.settings, inputs=inputs
        ),
    )


def _same_bytes(document: Document, again: Report) -> bool:
    """Whether the file comes out again; of a PDF, the JSON that is attached to it."""
    if document.form == "html":
        page = again.to_html(pages.lang(document))
        return page.encode("utf-8", "backslashreplace") == document.data
    data = document.text.encode() if document.form == "pdf" else document.data
    return again.to_json().encode("utf-8", "backslashreplace") == data


def _any(names: Iterable[str]) -> str:
    """A pattern for any of some names, the longest first; for nothing, where there are none."""
    longest = sorted(names, key=lambda each: (-len(each), each))
    return "|".join(map(re.escape, longest)) or r"(?!)"
