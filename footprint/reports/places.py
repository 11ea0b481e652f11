"""What holds where: each run's declared place and prices, looked up once, applied to sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from footprint.accounts.pricing import cuts, declared_from, declared_of, hardware_of
from footprint.errors import UsageError
from footprint.estimators.applied import Use, mean
from footprint.estimators.context import FactorSet, Hardware, apply, resolve
from footprint.estimators.declared import Declared
from footprint.estimators.errors import EstimatorError, Gap
from footprint.estimators.factors import Factor
from footprint.estimators.market import Market
from footprint.estimators.pricing import sci_parts
from footprint.estimators.quantity import Quantity, exact, total
from footprint.factors.opened import Opened
from footprint.ledger.reader import Facts
from footprint.pages.labels import label
from footprint.pages.page import Place
from footprint.reports.markets import MARKET, markets
from footprint.reports.view import Amounts, added
from footprint.settings import Settings

#: [since, until) in UTC ns.
Span = tuple[int, int]


class Places:
    """The factor sets of a ledger's writers, numbered.

    Args:
        facts: the writers.
        arguments: declared for this report, which wins.
        settings: the reader's own, which hold where the run said nothing.
        sources: where factors come from, and what an own file agrees.
        span: the period that the factors are for; None: nothing was recorded.

    Raises UsageError for a wrong argument. What a run declared wrongly is a gap, not an error.

    Attributes:
        of_place: the number of each place's factor set.
        sets: the factor sets by number.
        markets: what contracts come to at each place, once `settle` was called.
    """

    def __init__(
        self,
        facts: Sequence[Facts],
        arguments: Mapping[str, Any],
        settings: Settings,
        sources: Opened,
        span: Span | None = None,
    ) -> None:
        self.sets: list[FactorSet] = []
        self.markets: dict[int, Market] = {}
        self.problems: list[Gap] = []
        self._holes: dict[Gap, None] = {}
        self._arguments, self._settings = arguments, settings
        self.sources, self._span = sources, span
        self._checked()
        hardware = hardware_of(facts)
        numbers: dict[tuple[str, tuple[Hardware, ...]], int] = {}
        self.of_place: dict[Place, int] = {}
        for one in facts:
            place = label(one), one.boot_id
            if place in self.of_place:
                continue
            own = hardware[one.boot_id]
            key = place[0], own
            if key not in numbers:
                numbers[key] = self._add(one.context.get("declared") or {}, one, own)
            self.of_place[place] = numbers[key]
        if not facts:
            self._add({}, None, ())

    def _resolve(self, declared: Declared, hardware: Sequence[Hardware] = ()) -> FactorSet:
        since, until = self._span or (None, None)
        registry, contracts = self.sources.registry, self.sources.contracts
        return resolve(declared, registry, hardware, since, until, contracts)

    def _checked(self) -> None:
        try:
            self._resolve(declared_from(self._arguments, "report argument"))
        except EstimatorError as error:
            raise UsageError(str(error)) from error

    def _add(self, said: Mapping[str, Any], one: Facts | None, hardware: Sequence[Hardware]) -> int:
        try:
            declared = declared_of(
                {"declared": said}, self._arguments, self._settings, self.sources, self._span
            )
            found = self._resolve(declared, hardware)
        except (UsageError, EstimatorError) as error:
            if not said or one is None:
                raise UsageError(str(error)) from error
            what = "carbon_location_g, cost"
            remedy = "give it for this report: --zone, --pue, --tariff"
            self.problems.append(
                Gap(what, f"{one.where} declares what is not known: {error}", remedy)
            )
            declared = declared_from(self._arguments, "report argument").over(Declared())
            found = self._resolve(declared, hardware)
        if found in self.sets:
            return self.sets.index(found)
        self.sets.append(found)
        return len(self.sets) - 1

    def cuts(self) -> tuple[int, ...]:
        """The instants within the period at which any factor changes, UTC ns."""
        return () if self._span is None else cuts(self.sets, self._span)

    def settle(self, whole: Mapping[int, Use]) -> None:
        """Looks the market-based factors up: contracts cover a use as a whole, by zone.

        Args:
            whole: all that was metered, by place.

        Raises UsageError: contracts that cover more than was used, or whose zone is not clear.
        """
        instruments = self.sources.contracts.instruments
        if instruments is None:
            return
        self.markets = markets(self.sets, whole, instruments, self.sources.registry, self._span)
        for place, market in self.markets.items():
            own = self.sets[place]
            rate = None
            if market.carbon_g is not None:
                value = market.g_per_kwh or exact(0.0, "g/kWh")  # no rate: nothing was used
                rate = Factor(MARKET, value, "g/kWh", used_for="carbon_market_g")
            self.sets[place] = own._replace(
                market=rate,
                factors=tuple(dict.fromkeys((*own.factors, *market.factors))),
                assumptions=tuple(dict.fromkeys((*own.assumptions, *market.assumptions))),
                gaps=tuple(dict.fromkeys((*own.gaps, *market.gaps))),
            )

    def price(self, uses: Mapping[int, Use]) -> Amounts:
        """Uses by place, priced place by place and added.

        A figure that is not known of one place is not known of the sum.
        """
        if not uses:
            return Amounts()
        # Where nothing was used or held, the factors do not matter.
        used = {place: use for place, use in uses.items() if _counts(use)} or uses
        return added(self._price(place, use) for place, use in sorted(used.items()))

    def sci_parts(self, uses: Mapping[int, Use]) -> tuple[Quantity | None, Quantity | None]:
        """(O, M) of uses by place, g CO2e: see `estimators.pricing.sci_parts`."""
        used = {place: use for place, use in uses.items() if _counts(use)} or uses
        found = [sci_parts(self.sets[place], use) for place, use in sorted(used.items())]
        return _known(o for o, _ in found), _known(m for _, m in found)

    def _price(self, place: int, use: Use) -> Amounts:
        priced = apply(self.sets[place], use)
        self._holes |= dict.fromkeys(gap for gap in priced.gaps if gap not in self.sets[place].gaps)
        return Amounts(
            energy_j=use.energy,
            carbon_location_g=priced.carbon_location_g,
            carbon_market_g=priced.carbon_market_g,
            embodied_g=priced.embodied_g,
            water_l=priced.water_l,
            cost=priced.cost,
            cost_usd=priced.cost_usd,
            cost_parts=priced.cost_parts,
        )

    def zones(self, numbers: Iterable[int]) -> tuple[str, ...]:
        """The codes of the zones of some factor sets; those that declare none are left out."""
        zones = (self.sets[number].zone for number in numbers)
        return tuple(sorted({zone.code for zone in zones if zone is not None}))

    def g_per_kwh(self, place: int, use: Use) -> float | None:
        """Carbon per kWh of IT energy of a use at a place, PUE included; None where not known."""
        found = self.sets[place]
        value = mean(found.intensity, use.weights).value if found.intensity else None
        if value is None:
            return None
        pue = found.pue.quantity.mid if found.pue else 1.0
        return float(value.mid) * pue

    def factors(self) -> tuple[Factor, ...]:
        """All factors that are used, each once."""
        return tuple(dict.fromkeys(factor for each in self.sets for factor in each.factors))

    def factors_of(self, uses: Mapping[int, Use]) -> tuple[tuple[Factor, ...], ...]:
        """The factors of the places of some uses, place by place."""
        return tuple(
            self.sets[place].factors for place, use in sorted(uses.items()) if _counts(use)
        )

    def assumptions(self) -> list[str]:
        """What the factors rest on."""
        own = self.sources.registry.own
        notes = [note for each in self.sets for note in each.assumptions]
        return list(dict.fromkeys([*notes, *(own.file.notes if own else ())]))

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
        return [*found, *self._holes]


def _known(parts: Iterable[Quantity | None]) -> Quantity | None:
    """The sum in g; None where there are no parts, or one is not known."""
    those = list(parts)
    known = [each for each in those if each is not None]
    return total(known, "g") if known and len(known) == len(those) else None


def _counts(use: Use) -> bool:
    return bool(use.energy.high) or any((use.held_s or {}).values())
