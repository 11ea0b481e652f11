"""Pins: the factors that a ledger's report used, kept in the ledger, so that it can be run again.

    LEDGER/factors/pinned.json          the first; pinned-0002.json, ... follow

    {"schema": "footprint.factors/1", "tool": "footprint 0.1.0", "pinned": "2026-11-22T14:00:00Z",
     "factors": [{"zone": "FRA", "subject": "", "digest": "...", "factor": {...}}], "digest": "..."}

`zone` and `subject` are what was asked for: a country's row that stood in for a region answers for
that region only. A factor is kept whole (`factors.stored`), with its source, version and why, so
that a report from pins is the one that was made from the sources, byte for byte. Its digest is
`Factor.digest`; the file's is SHA-256 over the rest of it, as canonical JSON. Nothing is changed or
removed: a new pinning is a new file. The newest one's factors come first; an older one's stand in
where a series has a hole.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from footprint._version import __version__
from footprint.errors import LedgerError
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import Factor, restored, stored
from footprint.estimators.series import Series
from footprint.estimators.sources import Found, Query, covering
from footprint.estimators.zones import folded
from footprint.ledger.reader import journal_files

SCHEMA = "footprint.factors/1"
FOLDER = "factors"

_FILE = re.compile(r"pinned(?:-(\d{4,}))?\.json")


class Pin(NamedTuple):
    """A factor and what was asked for when it was found: the zone's code, the subject."""

    zone: str
    subject: str
    factor: Factor

    def answers(self, query: Query) -> bool:
        """Whether it was found for such a query."""
        return (self.factor.name, self.zone, folded(self.subject)) == (
            query.name,
            query.zone.code if query.zone else "",
            folded(query.subject),
        )


class Pinned(NamedTuple):
    """One file of pins, checked."""

    path: Path
    when: str
    pins: tuple[Pin, ...]


class PinnedSource:
    """The pins of some ledgers, as a source.

    Attributes:
        files: the files, the newest of each ledger first.
    """

    name = "pinned"

    def __init__(self, files: Sequence[Pinned]) -> None:
        self.files = tuple(files)

    def candidates(self, query: Query) -> Iterator[Factor]:
        """What was pinned for a query, as it was; the newest first."""
        found = (pin.factor for file in self.files for pin in file.pins if pin.answers(query))
        yield from dict.fromkeys(part for one in found for part in _touching(one, query))

    def everything(self) -> Iterator[Factor]:
        """All factors that were pinned."""
        yield from dict.fromkeys(pin.factor for file in self.files for pin in file.pins)


def _touching(factor: Factor, query: Query) -> Iterator[Factor]:
    """The factor; of a series the part that touches the query's period."""
    if not isinstance(factor.value, Series) or query.since_ns is None or query.until_ns is None:
        yield factor
        return
    part = factor.value.between(query.since_ns, max(query.until_ns, query.since_ns + 1))
    if len(part):
        yield factor._replace(value=part)


def of_answers(answers: Mapping[Query, Found]) -> list[Pin]:
    """The pins for what a registry was asked: what was taken, and what stood in for its holes."""
    pins: list[Pin] = []
    for query, found in answers.items():
        used: Sequence[Factor] = found.candidates[:1]
        if query.since_ns is not None and query.until_ns is not None:
            # Where not even all of them cover the period, all of them are kept.
            used = covering(found.candidates, query.since_ns, query.until_ns) or found.candidates
        zone = query.zone.code if query.zone else ""
        pins.extend(Pin(zone, query.subject, one) for one in used)
    return list(dict.fromkeys(pins))


def pinned_source(ledgers: Iterable[Path]) -> PinnedSource:
    """The source `pinned` over some ledgers. Raises LedgerError where a pin was changed."""
    return PinnedSource([file for ledger in ledgers for file in read(ledger)])


def read(ledger: Path) -> list[Pinned]:
    """A ledger's pins, the newest file first; none where nothing was pinned.

    Raises LedgerError: a file that cannot be read, is of a newer schema, or is not what was
    written; names it.
    """
    return [_read(path) for _, path in sorted(_files(ledger), reverse=True)]


def write(ledger: Path, pins: Iterable[Pin], *, now: datetime | None = None) -> Path:
    """Pins factors into a ledger, in a new file; gives its path.

    Args:
        ledger: its directory.
        pins: in the order in which they stand in for each other; twice the same is once.
        now: the time to note; the clock's by default.

    Raises LedgerError: no ledger, or one that cannot be written.
    """
    journal_files(ledger)  # says so where it is no ledger
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "tool": f"footprint {__version__}",
        "pinned": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "factors": [
            {
                "zone": pin.zone,
                "subject": pin.subject,
                "digest": pin.factor.digest,
                "factor": stored(pin.factor),
            }
            for pin in dict.fromkeys(pins)
        ],
    }
    content["digest"] = _digest(content)
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    folder = ledger / FOLDER
    try:
        folder.mkdir(exist_ok=True)
        return _written(folder, text, max((number for number, _ in _files(ledger)), default=0) + 1)
    except OSError as error:
        raise LedgerError(
            f"cannot pin into {folder}: {error.strerror or error}: check its permissions and disk"
        ) from error


def _written(folder: Path, text: str, number: int) -> Path:
    """Writes the next file, whole or not at all, and never over another one's."""
    handle, name = tempfile.mkstemp(prefix=".pinned", dir=folder)
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())
        while True:
            path = folder / ("pinned.json" if number == 1 else f"pinned-{number:04}.json")
            with contextlib.suppress(FileExistsError):  # someone else pinned at the same time
                os.link(part, path)
                return path
            number += 1
    finally:
        part.unlink(missing_ok=True)


def _files(ledger: Path) -> list[tuple[int, Path]]:
    """(number, path) of a ledger's pins."""
    try:
        names = [path for path in (ledger / FOLDER).iterdir() if _FILE.fullmatch(path.name)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise LedgerError(f"cannot read {ledger / FOLDER}: {error.strerror}") from error
    found = ((_FILE.fullmatch(path.name), path) for path in names)
    return [(int(match[1] or 1), path) for match, path in found if match]


def _read(path: Path) -> Pinned:
    remedy = "restore it from a copy, remove it and pin again, or report with --no-pins"
    try:
        content = json.loads(path.read_bytes())
        schema, said = content["schema"], content.pop("digest")
        entries = content["factors"]
        when = str(content["pinned"])
    except OSError as error:
        raise LedgerError(f"cannot read {path}: {error.strerror}: check its permissions") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise LedgerError(f"{path} is no file of pins ({error!r}): {remedy}") from error
    if schema != SCHEMA:
        raise LedgerError(f"{path} is of schema {schema!r}, this footprint reads {SCHEMA}: upgrade")
    if said != _digest(content):
        raise LedgerError(f"{path} was changed after it was written: {remedy}")
    pins: list[Pin] = []
    try:
        for entry in entries:
            one = restored(entry["factor"])
            if one.digest != entry["digest"]:
                raise EstimatorError(f"the digest of {one.name} is another")
            pins.append(Pin(str(entry["zone"]), str(entry["subject"]), one))
    except (EstimatorError, KeyError, TypeError) as error:
        raise LedgerError(f"{path} cannot be used: {error}: {remedy}") from error
    return Pinned(path, when, tuple(pins))


def _digest(content: dict[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()
