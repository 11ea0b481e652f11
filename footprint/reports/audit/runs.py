"""What a whole run costs: all of its calls, of whatever model and kind, and its own time.

A training run is more than its training calls: it loads data, evaluates, waits. So a group's figure
for one run is that of the whole runs in which it has calls, over their number. The processes of a
distributed run are one run.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from footprint.accounts.lines import Period
from footprint.accounts.pricing import together
from footprint.estimators.applied import Use
from footprint.estimators.errors import Gap
from footprint.ledger.reader import Facts
from footprint.pages.page import Combination, cut_name
from footprint.pages.total import Total
from footprint.reports.audit.cuts import Providers, by_cut, fields_of, json_of
from footprint.reports.audit.units import RUN as UNIT
from footprint.reports.audit.units import Sci, sci, with_provider
from footprint.reports.beside import with_api
from footprint.reports.booked import Booked, Used
from footprint.reports.cutting import RUN
from footprint.reports.places import Places
from footprint.reports.view import Amounts, Group


class PerRun(NamedTuple):
    """Figures for one whole run.

    Attributes:
        runs: how many there are in which the group has calls, or own time.
        amounts: of one of them: all that it used, without idle energy.
    """

    runs: int
    amounts: Amounts

    def to_json(self) -> dict[str, Any]:
        """As a report's JSON has it."""
        return {"runs": self.runs, **json_of(self.amounts)}


class Runs:
    """The runs of a ledger.

    Args:
        period: that the report was asked for, UTC ns: runs that it cuts are no whole runs.
    """

    def __init__(
        self,
        book: Total,
        booked: Booked,
        absorbing: Booked,
        places: Places,
        providers: Providers,
        period: Period,
    ) -> None:
        self._tallies = book.tallies
        self._booked, self._absorbing = booked, absorbing
        self._places, self._providers = places, providers
        self._own = {
            name: those for name, those in by_cut(book.tallies).items() if fields_of(name) == (RUN,)
        }
        self._of: dict[Hashable, dict[str, None]] = {}
        for run, those in self._own.items():
            for group, _ in those:
                self._of.setdefault(group, {})[run] = None
        self._known: dict[tuple[str, bool], Used] = {}
        self._open = set(_cut_off(book.facts, period))

    def of(self, groups: Sequence[Group]) -> Iterator[Group]:
        """Groups with their figures for one run; runs' own time with its score."""
        for group in groups:
            runs = list(self._of.get((group.key, group.own_time), ()))
            found = None if not runs or self._open.intersection(runs) else self._whole(runs)
            if found is None:
                yield group
                continue
            score = self._score(runs) if group.own_time else group.sci
            yield group._replace(per_run=PerRun(len(runs), found.per(len(runs))), sci=score)

    def _whole(self, runs: Iterable[str]) -> Amounts | None:
        uses = self._uses(runs, self._booked)
        if uses is None:
            return None
        api = self._providers.amounts(self._combinations(runs))
        own = self._places.price(uses)
        both = own if api is None else with_api(own, api)
        return None if both.energy_j is None else both

    def _score(self, runs: Sequence[str]) -> Sci | None:
        uses = self._uses(runs, self._absorbing)
        if uses is None:
            return None
        api = self._providers.amounts(self._combinations(runs))
        return sci(*with_provider(self._places.sci_parts(uses), api), UNIT, len(runs))

    def _combinations(self, runs: Iterable[str]) -> list[Combination]:
        return [each for run in runs for each in self._own[run]]

    def _uses(self, runs: Iterable[str], booked: Booked) -> dict[int, Use] | None:
        """What runs used, by factors; None where some of it was not metered."""
        found: dict[int, list[Use]] = {}
        for run in runs:
            used = self._used(run, booked)
            if used.unmetered:
                return None
            for number, use in used.uses.items():
                found.setdefault(number, []).append(use)
        return {number: together(uses) for number, uses in found.items()}

    def _used(self, run: str, booked: Booked) -> Used:
        """What one run used; a run is asked for by each group that has calls in it."""
        key = run, booked.absorb
        if key not in self._known:
            where = {place for each in self._own[run] for place in self._tallies[each].places}
            self._known[key] = booked.used(run, where)
        return self._known[key]


def _cut_off(facts: Iterable[Facts], period: Period) -> Iterator[str]:
    """The runs that were there before a period, or go on after it."""
    since, until = period
    for one in facts:
        before = since is not None and one.utc_ns(one.begun) < since
        if before or (until is not None and one.utc_ns(one.t_last) > until):
            yield cut_name(RUN, str(one.context.get("run", one.writer)))


def gaps(groups: Sequence[Group]) -> Iterator[Gap]:
    """Groups without a figure for one run."""
    bare = sum(group.per_run is None for group in groups)
    if bare:
        yield Gap(
            "groups.per_run",
            f"{bare} of {len(groups)} groups have calls in runs that the period cuts, or that were"
            " not metered as a whole",
            "report on a period in which the runs begin and end",
        )
