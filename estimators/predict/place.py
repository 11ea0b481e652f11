"""The place of an estimate in its document: what was declared, and what is said of its factors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from footprint.estimators.carbon import IT_ONLY
from footprint.estimators.declared import Declared
from footprint.estimators.factors import Factor
from footprint.estimators.money import Money
from footprint.estimators.pricing import FactorSet
from footprint.estimators.series import Series, iso


def declared_inputs(declared: Declared) -> tuple[tuple[str, Any], ...]:
    """(setting, value as JSON holds it) of all that was declared; money as `0.18 EUR`."""
    return tuple(
        (name, f"{value.amount} {value.currency}" if isinstance(value, Money) else value)
        for name, value in declared._asdict().items()
        if name != "origins" and value is not None
    )


def notes(found: FactorSet) -> Iterator[str]:
    """What an estimate has to say of its factors, since it is of no time and of no site."""
    for factor in (*found.intensity[:1], *found.tariff[:1]):
        if isinstance(factor.value, Series):
            yield _whole_series(factor, factor.value)
    if found.pue is None:
        yield IT_ONLY


def _whole_series(factor: Factor, steps: Series) -> str:
    of = f" of {factor.zone}" if factor.zone else ""
    return (
        f"{factor.name}{of} changes with time, and when the work runs is not known: the mean by "
        f"time of its {len(steps):,} values from {iso(steps.starts[0])} to {iso(steps.ends[-1])} "
        "is taken; low and high: the least and the greatest of them"
    )
