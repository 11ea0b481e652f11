"""From ledgers to advice: their workings, and each part's suggestions, judged and ranked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from footprint.accounts.opened import Ledger
from footprint.advice.api import api, check
from footprint.advice.cells import MOST_AT_ONCE
from footprint.advice.hours import hours, within_hours
from footprint.advice.idle import idle, untracked
from footprint.advice.looked import Looked, Maker, Wanted
from footprint.advice.ranking import ranked
from footprint.advice.view import CARBON, RANKINGS, Advice, OwnOrApi, Suggestion
from footprint.advice.ways import ways
from footprint.advice.zones import zones
from footprint.errors import UsageError, nearest
from footprint.estimators.errors import EstimatorError, Gap
from footprint.estimators.hardware.accelerators import accelerator
from footprint.estimators.predict.precisions import precision
from footprint.estimators.units import checked
from footprint.estimators.zones import resolve_zone
from footprint.reports import Source, asked_of, opened_of
from footprint.reports.audit.attached import without_names
from footprint.reports.build import is_bare
from footprint.reports.gaps import BARE, EMPTY, of_issue
from footprint.reports.times import stamp
from footprint.reports.workings import worked_out

T = TypeVar("T")

#: The parts that advice is made of.
MAKERS: tuple[Maker, ...] = (zones, hours, idle, untracked, ways, api)

NO_ENERGY = Gap(
    "energy_j",
    "the ledger has no metered energy in the period",
    "run work on a host with a meter (footprint doctor)",
)

API_ALONE = Gap(
    "energy_j",
    "of calls to APIs alone nothing is advised: that is for energy that was metered",
    "hold the API against own hardware (footprint compare api:MODEL own:MODEL@GPU)",
)
NO_FIGURE = Gap(
    "idle",
    "neither carbon nor cost of some idle energy is known",
    "declare where it ran and its price (--zone FRA --tariff 0.18)",
)


def advise(
    *ledgers: Source | Iterable[Source],
    zone_candidates: Iterable[str] = (),
    hardware: Iterable[str] = (),
    precisions: Iterable[str] = (),
    batches: Iterable[float] = (),
    within: str | float = "24h",
    shift_inference: bool = False,
    apis: Iterable[str] = (),
    by: str = CARBON,
    every: bool = False,
    **options: Any,
) -> Advice:
    """What the same work would have used elsewhere, or without what lay idle.

    Args:
        ledgers: as of `footprint.report`.
        zone_candidates: zones to try; none: those near the work's own, the best of them.
        hardware: accelerators to try (`H100`); none: those of the table of rentals, the best.
        precisions: of weights to try (`fp8`); none: those with fewer bits.
        batches: requests at once to try; none: the larger ones of 8, 64 and 512.
        within: how many hours later work that can wait may start (`24h`, or 24).
        shift_inference: inference can wait too.
        apis: models behind APIs to hold inference on own hardware against (`gpt-4o-mini`).
        by: `carbon` or `cost`: what suggestions are judged and ranked by.
        every: those below the noise are in it too.
        options: as of `footprint.report`, but `by` and `absorption`.

    Raises UsageError for wrong arguments, LedgerError for what is no ledger.
    """
    if by not in RANKINGS:
        raise UsageError(
            f"by={by!r} is not known: use {' or '.join(RANKINGS)}." + nearest(by, RANKINGS)
        )
    wanted = Wanted(
        zones=_each("--zone-candidate", lambda text: resolve_zone(text).code, zone_candidates),
        hardware=_each("--hardware", lambda text: accelerator(text).name, hardware),
        precisions=_each("--precision", lambda text: precision(text).name, precisions),
        batches=_each(
            "--batch",
            lambda text: checked("batch", text, "requests", low=1, high=MOST_AT_ONCE),
            batches,
        ),
        by=by,
        within_h=within_hours(within),
        shift_inference=shift_inference,
        apis=tuple(dict.fromkeys(apis)),
    )
    asked, settings = asked_of(**options)
    ledger: Ledger = opened_of(ledgers)
    outline = ledger.outline(fresh=asked.fresh)
    of = worked_out(ledger, outline, asked, settings)
    looked = Looked(ledger, outline, asked, settings, of, wanted)
    check(looked)
    found, volumes, gaps = _found(looked)
    shown = [each for each in found if every or each.exceeds(by)]
    last_day = max((own.until for own in of.places.sets if own.until), default=None)
    shown, unranked = ranked(shown, by, of.sources.contracts.rates, last_day)
    gaps += [*unranked, *of.places.problems, *map(of_issue, of.book.issues)]
    made = Advice(
        ledgers=tuple(ledger.places),
        period=(_stamp(of.book.start_ns), _stamp(of.book.end_ns)),
        by=by,
        suggestions=tuple(shown),
        left_out=len(found) - len(shown),
        gaps=tuple(dict.fromkeys(gaps)),
        own_or_api=tuple(volumes),
    )
    return without_names(made, ledger, asked, settings)


def _each(option: str, known: Callable[[Any], T], given: Iterable[Any]) -> tuple[T, ...]:
    """What was named, as the tables name it, each once. Raises UsageError for what they lack."""
    try:
        return tuple(dict.fromkeys(known(each) for each in given))
    except EstimatorError as error:
        raise UsageError(f"{option}: {error}") from error


def _found(looked: Looked) -> tuple[list[Suggestion], list[OwnOrApi], list[Gap]]:
    if not any(use.energy.high for use in looked.of.whole.values()):
        return [], [], [*_without_energy(looked)]
    every = [each for maker in MAKERS for each in maker(looked)]
    found = [each for each in every if isinstance(each, Suggestion)]
    volumes = [each for each in every if isinstance(each, OwnOrApi)]
    gaps = [each for each in every if isinstance(each, Gap)]
    known = [each for each in found if each.figure(CARBON) is not None]
    if any(each.kind == "idle" for each in found if each not in known):
        gaps.append(NO_FIGURE)
    return known, volumes, gaps


def _without_energy(looked: Looked) -> Iterator[Gap]:
    """Why there is no energy that anything could be said of."""
    book = looked.of.book
    if looked.outline.facts and is_bare(book, looked.of.period):
        yield BARE
    elif looked.outline.facts:
        yield API_ALONE if any(each.api for each in looked.of.made) else NO_ENERGY
    elif not book.issues:  # else what was damaged is all that there is to say
        yield EMPTY


def _stamp(utc_ns: int | None) -> str | None:
    return None if utc_ns is None else stamp(utc_ns)
