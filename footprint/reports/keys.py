"""The fields that spans can be grouped by."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from footprint.accounts.entries import Entry
from footprint.errors import UsageError, nearest
from footprint.ledger.reader import Facts
from footprint.model import STATUSES

Value = str | None

#: Where nothing else is asked for; of these, what no span has is left out.
DEFAULT = ("model", "name", "kind")


def _status(entry: Entry, _: Facts) -> Value:
    return STATUSES[entry.status] if entry.status < len(STATUSES) else "ok"


def _project(entry: Entry, one: Facts) -> Value:
    return entry.path.project or one.context.get("declared", {}).get("project")


def _rank(_: Entry, one: Facts) -> Value:
    rank = (one.context.get("job") or {}).get("rank")
    return None if rank is None else str(rank)


def _job(_: Entry, one: Facts) -> Value:
    """`slurm 4711.0`: of a job below a scheduler, the scheduler's."""
    job = one.context.get("job")
    return job and f"{job.get('scheduler') or job.get('launcher')} {job.get('id')}"


FIELDS: dict[str, Callable[[Entry, Facts], Value]] = {
    "model": lambda entry, _: entry.path.model,
    "name": lambda entry, _: entry.path.name,
    "kind": lambda entry, _: entry.path.kind,
    "host": lambda _, one: one.host or None,
    "version": lambda entry, _: entry.path.version,
    "project": _project,
    "run": lambda _, one: str(one.context.get("run", one.writer)),
    "job": _job,
    "rank": _rank,
    "status": _status,
}


def parse(by: str | Iterable[str] | None) -> tuple[str, ...] | None:
    """The fields of a `--by`; None where none was given. Raises UsageError for unknown ones."""
    if by is None:
        return None
    words = by.split(",") if isinstance(by, str) else by
    fields = dict.fromkeys(word.strip() for word in words)
    fields.pop("", None)
    for field in fields:
        if field not in FIELDS and not (field.startswith("tag.") and len(field) > 4):
            raise UsageError(
                f"--by {field} is no field: use {', '.join(FIELDS)} or tag.KEY."
                + nearest(field, FIELDS)
            )
    return tuple(fields)


def value(field: str, entry: Entry, one: Facts) -> Value:
    """An entry's value of a field; a span's own tag wins over its run's."""
    if field.startswith("tag."):
        key = field[4:]
        own = entry.path.tags.get(key)
        if own is None:
            own = (one.context.get("declared", {}).get("tags") or {}).get(key)
        return own if own is None else str(own)
    return FIELDS[field](entry, one)


def label(key: tuple[tuple[str, Value], ...]) -> str:
    """A group in a sentence: `minilm/encode/inference`; without what is missing of it."""
    return "/".join(each for _, each in key if each) or "-"


def ordered(key: tuple[tuple[str, Value], ...]) -> tuple[tuple[bool, str], ...]:
    """A key to sort by, values that are missing last, ranks as the numbers that they are."""
    return tuple((each is None, _sortable(field, each or "")) for field, each in key)


def _sortable(field: str, text: str) -> str:
    return text.zfill(20) if field == "rank" and text.isdigit() else text
