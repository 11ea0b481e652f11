"""Reports on ledgers: built once, rendered in any format.

view      what a report says (immutable)
build     from a ledger to a report; booked, groups, places, said and gaps are its parts
formats   the literal list of formats; `as_*` renders one each
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from footprint.accounts.opened import Instant, Ledger, open_ledger
from footprint.errors import UsageError, nearest
from footprint.ledger.stored import is_url
from footprint.reports.view import Report

if TYPE_CHECKING:
    from footprint.reports.options import Options
    from footprint.reports.tracing.view import SpanTrace, Trace
    from footprint.settings import Settings

__all__ = ["Report", "report", "trace"]

#: A ledger: its directory or URL, or what `open_ledger` gave.
Source = str | Path | Ledger


def report(
    *ledgers: Source | Iterable[Source],
    by: str | Iterable[str] | None = None,
    since: Instant = None,
    until: Instant = None,
    zone: str | None = None,
    carbon_intensity_g_per_kwh: float | str | None = None,
    pue: float | str | None = None,
    tariff_per_kwh: str | float | None = None,
    tariff_usd_per_kwh: str | float | None = None,
    wue_l_per_kwh: float | str | None = None,
    rental_per_device_hour: str | float | None = None,
    instance: str | None = None,
    lifetime_years: float | str | None = None,
    factors: str | Path | None = None,
    factor_sources: str | Iterable[str] | None = None,
    organisation: str | Path | None = None,
    privacy: str | Mapping[str, str] | None = None,
    pins: bool = True,
    absorption: str = "none",
    engine: str = "auto",
    master: str | None = None,
    fresh: bool = False,
) -> Report:
    """A report on one or more ledgers, which are read as one.

    Args:
        ledgers: directories, or URLs (s3://bucket/prefix); none: the one that the settings name.
        by: fields to group by, as `"model,kind"` or a list: model, name, kind, host, version,
            project, run, job, rank, status, tag.KEY. Default: model, name and kind, where spans
            have them.
        since, until: cut off what lies outside [since, until): datetimes or ISO 8601, UTC.
        zone: place of the electricity (FRA, USA-CA), over what the runs declared.
        carbon_intensity_g_per_kwh: g CO2e per kWh, instead of the zone's table.
        pue: power usage effectiveness of the facility, 1 to 5.
        tariff_per_kwh, tariff_usd_per_kwh: price of electricity, `"0.18 EUR"` or in US dollars.
        wue_l_per_kwh: litres used on site per kWh of IT energy.
        rental_per_device_hour: price of a device for an hour, electricity included.
        instance: the rented machine by its provider's name, to look up its price.
        lifetime_years: for how long hardware is kept.
        factors: TOML or CSV file of own factors, tariffs, contracts and prices.
        factor_sources: where factors come from, in order: `"own,electricity-maps,codecarbon"`.
        organisation: file that says who the report is of (`footprint report --init` writes one);
            default: ./organisation.toml, where there is one.
        privacy: what becomes of names, over what that file says: `"hosts=hash,users=drop"`.
        pins: False: the ledgers' pinned factors do not come before all others.
        absorption: `"full"` spreads idle energy over the spans.
        engine: where it is worked out: `"local"` in this process, `"duckdb"` in several, `"spark"`
            on a cluster; `"auto"` is one of the first two. The figures are the same.
        master: of the Spark cluster, `"spark://host:7077"`.
        fresh: works out again what was kept of sealed days (`derived/`).

    Raises UsageError for wrong arguments, LedgerError for what is no ledger.
    """
    from footprint.reports.build import build

    given = {name: value for name, value in locals().items() if name not in ("ledgers", "build")}
    return build(opened_of(ledgers), *_asked(**given))


def trace(
    figure: str,
    *ledgers: Source | Iterable[Source],
    most: int | None = None,
    say: Callable[[str], None] = lambda text: None,
    **options: Any,
) -> Trace | SpanTrace:
    """From a figure of a report down to its factors, days, spans and readings.

    Args:
        figure: its path in the report's JSON (`groups[model=net].carbon_location_g`,
            `totals.energy_kwh`), or a span's id (`WRITER:SEQ`), which is traced reading by reading.
        ledgers: as of `report`.
        most: so many spans are named, those that used most; default: 20.
        say: told what is being done: booking spans one by one takes its time.
        options: as of `report`; the same give the same figure.

    Raises UsageError for a figure that the report does not have, and as `report` does.
    """
    from footprint.reports.audit.attached import without_names
    from footprint.reports.tracing.make import MOST, trace

    asked, settings = asked_of(**options)
    ledger, many = opened_of(ledgers), MOST if most is None else most
    found = trace(ledger, asked, settings, figure, many, say=say)
    return without_names(found, ledger, asked, settings)


def asked_of(**options: Any) -> tuple[Options, Settings]:
    """`report`'s arguments, those that are given, checked. Raises UsageError for wrong ones."""
    from inspect import signature

    known = [name for name in signature(report).parameters if name != "ledgers"]
    for name in options:
        if name not in known:
            raise UsageError(
                f"{name}= is not known: use {', '.join(known)}." + nearest(name, known)
            )
    every = {name: signature(report).parameters[name].default for name in known} | options
    return _asked(**every)


def _asked(
    *,
    by: str | Iterable[str] | None,
    since: Instant,
    until: Instant,
    absorption: str,
    pins: bool,
    engine: str,
    master: str | None,
    fresh: bool,
    factors: str | Path | None,
    factor_sources: str | Iterable[str] | None,
    organisation: str | Path | None,
    privacy: str | Mapping[str, str] | None,
    **given: Any,
) -> tuple[Options, Settings]:
    """What is asked for, checked."""
    from footprint import settings as settings_
    from footprint.reports.audit.organisation import found
    from footprint.reports.options import ABSORPTIONS, Options

    if absorption not in ABSORPTIONS:
        raise UsageError(
            f"absorption={absorption!r} is not known: use {' or '.join(ABSORPTIONS)}."
            + nearest(str(absorption), ABSORPTIONS)
        )
    if None not in (given["tariff_per_kwh"], given["tariff_usd_per_kwh"]):
        raise UsageError("tariff_per_kwh and tariff_usd_per_kwh are two prices: give one")
    order = None if factor_sources is None else _order(factor_sources)
    declared = {
        "tariff_per_kwh" if name.startswith("tariff") else name: settings_.check(name, value)
        for name, value in given.items()
        if value is not None
    }
    options = Options(by, since, until, declared, absorption, pins, engine, master, fresh)
    arguments = {"factors": factors, "factor_sources": order, "organisation": organisation}
    settings = settings_.resolve({**arguments, "privacy": privacy})
    settings = settings._replace(organisation=found(settings.organisation))
    return options, settings


def _order(names: str | Iterable[str]) -> str | list[str]:
    return names if isinstance(names, str) else list(names)


def opened_of(ledgers: Iterable[Source | Iterable[Source]]) -> Ledger:
    """One ledger of all; a place that is named twice counts once."""
    places: dict[str | Path, None] = {}
    for each in ledgers:
        for one in [each] if isinstance(each, str | Path | Ledger) else each:
            known = one.places if isinstance(one, Ledger) else [one]
            places.update((place if is_url(place) else Path(place), None) for place in known)
    return open_ledger(*places)
