"""What a kept report says of its making, checked: somebody may have edited the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from footprint.accounts.opened import parse_instant
from footprint.errors import UsageError
from footprint.reports.audit.documents import Document
from footprint.reports.options import ABSORPTIONS, Options
from footprint.settings import DECLARED, Settings, check, resolve


class Recipe(NamedTuple):
    """What made a report: `made` of its JSON.

    Attributes:
        document: the report.
        version: that made it.
        command: for people; what is run are the options.
        options, settings: as `made.Made` has them.
        inputs: (role, name, SHA-256) of the files.
        recorded_until: the last instant that the ledgers held (ISO 8601); None: they held nothing.
            Where an older version did not say it, the period's end is taken for it.
    """

    document: Document
    version: str
    command: str
    options: Mapping[str, Any]
    settings: Mapping[str, Any]
    inputs: tuple[tuple[str, str, str], ...]
    recorded_until: str | None = None

    @property
    def ledgers(self) -> list[str]:
        """The ledgers, as they were named."""
        return list(self.options["ledgers"])

    @property
    def closed(self) -> bool:
        """Whether the period had ended: what is recorded after it is not in the report.

        A report does not say when it was made, so the ledger tells: it had records from the
        period's end on. One whose end lies later may still have got records of its period.
        """
        until = parse_instant("until", self.options["until"])
        if until is None:
            return False
        last = parse_instant("recorded_until", self.recorded_until)
        return last is not None and until <= last

    def asked(self) -> Options:
        """What the report was asked for."""
        told = self.options
        return Options(
            by=tuple(told["by"]),
            since=told["since"],
            until=told["until"],
            declared=self._checked(told["declared"]),
            absorption=told["absorption"],
            pins=told["pins"],
        )

    def reader(self, files: Mapping[str, Path] | None = None, salt: str = "") -> Settings:
        """The settings of then. Nothing of whoever replays it counts but the keys of providers.

        Args:
            files: by role, where they are now.
            salt: of hashed names.

        Raises UsageError for what are no settings.
        """
        told, files = self.options, files or {}
        order = told["factor_sources"] or self.settings.get("factor_sources")
        names = {key: value for key, value in told["privacy"].items() if key != "salted"}
        values = {name: self.settings[name] for name in DECLARED if name in self.settings}
        values |= {} if order is None else {"factor_sources": order}
        values |= {"privacy": names | ({"salt": salt} if salt else {})}
        live = self.settings.get("live")
        own = resolve().live if live else {}
        return Settings(
            factors=files.get("factors"),
            organisation=files.get("organisation"),
            live={str(name): own.get(str(name), {}) for name in live or ()},
            origins={name: "given" for name in ("factors", "factor_sources") if told[name]},
            **self._checked(values),
        )

    def _checked(self, values: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return {name: check(name, value) for name, value in values.items()}
        except UsageError as error:
            raise self.document.wrong(f"made: {error}") from error


#: Key of the options -> what it may be; texts are a list of them.
_OPTIONS: Mapping[str, tuple[Any, ...]] = {
    "ledgers": ("texts",),
    "by": ("texts",),
    "since": (str, None),
    "until": (str, None),
    "declared": (dict,),
    "factors": (str, None),
    "factor_sources": ("texts", None),
    "pins": (bool,),
    "absorption": ABSORPTIONS,
    "privacy": (dict,),
}


def of(document: Document) -> Recipe:
    """What made a report. Raises UsageError where it does not say so, or was edited."""
    told = document.section("made", dict)
    if not told:
        raise UsageError(
            f"{document.path} does not say what made it: it is of a footprint before 0.1.0, or was"
            " edited; make it again to have it replayed later"
        )
    options, settings = told.get("options"), told.get("settings")
    files, names = told.get("inputs"), (told.get("version"), told.get("command"))
    if not isinstance(options, dict) or not isinstance(settings, dict):
        raise document.wrong("made.options, made.settings")
    if not all(isinstance(each, str) for each in names):
        raise document.wrong("made.version, made.command")
    for name, kinds in _OPTIONS.items():
        if name not in options or not _is(options[name], kinds):
            raise document.wrong(f"made.options.{name}")
    if not _is(settings.get("live", []), ("texts",)):
        raise document.wrong("made.settings.live")
    if not isinstance(files, list):
        raise document.wrong("made.inputs")
    inputs = tuple(_input(document, each) for each in files)
    last = told.get("recorded_until", options["until"])
    if not _is(last, (str, None)):
        raise document.wrong("made.recorded_until")
    try:
        parse_instant("until", options["until"])
        parse_instant("recorded_until", last)
    except UsageError as error:
        raise document.wrong(f"made: {error}") from error
    return Recipe(document, told["version"], told["command"], options, settings, inputs, last)


def _is(value: Any, kinds: Iterable[Any]) -> bool:
    for kind in kinds:
        if kind == "texts":
            fits = isinstance(value, list) and all(isinstance(each, str) for each in value)
        else:
            fits = isinstance(value, kind) if isinstance(kind, type) else value == kind
        if fits:
            return True
    return False


def _input(document: Document, each: Any) -> tuple[str, str, str]:
    keys = ("role", "name", "sha256")
    values = [str(each.get(key) or "") for key in keys] if isinstance(each, dict) else [""]
    if "" in values:
        raise document.wrong("made.inputs")
    role, name, digest = values
    return role, name, digest
