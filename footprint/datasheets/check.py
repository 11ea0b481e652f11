"""Holds the figures of a document against a ledger, as for CI: do they still match?

A figure matches where it lies within the ledger's interval, to the precision in which it was
printed. One that the ledger no longer has, or has only below the measuring floor, does not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from shlex import quote
from typing import Any, NamedTuple

from footprint.datasheets.make import only_model
from footprint.emitters import emitter
from footprint.emitters.from_report import view as view_of
from footprint.emitters.from_report import views
from footprint.emitters.stated import Stated, current
from footprint.emitters.view import UNITS, View
from footprint.errors import UsageError
from footprint.estimators.quantity import Quantity

SCHEMA = "footprint.datasheet-check/1"


class Row(NamedTuple):
    """One figure of a document.

    Attributes:
        stated: as the document has it.
        now: as the ledger has it; None where it has none.
        agrees: whether they match.
        why: why there is none; empty where there is one.
    """

    stated: Stated
    now: Quantity | None
    agrees: bool
    why: str = ""


class Checked(NamedTuple):
    """What came of it.

    Attributes:
        path: the document.
        model, version: what it was held against.
        rows: every figure of the document.
        unsaid: kinds of activity that the ledger has figures of, and the document does not.
    """

    path: Path
    model: str
    version: str | None
    rows: tuple[Row, ...]
    unsaid: tuple[str, ...]

    @property
    def failed(self) -> list[Row]:
        """The figures that do not match."""
        return [row for row in self.rows if not row.agrees]


def stated_in(path: Path, data: bytes, formats: Sequence[str]) -> list[Stated]:
    """The figures that a document states, read as the first format that finds any.

    Args:
        formats: that it may be in, the likeliest first.

    Raises UsageError, with the file's name: no such format can be read back, or it does not parse.
    """
    readers = [each.read for name in formats if (each := emitter(name)).read is not None]
    if not readers:
        raise UsageError(
            f"{path}: the format {' or '.join(formats)} cannot be read back: check another document"
        )
    first: UsageError | None = None
    is_one = False
    for read in readers:
        try:
            found = list(read(data))
        except UsageError as error:
            text = str(error)
            first = first or UsageError(text if str(path) in text else f"{path}: {text}")
        except RecursionError:
            first = first or UsageError(f"{path} is nested too deeply to be read")
        else:
            is_one = True
            if found:
                return found
    if first is not None and not is_one:
        raise first
    return []


def named_in(stated: Iterable[Stated]) -> list[tuple[str, str | None]]:
    """The models, with version, that figures are of, as far as their document says so."""
    return list(dict.fromkeys((each.model, each.version) for each in stated if each.model))


def called(model: str, version: str | None) -> str:
    """`net 2`; a model that declared no version by its name alone."""
    return model if version is None else f"{model} {version}"


def subject(
    report: Mapping[str, Any],
    data: bytes,
    stated: Iterable[Stated],
    model: str | None = None,
    version: str | None = None,
) -> View:
    """The view that a document is held against.

    Args:
        report: grouped by model, version and kind.
        data: the document.
        stated: its figures.
        model, version: as asked for; None: as the document says.

    Raises UsageError where the document is of several and none was asked for, or the ledger has no
    such model.
    """
    named = named_in(stated)
    models = list(dict.fromkeys(name for name, _ in named))
    if model is None and len(models) > 1:
        raise UsageError(
            f"the document has figures of {len(models)} models: choose one with --model:"
            f" {', '.join(models)}"
        )
    if model is None:
        model = models[0] if models else model_of(report, data)
    if version is None:
        there = {each.version for each in views(report) if each.model == model}
        both = [told for name, told in named if name == model and told in there]
        if len(there) > 1 and len(both) == 1:
            version = both[0] or ""
    return view_of(report, model, version)


def figures_of(view: View, stated: Iterable[Stated]) -> list[Stated]:
    """The figures that are of a view's model and version, or do not say of which they are."""
    own = (view.model, view.version)
    return [each for each in stated if each.model is None or (each.model, each.version) == own]


def model_of(report: Mapping[str, Any], data: bytes) -> str:
    """The model that a document is about: the only one in the ledger that it names.

    Raises UsageError where it names none of several, or more than one.
    """
    text = data.decode("utf-8", "replace")
    models = sorted({each.model for each in views(report)})
    named = [each for each in models if re.search(rf"(?<![\w-]){re.escape(each)}(?![\w-])", text)]
    if len(named) == 1:
        return named[0]
    return only_model(report)


def again(report: Mapping[str, Any], view: View, path: Path) -> str:
    """The command that puts a view's figures into a document."""
    is_one = sum(each.model == view.model for each in views(report)) == 1
    which = "" if is_one else f" --model-version {quote(view.version or '')}"
    return f"footprint datasheet --model {quote(view.model)}{which} --into {quote(str(path))}"


def check(path: Path, view: View, stated: Iterable[Stated]) -> Checked:
    """Holds a document's figures against a view."""
    rows = tuple(_row(view, each) for each in stated)
    said = {row.stated.kind for row in rows}
    known = [stage.kind for stage in view.stages if stage.total.energy_j is not None]
    unsaid = tuple(kind for kind in known if kind not in said)
    return Checked(path, view.model, view.version, rows, unsaid)


def _row(view: View, stated: Stated) -> Row:
    now = current(view, stated)
    if now is not None:
        return Row(stated, now, stated.agrees(now))
    stage = view.of_kind(stated.kind)
    if stage is None:
        why = f"the ledger has no {stated.kind} of it"
    elif stage.left_out:
        why = "below what the meter can tell"
    else:
        why = "not known"
    return Row(stated, None, False, why)


def as_text(checked: Checked) -> str:
    """A table of the figures that no longer match, or one line that says that all do."""
    if not checked.failed:
        of, count = called(checked.model, checked.version), len(checked.rows)
        all_ = f"all {count} figures of {of} match" if count > 1 else f"the figure of {of} matches"
        return f"{checked.path}: {all_} the ledger\n"
    table = [("figure", "stated", "now", "interval", "where")]
    for row in checked.failed:
        unit = unit_of(row.stated)
        now = row.now
        table.append(
            (
                f"{row.stated.kind}: {row.stated.figure}, {row.stated.per}",
                f"{row.stated.value:.6g} {unit}",
                row.why if now is None else f"{now.mid:.6g} {unit}",
                "" if now is None else f"{now.low:.6g} to {now.high:.6g}",
                row.stated.where,
            )
        )
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
             for row in table)  # fmt: skip
    return "".join(f"{line.rstrip()}\n" for line in lines)


def as_json(checked: Checked) -> str:
    """The same for programs: every figure, whether it matches or not."""
    found = {
        "schema": SCHEMA,
        "document": str(checked.path),
        "model": checked.model,
        "version": checked.version,
        "agrees": not checked.failed,
        "figures": [
            {
                "kind": row.stated.kind,
                "figure": row.stated.figure,
                "per": row.stated.per,
                "unit": unit_of(row.stated),
                "stated": row.stated.value,
                "step": row.stated.step,
                "now": None if row.now is None else row.now.to_json(),
                "agrees": row.agrees,
                "why": row.why or None,
                "where": row.stated.where,
            }
            for row in checked.rows
        ],
        "unsaid": list(checked.unsaid),
    }
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def unit_of(stated: Stated) -> str:
    """The unit of a figure: J, g, L, or a currency."""
    return UNITS.get(stated.figure) or stated.figure.removeprefix("cost_").upper()
