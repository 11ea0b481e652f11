"""From ledgers to a view, and from a view to a document.

    report = booked(["footprint-ledger"], zone="FRA")      # or kept("report.json")
    view = make(report, "net", "2", metrics="metrics.json")
    data = document(view, emitter("cyclonedx"))

The report is made once, grouped by model, version and kind; everything else is taken from it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from footprint.datasheets.base import recorded
from footprint.datasheets.drift import drift
from footprint.datasheets.kept import wrong
from footprint.datasheets.metrics import read_metrics
from footprint.datasheets.sheet import base as stated_base
from footprint.datasheets.sheet import read_sheet
from footprint.emitters import from_report
from footprint.emitters.emitter import Emitter, Options
from footprint.emitters.from_report import GROUPED_BY, views
from footprint.emitters.view import Figures, View
from footprint.errors import UsageError
from footprint.files import read_document
from footprint.reports import report
from footprint.reports.view import SCHEMA

_REPORTING = f"footprint report --by {','.join(GROUPED_BY)} --format json"


def booked(ledgers: Iterable[str | Path], **given: Any) -> dict[str, Any]:
    """A report on ledgers, as JSON, grouped as a view needs it.

    Args:
        ledgers: directories, read as one; none: the one that the settings name.
        given: as for `footprint.report`: since, until, zone, pue, tariff_per_kwh, ...

    Raises UsageError for wrong arguments, LedgerError for what is no ledger.
    """
    found: dict[str, Any] = json.loads(report(*ledgers, by=GROUPED_BY, **given).to_json())
    return found


def kept(path: str | Path) -> dict[str, Any]:
    """A report that was kept as JSON.

    Raises UsageError for any other file, and for a report that is grouped in another way.
    """
    found = read_document(Path(path), SCHEMA, _REPORTING)
    damage = next(wrong(found), None)
    if damage is not None:
        raise UsageError(f"{path} is damaged ({damage}): make it again with {_REPORTING}")
    if list(found.get("by") or ()) != list(GROUPED_BY):
        raise UsageError(
            f"{path} is grouped by {', '.join(found.get('by') or ()) or 'nothing'}, not by"
            f" {', '.join(GROUPED_BY)}: make it with {_REPORTING}"
        )
    try:
        views(found)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UsageError(
            f"{path} is damaged ({type(error).__name__}: {error}): make it again with {_REPORTING}"
        ) from error
    return found


def make(
    report: Mapping[str, Any],
    model: str | None = None,
    version: str | None = None,
    *,
    metrics: str | Path | None = None,
    sheet: str | Path | None = None,
    base: str | None = None,
) -> View:
    """The view of one version of a model, with what its owner gave.

    Args:
        report: of `booked` or `kept`.
        model: its name; not needed where the report has only one.
        version: which one; "" is the one that declared none; not needed where there is one only.
        metrics: file of its metrics (JSON, CSV, output of `evaluate`).
        sheet: TOML file of what its owner wrote about it.
        base: model that it was fine-tuned from, whose training the report has: MODEL[:VERSION].
            None: as the sheet file's `[base]` states it.

    Raises UsageError: a model that is not known (with the nearest names), several and none named,
    a file that cannot be read.
    """
    given = {} if sheet is None else read_sheet(Path(sheet))
    measures = None if metrics is None else read_metrics(Path(metrics))
    if not model or not views(report):
        model = only_model(report)
    found = from_report.view(report, model, version)
    return found._replace(
        metrics=() if measures is None else measures.metrics,
        given=given,
        drift=drift(found, measures, given),
        base=stated_base(given) if base is None else recorded(report, base, found),
    )


def only_model(report: Mapping[str, Any]) -> str:
    """The name of the model that a report has. Raises UsageError where there is not exactly one."""
    models = sorted({each.model for each in views(report)})
    if len(models) == 1:
        return models[0]
    if not report["groups"]:
        raise UsageError(
            "nothing was recorded in the ledger, or in its part from --since to --until: record"
            " work with `footprint run`, or leave them out"
        )
    if not models:
        raise UsageError(
            "nothing in the ledger names a model: give model=... to track and measure, or --model"
            " to footprint run"
        )
    names = ", ".join(models[:10]) + (", ..." if len(models) > 10 else "")
    raise UsageError(f"the ledger has {len(models)} models: choose one with --model: {names}")


def document(view: View, emitter: Emitter, options: Options = Options()) -> bytes:  # noqa: B008
    """A new document. Raises UsageError where the format cannot hold what the view says."""
    out = io.StringIO()
    emitter.render(view, out, options)
    return out.getvalue().encode("utf-8", "backslashreplace")


def has_figures(view: View) -> bool:
    """Whether anything can be stated: a figure of an activity that is above the floor."""
    return any(stage.total != Figures() for stage in view.stages)


def left_out(view: View) -> list[str]:
    """What no document may print as measured, one line each."""
    return [
        f"{stage.kind}: left out, since it is below what the meter can tell ({each.floor})"
        for stage in view.stages
        for each in stage.left_out
    ]
