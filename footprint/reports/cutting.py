"""The names of a report's groups, and of the cuts beside them: by model, version, kind, ...

A report is `by` some fields. Beside its groups the same energy is summed by each of `FIELDS`, and
by each tag, so that an auditor sees all of them at once, with joint bounds as if it had been asked
`by` that field. Runs are a cut too: what a training run costs is that of whole runs.
"""

from __future__ import annotations

from collections.abc import Sequence

from footprint.accounts.entries import Entry
from footprint.ledger.reader import Facts
from footprint.pages.page import Cutting, cut_name
from footprint.reports import keys

Key = tuple[tuple[str, str | None], ...]
#: A group's name: its key, and whether it is runs' own time.
Name = tuple[Key, bool]

#: The cuts, each with the fields that it goes by: a version says nothing without its model.
FIELDS: dict[str, tuple[str, ...]] = {
    "model": ("model",),
    "version": ("model", "version"),
    "kind": ("kind",),
    "host": ("host",),
    "project": ("project",),
    "run": ("run",),
}
RUN, TAG = "run", "tag."


class Named:
    """Names entries by some fields, and cuts them; it can be sent to another process."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        self.fields = fields

    def __call__(self, entry: Entry, one: Facts) -> Name:
        """The name of an entry's group."""
        key = tuple((field, keys.value(field, entry, one)) for field in self.fields)
        return key, entry.path.background

    def cuts(self, facts: Sequence[Facts]) -> Cutting:
        """Cuts the entries of some writers: by `FIELDS`, and by every tag that any of them has."""
        return _Cuts({**FIELDS, **{TAG + tag: (TAG + tag,) for tag in _tags(facts)}})


class _Cuts:
    def __init__(self, fields: dict[str, tuple[str, ...]]) -> None:
        self._fields = fields

    def __call__(self, entry: Entry, one: Facts) -> tuple[str, ...]:
        return tuple(
            cut_name(cut, *(keys.value(field, entry, one) for field in fields))
            for cut, fields in self._fields.items()
        )


def _tags(facts: Sequence[Facts]) -> list[str]:
    found = {tag for one in facts for path in one.paths.values() for tag in path.tags}
    found |= {tag for one in facts for tag in one.context.get("declared", {}).get("tags") or {}}
    return sorted(found)
