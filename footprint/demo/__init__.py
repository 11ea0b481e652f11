"""`footprint demo`: the main job on real data, from the first span to a datasheet.

Two classifiers are trained and served under measurement (`demo_work`); the ledger, a report, and a
datasheet for each model go into a directory of their own. A directory that is there already is
left as it is, and a fresh one is taken beside it.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from footprint.errors import UsageError

if TYPE_CHECKING:
    from footprint.emitters.view import View
    from footprint.estimators.quantity import Quantity

#: Where the demo writes when nothing is said.
DEFAULT_OUT = "footprint-demo"


class Demo(NamedTuple):
    """What the demo made.

    Attributes:
        directory: holds everything.
        text: the report, for the terminal.
        comparison: the models side by side, one line each.
        unpriced: the options that would have given carbon or cost, where they were missing.
        files: (path, what it is).
    """

    directory: Path
    text: str
    comparison: tuple[str, ...]
    unpriced: tuple[str, ...]
    files: tuple[tuple[Path, str], ...]


def run(
    out: str | Path = DEFAULT_OUT,
    given: Mapping[str, Any] | None = None,
    tell: Callable[[str], None] = lambda text: None,
) -> Demo:
    """Runs the demo; this takes some ten seconds.

    Args:
        out: directory to make; where it is there and not empty, `out-2` is taken, and so on.
        given: settings, such as zone and tariff_per_kwh.
        tell: takes a line about each step.

    Raises UsageError where scikit-learn is missing or footprint is switched off, OSError where
    `out` cannot be written.
    """
    from footprint.demo import work
    from footprint.settings import resolve

    if resolve(given).disabled:
        raise UsageError("the demo has nothing to show: footprint is disabled (FOOTPRINT_DISABLED)")
    images = work.load()
    directory = fresh(Path(out))
    ledger = directory / "ledger"
    with _configured({**(given or {}), "ledger": ledger}):
        count = f"{len(images.train) + len(images.held_out):,}"
        tell(f"{count} images of handwritten digits, {len(images.held_out)} of them held out")
        with _timed(tell, "training digits-mlp, a neural network"):
            network = work.train_network(images)
        with _timed(tell, "training digits-logistic, a logistic regression"):
            logistic = work.train_logistic(images)
        served = []
        for name, classify, model in (
            ("digits-mlp", work.classify_by_network, network),
            ("digits-logistic", work.classify_by_logistic, logistic),
        ):
            with _timed(tell, f"serving {name} from {work.THREADS} threads"):
                served.append(work.serve(name, classify, model, images))
    tell("booking what that used")
    return _written(directory, ledger, served)


def fresh(out: Path) -> Path:
    """Makes a directory that nothing is in: `out`, else the first free of `out-2`, `out-3`, ...

    Raises OSError where none can be made.
    """
    number = 1
    while True:
        path = out if number == 1 else out.with_name(f"{out.name}-{number}")
        try:
            path.mkdir(parents=True)
            return path
        except FileExistsError:
            if path.is_dir() and not any(path.iterdir()):
                return path
        number += 1


@contextlib.contextmanager
def _configured(given: Mapping[str, Any]) -> Iterator[None]:
    """Settings for as long as the demo works; its journal is complete and closed afterwards."""
    import footprint

    footprint.configure(**given)
    try:
        yield
    finally:
        footprint.configure(**dict.fromkeys(given))


@contextlib.contextmanager
def _timed(tell: Callable[[str], None], what: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    tell(f"{what}: {time.monotonic() - begun:.1f} s")


def _written(directory: Path, ledger: Path, served: list[Any]) -> Demo:
    """Reports and datasheets of what is in the ledger now."""
    import footprint
    from footprint.datasheets.make import document
    from footprint.emitters.datasheet import MARKDOWN
    from footprint.emitters.from_report import GROUPED_BY, view
    from footprint.emitters.view import Metric

    report = footprint.report(ledger, by=GROUPED_BY)
    content = report.to_json()
    files = [(ledger, "the ledger: what was observed")]

    def write(name: str, text: str, what: str) -> None:
        files.append((_whole(directory / name, text), what))

    write("report.html", report.to_html(), "the report, to look at")
    write("report.json", content, "the report, for programs")
    found: list[tuple[View, float]] = []
    for one in served:
        data = (
            f"{one.requests:,} requests for {one.images} held-out images of scikit-learn's digits"
        )
        metric = Metric("accuracy", one.accuracy, data)
        sheet = view(json.loads(content), one.model, one.version, [metric])
        found.append((sheet, one.accuracy))
        text = document(sheet, MARKDOWN).decode()
        write(f"datasheet-{one.model}.md", text, f"datasheet of {one.model}")
    totals = [activity.total for sheet, _ in found for activity in sheet.activities]
    unpriced = []
    if not any(total.carbon_location_g is not None for total in totals):
        unpriced.append("--zone FRA")
    if not any(total.cost for total in totals):
        unpriced.append("--tariff 0.18")
    return Demo(directory, str(report), tuple(_compared(found)), tuple(unpriced), tuple(files))


def _whole(path: Path, text: str) -> Path:
    """Writes all of a file or nothing. Raises OSError that names it."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        path.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error
    return path


def _compared(found: Sequence[tuple[View, float]]) -> Iterator[str]:
    """One line a model, and what the comparison is worth."""
    from footprint.words import words

    w = words("en", "kinds")
    width = max(len(sheet.model) for sheet, _ in found)
    energies: list[Quantity] = []
    for sheet, accuracy in found:
        serving = next((each for each in sheet.activities if each.kind == "inference"), None)
        one = serving.per_call if serving is not None else None
        energy = "energy of an inference not known"
        if serving is not None and serving.floor is not None:
            one, energy = None, "energy of an inference below what the meter can tell"
        if one is not None and one.energy_j is not None:
            energies.append(one.energy_j)
            energy = f"{w.quantity(one.energy_j.to('mJ'))} mJ an inference"
        yield f"{sheet.model:{width}}  accuracy {100 * accuracy:.1f} %  {energy}"
    if len(energies) > 1 and max(e.low for e in energies) <= min(e.high for e in energies):
        yield "The intervals overlap: these figures alone do not say which model uses less."
