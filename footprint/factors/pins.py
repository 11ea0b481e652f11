"""Files of pins: the factors that a ledger's report used, kept in the ledger.

    LEDGER/factors/pinned.json          the first; pinned-0002.json, ... follow

    {"schema": "footprint.factors/1", "tool": "footprint 0.1.0", "pinned": "2026-11-22T14:00:00Z",
     "pins": [{"name": "grid intensity", "zone": "FRA", "subject": "", "since_ns": ...,
               "until_ns": ..., "notes": [], "factors": [{"digest": "...", "factor": {...}}]}],
     "own": {...}, "digest": "..."}

`own` is there where the report was made with an own file: its tables (`kept`). A factor is kept
whole (`factors.stored`), with its source, version and why, so that a report from pins is the one
that was made from the sources, byte for byte. Its digest is `Factor.digest`; the
file's is SHA-256 over the rest of it, as canonical JSON. Nothing is changed or removed: a new
pinning is a new file, and the newest one is asked first.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from footprint._version import __version__
from footprint.errors import LedgerError, UsageError
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import Factor, restored, stored
from footprint.factors import kept
from footprint.factors.pinned import Pin, Pinned, PinnedSource
from footprint.ledger.pinned import FOLDER, name_of, numbered
from footprint.ledger.pinned import digest as _digest
from footprint.ledger.reader import journal_files
from footprint.ledger.stores import Store
from footprint.ledger.stores.local import LocalStore

SCHEMA = "footprint.factors/1"


def pinned_source(ledgers: Iterable[Path | Store]) -> PinnedSource:
    """The source `pinned` over some ledgers. Raises LedgerError where a pin was changed."""
    return PinnedSource([file for ledger in ledgers for file in read(ledger)])


def read(ledger: Path | Store) -> list[Pinned]:
    """The pins of a ledger, wherever it lies, the newest file first; none where nothing was pinned.

    Raises LedgerError: a file that cannot be read, is of a newer schema, or is not what was
    written; names it.
    """
    store = LocalStore(ledger) if isinstance(ledger, Path) else ledger
    return [_read(store, name) for _, name in sorted(numbered(store), reverse=True)]


def write(
    ledger: Path,
    pins: Iterable[Pin],
    *,
    own: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> Path:
    """Pins answers into a ledger, in a new file; gives its path.

    Args:
        ledger: its directory.
        pins: what `pinned.of_answers` makes of a registry's answers.
        own: the own file that they were made with (`kept.to_json`).
        now: the time to note; the clock's by default.

    Raises LedgerError: no ledger, or one that cannot be written.
    """
    journal_files(ledger)  # says so where it is no ledger
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "tool": f"footprint {__version__}",
        "pinned": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "pins": [_to_json(pin) for pin in dict.fromkeys(pins)],
    }
    if own is not None:
        content["own"] = dict(own)
    content["digest"] = _digest(content)
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    folder = ledger / FOLDER
    try:
        folder.mkdir(exist_ok=True)
        last = max((number for number, _ in numbered(LocalStore(ledger))), default=0)
        return _written(folder, text, last + 1)
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
            path = folder / name_of(number)
            with contextlib.suppress(FileExistsError):  # someone else pinned at the same time
                _linked(part, path, text)
                return path
            number += 1
    finally:
        part.unlink(missing_ok=True)


def _linked(part: Path, path: Path, text: str) -> None:
    """Gives a finished file its name. Raises FileExistsError where that is taken."""
    try:
        os.link(part, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        with path.open("x", encoding="utf-8") as file:  # cut short, its digest would not fit
            file.write(text)
            file.flush()
            os.fsync(file.fileno())


#: What file systems without hard links say.
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


def _read(store: Store, name: str) -> Pinned:
    path = f"{store.where}/{name}"
    remedy = "restore it from a copy, remove it and pin again, or leave pins out with --no-pins"
    try:
        content = json.loads(store.read(name))
        schema, said, when = content["schema"], content.pop("digest"), str(content["pinned"])
    except FileNotFoundError as error:
        raise LedgerError(f"{path} vanished while it was read: try again") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise LedgerError(f"{path} is no file of pins ({error!r}): {remedy}") from error
    if schema != SCHEMA:
        raise LedgerError(f"{path} is of schema {schema!r}, this footprint reads {SCHEMA}: upgrade")
    if said != _digest(content):
        raise LedgerError(f"{path} was changed after it was written: {remedy}")
    try:
        own = kept.from_json(content["own"]) if "own" in content else None
        return Pinned(Path(path), when, tuple(_from_json(entry) for entry in content["pins"]), own)
    except (EstimatorError, UsageError, KeyError, TypeError) as error:
        raise LedgerError(f"{path} cannot be used: {error}: {remedy}") from error


def _to_json(pin: Pin) -> dict[str, Any]:
    factors = [{"digest": one.digest, "factor": stored(one)} for one in pin.factors]
    return pin._asdict() | {"notes": list(pin.notes), "factors": factors}


def _from_json(entry: Mapping[str, Any]) -> Pin:
    factors = tuple(_factor(one) for one in entry["factors"])
    return Pin(**{**entry, "factors": factors, "notes": tuple(entry["notes"])})


def _factor(entry: Mapping[str, Any]) -> Factor:
    one = restored(entry["factor"])
    if one.digest != entry["digest"]:
        raise EstimatorError(f"the digest of {one.name} is another")
    return one
