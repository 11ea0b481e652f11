"""What made a report: version, options, command and inputs, so that it can be made again.

Nothing here depends on when, where or by whom the report was made: the same ledger, factors,
options and version say the same. What only decides how it is worked out (engine, fresh) is left
out, since the figures do not depend on it.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from footprint._version import __version__
from footprint.accounts.opened import parse_period
from footprint.errors import UsageError
from footprint.estimators.factors import Factor
from footprint.reports.times import stamp
from footprint.settings import DECLARED, KEEP, OPTIONS, VARIABLES, Settings

if TYPE_CHECKING:
    from footprint.reports.options import Options


class Input(NamedTuple):
    """A file that a report was made with.

    Attributes:
        role: what it was: `organisation`, `factors`, `base_year`, `earlier`.
        name: as it was named.
        bytes, sha256: of its content.
    """

    role: str
    name: str
    bytes: int
    sha256: str


class Made(NamedTuple):
    """What made a report.

    Attributes:
        version: of footprint.
        command: the command that makes it, for a shell.
        options: the same as data, all of them.
        settings: the reader's own settings that hold where runs and options said nothing.
        factors_sha256: of the factors that were used, see `factors_sha256`.
        inputs: files beside the ledgers.
        recorded_until: the last instant of all that the ledgers hold (UTC, ISO 8601); None: they
            hold nothing. A period that ends later was open as far as they tell.
    """

    version: str
    command: str
    options: Mapping[str, Any]
    settings: Mapping[str, Any]
    factors_sha256: str
    inputs: tuple[Input, ...] = ()
    recorded_until: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As a report's JSON has it."""
        return {
            "tool": "footprint",
            "version": self.version,
            "command": self.command,
            "options": dict(self.options),
            "settings": dict(self.settings),
            "factors_sha256": self.factors_sha256,
            "inputs": [each._asdict() for each in self.inputs],
            "recorded_until": self.recorded_until,
        }


def make(
    ledgers: Sequence[str],
    by: Sequence[str],
    options: Options,
    settings: Settings,
    factors: Iterable[Factor],
    *,
    organisation: Path | None = None,
    privacy: Mapping[str, Any] | None = None,
    inputs: Iterable[Input] = (),
    recorded_until: str | None = None,
) -> Made:
    """What makes a report.

    Args:
        ledgers: as they were named.
        by: the fields of its groups, those of the default where none were given.
        options: what was asked for.
        settings: the reader's own, those of the options among them.
        factors: that were used.
        organisation: the file that was read.
        privacy: what became of names: `hosts`, `users`, `salted`.
        inputs: files that were read, beside the own file of factors.
        recorded_until: the last instant that the ledgers hold.
    """
    since, until = parse_period(options.since, options.until)
    given = settings.origins.get("factors") == "given"
    ordered = settings.origins.get("factor_sources") == "given"
    order = None if settings.factor_sources is None else list(settings.factor_sources)
    own = None if settings.factors is None else str(settings.factors)
    asked: dict[str, Any] = {
        "ledgers": list(ledgers),
        "by": list(by),
        "since": None if since is None else stamp(since),
        "until": None if until is None else stamp(until),
        "declared": {name: options.declared[name] for name in DECLARED if name in options.declared},
        "factors": own if given else None,
        "factor_sources": order if ordered else None,
        "pins": options.pins,
        "absorption": options.absorption,
        "organisation": None if organisation is None else str(organisation),
        "privacy": dict(privacy or {"hosts": KEEP, "users": KEEP, "salted": False}),
    }
    reader: dict[str, Any] = {
        name: value
        for name in DECLARED
        if name not in options.declared and (value := getattr(settings, name)) is not None
    }
    reader |= {} if given or own is None else {"factors": own}
    reader |= {} if ordered or order is None else {"factor_sources": order}
    if settings.live:  # their options hold keys: whoever replays it has to have their own
        reader["live"] = sorted(settings.live)
    files = ([] if settings.factors is None else [read("factors", settings.factors)], inputs)
    return Made(
        __version__,
        command(asked, reader),
        asked,
        reader,
        factors_sha256(each.digest for each in factors),
        tuple(each for several in files for each in several),
        recorded_until,
    )


def factors_sha256(digests: Iterable[str]) -> str:
    """One digest of a set of factors, whatever their order: that two reports rest on the same.

    SHA-256 over the JSON array of their digests, sorted, without spaces. Whoever has the report's
    JSON can work it out from `factors[].digest`. A pinned factor has the digest of the one that was
    pinned.
    """
    text = json.dumps(sorted(set(digests)), separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read(role: str, path: Path) -> Input:
    """A file as an input. Raises UsageError where it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}: check its path") from error
    return Input(role, str(path), len(data), hashlib.sha256(data).hexdigest())


def command(options: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    """The command of some options; what the reader's settings said stands before it."""
    words = list(_variables(settings))
    words += ["footprint", "report", *(shlex.quote(each) for each in options["ledgers"])]
    words += (shlex.quote(each) for each in _words(options))
    return " ".join(words)


def _variables(settings: Mapping[str, Any]) -> Iterator[str]:
    for name, value in settings.items():
        if name in VARIABLES:
            text = ",".join(value) if isinstance(value, list) else str(value)
            yield f"{VARIABLES[name]}={shlex.quote(text)}"


def _words(options: Mapping[str, Any]) -> Iterator[str]:
    yield from ("--by", ",".join(options["by"]))
    for name in ("since", "until"):
        if options[name] is not None:
            yield from (f"--{name}", options[name])
    for name, value in options["declared"].items():
        yield from (OPTIONS[name][0], str(value))
    if options["factors"] is not None:
        yield from (OPTIONS["factors"][0], options["factors"])
    if options["factor_sources"] is not None:
        yield from (OPTIONS["factor_sources"][0], ",".join(options["factor_sources"]))
    if not options["pins"]:
        yield "--no-pins"
    if options["absorption"] != "none":
        yield from ("--absorption", options["absorption"])
    if options["organisation"] is not None:
        yield from (OPTIONS["organisation"][0], options["organisation"])
    names = {key: value for key, value in options["privacy"].items() if key != "salted"}
    if set(names.values()) != {KEEP}:
        yield from (OPTIONS["privacy"][0], ",".join(f"{key}={each}" for key, each in names.items()))


__all__ = ["Input", "Made", "command", "factors_sha256", "make", "read"]
