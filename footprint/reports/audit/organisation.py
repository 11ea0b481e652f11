"""Who a report is of, and what of it the report covers: organisation.toml, read and checked.

    found = read(Path("organisation.toml"))
    found.organisation.approach            # "operational control"

The file states what no meter can know. Nothing in it changes a figure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from footprint.errors import UsageError, shown
from footprint.reports.audit.expected import Expected
from footprint.reports.audit.form import FILE, FORM
from footprint.settings import KEEP, salt
from footprint.words import forms

#: A year of a report; what lies outside is a slip of the hand.
_YEARS = (1990, 2100)


class Exclusion(NamedTuple):
    """Something that the figures leave out, and why; `by`: the `organisation`, or the `tool`."""

    what: str
    why: str
    by: str


class Organisation(NamedTuple):
    """What the organisation states of itself. Texts that were left out are empty.

    Attributes:
        name, identifier: its legal name, and what tells it from others (LEI, SIREN, ...).
        contact: who answers for the report.
        approach: how its boundary is drawn, one of `form.APPROACHES`.
        sites: entities, sites and clusters within it.
        scopes: scope (`1`, `2`, `3`) -> what of it the report covers.
        functional_units: what figures are given for: one inference, one training run.
        year, year_starts: the reporting year, and its first day (ISO 8601).
        assurance: `none`, `limited` or `reasonable`; empty where nothing was said.
        assured_by, standard: by whom, and to which standard.
    """

    name: str = ""
    identifier: str = ""
    contact: str = ""
    approach: str = ""
    sites: tuple[str, ...] = ()
    scopes: tuple[tuple[str, str], ...] = ()
    functional_units: tuple[str, ...] = ()
    year: int | None = None
    year_starts: str = ""
    assurance: str = ""
    assured_by: str = ""
    standard: str = ""

    def to_json(self) -> dict[str, Any]:
        """As a report's JSON has it; what was not said is null."""
        return {
            "name": self.name or None,
            "identifier": self.identifier or None,
            "contact": self.contact or None,
            "approach": self.approach or None,
            "sites": list(self.sites),
            "scopes": dict(self.scopes),
            "functional_units": list(self.functional_units),
            "year": self.year,
            "year_starts": self.year_starts or None,
            "assurance": {
                "level": self.assurance or None,
                "by": self.assured_by or None,
                "standard": self.standard or None,
            },
        }


class BaseYear(NamedTuple):
    """The year that later ones are held against.

    Attributes:
        year: which one.
        report: the JSON of the report on it, from where the file is.
        name: the same as the file names it.
        ledgers: what that report was made from, where it is to be worked out anew.
        policy: when the base year is worked out anew, in the organisation's words.
        threshold_percent: from which difference on it is; None: none was set.
        earlier: JSON of later reports that restated it before.
    """

    year: int | None
    report: Path | None
    name: str
    ledgers: tuple[str, ...]
    policy: str
    threshold_percent: float | None
    earlier: tuple[Path, ...]


class Stated(NamedTuple):
    """All of an organisation file.

    Attributes:
        path, sha256: the file, and the SHA-256 of its bytes.
        privacy: its table of that name: hosts, users, salt.
        expected: which devices should have been metered, and for how long.
    """

    path: Path
    sha256: str
    organisation: Organisation
    exclusions: tuple[Exclusion, ...]
    base_year: BaseYear | None
    privacy: dict[str, str]
    expected: tuple[Expected, ...] = ()


def found(given: Path | None) -> Path | None:
    """The file to read: the one that was named, else ./organisation.toml where there is one."""
    if given is not None:
        return given
    there = Path(FILE)
    return there if there.is_file() else None


def read(path: Path) -> Stated:
    """What a file states. Raises UsageError, one line with the nearest name, for what is wrong."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror or error}: name an organisation file with --organisation;"
            f" `{FORM.written_by}` writes one"
        ) from error
    tables = forms.parsed(data, path, FORM)
    return Stated(
        path,
        hashlib.sha256(data).hexdigest(),
        _organisation(path, tables),
        tuple(_exclusion(path, each) for each in tables.get("exclusions", ())),
        _base_year(path, tables.get("base_year")),
        _privacy(path, tables.get("privacy", {})),
        _expected(path, tables.get("expected", ())),
    )


def template(lang: str = "en") -> str:
    """An organisation file in which nothing is filled in. UsageError for an unknown language."""
    return forms.template(lang, FORM)


def _organisation(path: Path, tables: dict[str, Any]) -> Organisation:
    own, boundary = tables.get("organisation", {}), tables.get("boundary", {})
    reporting, assurance = tables.get("reporting", {}), tables.get("assurance", {})
    level = assurance.get("level", "")
    if level not in ("", "none") and not assurance.get("by"):
        raise UsageError(
            f"{path}: assurance.level is {shown(level)}, and assurance.by is empty: say who gave it"
        )
    scopes = ((number, boundary.get(f"scope_{number}", "")) for number in "123")
    return Organisation(
        own.get("name", ""),
        own.get("identifier", ""),
        own.get("contact", ""),
        boundary.get("approach", ""),
        tuple(boundary.get("sites", ())),
        tuple((number, text) for number, text in scopes if text),
        tuple(boundary.get("functional_units", ())),
        _year(path, "reporting.year", reporting.get("year")),
        reporting.get("starts", ""),
        level,
        assurance.get("by", ""),
        assurance.get("standard", ""),
    )


def _exclusion(path: Path, table: dict[str, str]) -> Exclusion:
    for key, other in (("what", "why"), ("why", "what")):
        if key not in table:
            raise UsageError(
                f"{path}: an exclusion has no {key} ({other} = {shown(table[other])}): an auditor"
                " asks for both"
            )
    return Exclusion(table["what"], table["why"], "organisation")


def _expected(path: Path, tables: Iterable[Mapping[str, Any]]) -> tuple[Expected, ...]:
    found: dict[tuple[str, str], Expected] = {}
    for table in tables:
        each = Expected(
            table.get("host", ""),
            table.get("device_kind", ""),
            table.get("hours", 0.0),
            table.get("devices"),
        )
        whose = each.host, each.device_kind
        if whose == ("", ""):
            raise UsageError(
                f"{path}: [[expected]] names no host and no device_kind: name one of them, or both"
            )
        if each.hours <= 0:
            raise UsageError(
                f"{path}: expected.hours of {each.what} is {each.hours:g}: write for how many hours"
                " of the period each device is in service"
            )
        if each.devices is not None and each.devices < 1:
            raise UsageError(
                f"{path}: expected.devices of {each.what} is {each.devices}: write how many there"
                " are, or leave it out for as many as were seen"
            )
        if whose in found:
            raise UsageError(
                f"{path}: two [[expected]] are of {each.what}: leave one of them out, or name"
                " another host or device_kind"
            )
        found[whose] = each
    return tuple(found.values())


def _base_year(path: Path, table: dict[str, Any] | None) -> BaseYear | None:
    if table is None:
        return None
    report, threshold = table.get("report"), table.get("threshold")
    for key in ("ledger", "earlier"):
        if report is None and key in table:
            raise UsageError(
                f"{path}: base_year.{key} needs base_year.report: name the JSON of the base year's"
                " report"
            )
    return BaseYear(
        _year(path, "base_year.year", table.get("year")),
        None if report is None else path.parent / report,
        report or "",
        tuple(_beside(path, each) for each in table.get("ledger", ())),
        table.get("policy", ""),
        None if threshold is None else forms.amount(threshold)[0],
        tuple(path.parent / each for each in table.get("earlier", ())),
    )


def _beside(path: Path, ledger: str) -> str:
    """A ledger as it was named: a URL, or a directory from where the file is."""
    return ledger if "://" in ledger else str(path.parent / ledger)


def _year(path: Path, name: str, year: float | None) -> int | None:
    if year is None:
        return None
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise UsageError(f"{path}: {name} is {year:g}: write a year, such as 2026")
    return int(year)


def _privacy(path: Path, table: dict[str, str]) -> dict[str, str]:
    if "salt" in table:
        salt(f"{path}: privacy.salt", table["salt"])
    return {"hosts": table.get("hosts", KEEP), "users": table.get("users", KEEP)} | {
        key: value for key, value in table.items() if key == "salt"
    }


__all__ = [
    "BaseYear",
    "Exclusion",
    "Organisation",
    "Stated",
    "found",
    "read",
    "template",
]
