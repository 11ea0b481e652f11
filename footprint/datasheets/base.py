"""The model that a fine-tuned one was made from, whose training the same ledgers hold.

What its training took is a line of its own: nobody adds it to the model's own figures. A base that
others trained is stated in the sheet file instead (`sheet.base`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from footprint.emitters.from_report import view, views
from footprint.emitters.view import Base, Figures, View
from footprint.errors import UsageError


def recorded(report: Mapping[str, Any], name: str, tuned: View | None = None) -> Base:
    """The training of a model that the same ledgers hold.

    Args:
        report: grouped by model, version and kind.
        name: MODEL, MODEL:VERSION or MODEL@VERSION; a model whose whole name this is comes first.
        tuned: the one that was made from it, which is another.

    Raises UsageError where it is not there, or its training was not measured.
    """
    found = _view(report, name)
    if tuned is not None and (found.model, found.version) == (tuned.model, tuned.version):
        raise UsageError(
            f"--base {name}: that is the model itself: name the one that it was fine-tuned from, or"
            " leave --base out"
        )
    stage = found.of_kind("training")
    if stage is None:
        kinds = ", ".join(each.kind for each in found.stages)
        raise UsageError(
            f"--base {name}: the ledger has no training of it, only {kinds}: name the ledger that"
            " has, or state its figures as [base] in the sheet file (--sheet)"
        )
    figures = stage.total
    if figures == Figures():
        why = "; ".join(each.floor or "" for each in stage.left_out) or "its energy is not known"
        raise UsageError(
            f"--base {name}: nothing can be said of its training ({why}): leave --base out, or"
            " state its figures as [base] in the sheet file (--sheet)"
        )
    start, end = stage.period
    days = dict.fromkeys(each[:10] for each in (start, end) if each)
    called = found.model if found.version is None else f"{found.model} {found.version}"
    return Base(called, figures, "the same ledger", stage.method, "/".join(days))


def _view(report: Mapping[str, Any], name: str) -> View:
    models = {each.model for each in views(report)}
    if name in models:
        return view(report, name)
    for separator in "@:":
        model, found, version = name.rpartition(separator)
        if found and model in models:
            return view(report, model, version)
    try:
        return view(report, name)
    except UsageError as error:
        raise UsageError(f"--base {name}: {error}") from error
