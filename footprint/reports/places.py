"""What holds where: each run's declared zone, PUE and tariff, looked up once, applied to sums."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from footprint.accounts.pricing import declared_from, declared_of
from footprint.errors import UsageError
from footprint.estimators.context import FactorSet, apply, resolve
from footprint.estimators.declared import Declared
from footprint.estimators.errors import EstimatorError, Gap
from footprint.estimators.factors import Factor
from footprint.estimators.money import MoneyRange, by_currency
from footprint.estimators.quantity import Quantity, total
from footprint.ledger.reader import Facts
from footprint.reports.view import Amounts
from footprint.settings import Settings

_SETTINGS = ("zone", "carbon_intensity_g_per_kwh", "pue", "tariff_per_kwh")


class Places:
    """The factor sets of a ledger's writers, numbered.

    Args:
        facts: the writers.
        arguments: declared for this report, which wins.
        settings: the reader's own, which hold where the run said nothing.

    Raises UsageError for a wrong argument. What a run declared wrongly is a gap, not an error.

    Attributes:
        of_writer: each writer's number.
        sets: the factor sets by number.
    """

    def __init__(
        self, facts: Sequence[Facts], arguments: Mapping[str, Any], settings: Settings
    ) -> None:
        self.sets: list[FactorSet] = []
        self.problems: list[Gap] = []
        self._checked(arguments)
        numbers: dict[str, int] = {}
        self.of_writer: list[int] = []
        for one in facts:
            said = one.context.get("declared") or {}
            key = json.dumps([said.get(name) for name in _SETTINGS], default=str)
            if key not in numbers:
                numbers[key] = self._add(said, one, arguments, settings)
            self.of_writer.append(numbers[key])
        if not facts:
            self._add({}, None, arguments, settings)

    @staticmethod
    def _checked(arguments: Mapping[str, Any]) -> None:
        try:
            resolve(declared_from(arguments, "report argument"))
        except EstimatorError as error:
            raise UsageError(str(error)) from error

    def _add(
        self,
        said: Mapping[str, Any],
        one: Facts | None,
        arguments: Mapping[str, Any],
        settings: Settings,
    ) -> int:
        try:
            found = resolve(declared_of({"declared": said}, arguments, settings))
        except (UsageError, EstimatorError) as error:
            if not said or one is None:
                raise UsageError(str(error)) from error
            what = "carbon_location_g, cost"
            remedy = "give it for this report: --zone, --pue, --tariff"
            self.problems.append(
                Gap(what, f"{one.where} declares what is not known: {error}", remedy)
            )
            found = resolve(declared_from(arguments, "report argument").over(Declared()))
        if found in self.sets:
            return self.sets.index(found)
        self.sets.append(found)
        return len(self.sets) - 1

    def price(self, energy: Mapping[int, Quantity]) -> Amounts:
        """An energy (J) by place, priced place by place and added.

        A figure that is not known of one place is not known of the sum.
        """
        if not energy:
            return Amounts()
        joules = total(energy.values(), "J")
        grams: list[Quantity] | None = []
        money: list[MoneyRange] | None = []
        # Where nothing was used, the factors do not matter.
        used = {place: amount for place, amount in energy.items() if amount.high} or energy
        for place, amount in sorted(used.items()):
            priced = apply(self.sets[place], amount)
            if priced.carbon_location_g is None:
                grams = None
            elif grams is not None:
                grams.append(priced.carbon_location_g)
            if not priced.cost:
                money = None
            elif money is not None:
                money.extend(priced.cost.values())
        cost = by_currency(money) if money else {}
        usd = cost["USD"].to_quantity() if list(cost) == ["USD"] else None
        carbon = total(grams, "g") if grams else None
        return Amounts(joules, carbon, dict(sorted(cost.items())), usd)

    def g_per_kwh(self, place: int) -> float | None:
        """Carbon per kWh of IT energy at a place, PUE included; None where not known."""
        found = self.sets[place]
        if found.intensity is None:
            return None
        pue = found.pue.quantity.mid if found.pue else 1.0
        return found.intensity.quantity.mid * pue

    def factors(self) -> tuple[Factor, ...]:
        """All factors that are used, each once."""
        return tuple(dict.fromkeys(factor for each in self.sets for factor in each.factors))

    def assumptions(self) -> list[str]:
        """What the factors rest on."""
        return list(dict.fromkeys(note for each in self.sets for note in each.assumptions))

    def gaps(self) -> list[Gap]:
        """What was not declared; says of how many places, where there are several."""
        found = list(self.problems)
        counts: dict[Gap, int] = {}
        for each in self.sets:
            for gap in each.gaps:
                counts[gap] = counts.get(gap, 0) + 1
        for gap, count in counts.items():
            some = len(self.sets) > 1 and count < len(self.sets)
            where = f" by {count} of {len(self.sets)} sorts of runs" if some else ""
            found.append(gap._replace(why=gap.why + where))
        return found
