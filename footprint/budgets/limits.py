"""Limits of a running process: what is allowed, what was spent, and what is said when it is over.

Figures are rough (`meter.running`): they are for a warning in time, and not for the books.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from footprint.budgets.entries import Limit
from footprint.budgets.figures import KEYS
from footprint.budgets.judge import above
from footprint.budgets.speech import Speech
from footprint.budgets.values import number
from footprint.errors import UsageError
from footprint.estimators.applied import Use
from footprint.estimators.context import FactorSet, apply, resolve
from footprint.estimators.errors import EstimatorError, Gap
from footprint.estimators.factors import Factor
from footprint.estimators.holding import Hardware
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.sources import Registry
from footprint.estimators.systems.use import ApiUse
from footprint.pages.page import ApiCalls
from footprint.reports.view import QUANTITIES, Amounts
from footprint.settings import Settings

#: What a process can be limited by.
LIMITS = ("max_kwh", "max_j", "max_g", "max_usd", "max_water_l")
#: Kinds of devices that bear embodied carbon and rental.
_BEARING = ("gpu", "cpu")


class Spent(NamedTuple):
    """What a process used.

    Attributes:
        energy_j: of its part of the devices; None: nothing was metered.
        held_s: seconds by the name of a device.
        apis: calls of providers, added up by model.
        untold: calls of providers that declared no tokens.
    """

    energy_j: Quantity | None
    held_s: Mapping[str, float] = {}
    apis: tuple[ApiUse, ...] = ()
    untold: int = 0


class Exceeded(NamedTuple):
    """A limit that is exceeded.

    Attributes:
        name: the limit's name, or empty.
        key: which one: max_g.
        limit, unit: at most so much was allowed.
        used: so much was used, with its interval.
        rests_on: the factors behind it, in words; empty for energy.
        text: all of it in one line.
    """

    name: str
    key: str
    limit: float
    unit: str
    used: Quantity
    rests_on: tuple[str, ...]
    text: str


def limits(given: Mapping[str, float | None]) -> tuple[Limit, ...]:
    """Limits by their keys, those that were given. Raises UsageError for none, and wrong ones."""
    found = tuple(
        Limit(KEYS[key], number(key, value, KEYS[key].unit))
        for key, value in given.items()
        if value is not None
    )
    if not found:
        raise UsageError(f"limit() limits nothing: give {', '.join(LIMITS[:-1])} or {LIMITS[-1]}")
    return found


class Priced(NamedTuple):
    """What was spent, priced: the amounts, the factors behind them, and what is missing."""

    amounts: Amounts
    factors: tuple[Factor, ...]
    gaps: tuple[Gap, ...]


class Prices:
    """What a process's use is priced by: the factors that hold for it now.

    Args:
        settings: of the process: what it declares, and where factors come from.
        now_ns: when, UTC ns.
        devices: the JSON records of its devices.

    Raises UsageError for what was declared wrongly.
    """

    def __init__(
        self, settings: Settings, now_ns: int, devices: Iterable[Mapping[str, Any]]
    ) -> None:
        from footprint.accounts.pricing import declared_of
        from footprint.factors.opened import opened

        sources = opened(settings, live=False, pins=False)._replace(over_runs=False)
        period = (now_ns, now_ns + 1)
        context = {"declared": settings.declared()}
        try:
            declared = declared_of(context, {}, settings, sources, period)
            self.factors: FactorSet = resolve(
                declared, sources.registry, _hardware(devices), *period, sources.contracts
            )
        except EstimatorError as error:
            raise UsageError(str(error)) from error
        self.registry: Registry = sources.registry
        self._now_ns = now_ns

    def of(self, spent: Spent) -> Priced:
        """What was spent, priced."""
        from footprint.reports.beside import api_calls, with_api

        energy = exact(0.0, "J") if spent.energy_j is None else spent.energy_j
        weights = {self._now_ns: max(1, round(energy.mid * 1e9))}
        priced = apply(self.factors, Use(energy, weights, dict(spent.held_s)))
        own = Amounts(
            **{name: getattr(priced, name) for name in QUANTITIES if name != "energy_j"},
            energy_j=spent.energy_j,
            cost=priced.cost,
            cost_usd=priced.cost_usd,
        )
        if not spent.apis and not spent.untold:
            return Priced(own, priced.factors, priced.gaps)
        beside = api_calls(ApiCalls(spent.apis, spent.untold), self.registry)
        factors = (*priced.factors, *beside.factors)
        return Priced(with_api(own, beside.amounts), factors, (*beside.gaps, *priced.gaps))


def _hardware(devices: Iterable[Mapping[str, Any]]) -> Sequence[Hardware]:
    scopes: dict[tuple[str, str], list[str]] = {}
    for each in devices:
        if each["kind"] in _BEARING:
            scopes.setdefault((str(each["name"]), str(each["kind"])), []).append(str(each["scope"]))
    return [
        Hardware(name, kind, "share" not in those, len(those))
        for (name, kind), those in sorted(scopes.items())
    ]


def value(limit: Limit, amounts: Amounts) -> Quantity | None:
    """What was used, in the unit of a limit; None: not known."""
    found: Quantity | None = getattr(amounts, limit.figure.source)
    return None if found is None else found.to(limit.figure.unit)


def judged(name: str, limit: Limit, priced: Priced) -> Exceeded | None:
    """A limit that is exceeded, by the best estimate; None: it is kept, or not known."""
    used = value(limit, priced.amounts)
    if used is None or limit.amount is None or not above(used.mid, limit.amount):
        return None
    say = Speech()
    names = _names(limit) - {"energy_j"}  # metered energy rests on no factor
    rests_on = tuple(
        say.factor(each) for each in priced.factors if names & set(each.used_for.split(", "))
    )
    behind = f"; it rests on {'; '.join(rests_on)}" if rests_on else ""
    of = f" {name!r}" if name else ""
    text = (
        f"limit{of} of {say.amount(limit.amount, limit.figure.unit)} is exceeded:"
        f" {say.figure(limit)} of this process is {say.value(used)} so far{behind}"
    )
    unit = limit.figure.unit
    return Exceeded(name, limit.figure.key, limit.amount, unit, used, rests_on, text)


def unknown(name: str, limit: Limit, gaps: Iterable[Gap]) -> str:
    """That a limit cannot be checked, and why."""
    names = _names(limit)
    of = f" {name!r}" if name else ""
    for gap in gaps:
        if names & {one.rpartition(".")[2] for one in gap.what.split(", ")}:
            why = f"{gap.why}: {gap.remedy}"
            break
    else:
        why = "nothing is metered: run `footprint doctor`"
    return f"limit{of} {limit.figure.key} cannot be checked: {why}"


def _names(limit: Limit) -> set[str]:
    """What a limit's figure is called by factors and gaps."""
    source = limit.figure.source
    return {source, "cost"} if source == "cost_usd" else {source}
