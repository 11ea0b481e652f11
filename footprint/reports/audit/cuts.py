"""A report's attributed energy by further fields: model, version, activity, host, project, tags.

The rows of a cut add up to calls, runs' own time and API providers of the totals; idle and
unattributed energy is in none of them. Their intervals are those of a report by that field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from footprint.accounts.amounts import rounded
from footprint.estimators.errors import Gap
from footprint.estimators.sources import Registry
from footprint.pages.page import Combination, Place, Tally, cut_name, cut_of
from footprint.pages.total import Total
from footprint.reports import keys
from footprint.reports.beside import Beside, api_calls, with_api
from footprint.reports.booked import Booked
from footprint.reports.cutting import FIELDS, RUN
from footprint.reports.places import Places
from footprint.reports.view import QUANTITIES, Amounts, added

#: A field with more values than this is no table that anybody reads: `--by` has it.
MOST = 250

Key = tuple[tuple[str, str | None], ...]


class Row(NamedTuple):
    """What is alike in the fields of a cut, calls and runs' own time together.

    Attributes:
        key: (field, value) pairs.
        calls, errors: a fold of short calls counts as many; own time is no call.
        units: declared amounts by name.
        amounts: self energy and what follows from it, with the providers of API calls.
    """

    key: Key
    calls: int
    errors: int
    units: Mapping[str, float]
    amounts: Amounts


class Cut(NamedTuple):
    """All rows of a field, those that used most first."""

    by: tuple[str, ...]
    rows: tuple[Row, ...]

    def to_json(self) -> dict[str, Any]:
        """As a report's JSON has it."""
        return {
            "by": list(self.by),
            "rows": [
                {
                    "key": dict(row.key),
                    "calls": row.calls,
                    "errors": row.errors,
                    "units": dict(row.units),
                    **json_of(row.amounts),
                }
                for row in self.rows
            ],
        }


def json_of(amounts: Amounts) -> dict[str, Any]:
    """Amounts as a report's JSON has them."""
    quantities = {name: getattr(amounts, name) for name in (*QUANTITIES, "cost_usd")}
    return {
        **{name: each and each.to_json() for name, each in quantities.items()},
        "cost": {currency: money.to_json() for currency, money in amounts.cost.items()},
    }


class Providers:
    """The providers' side of API calls, priced once for each combination."""

    def __init__(self, tallies: Mapping[Combination, Tally], registry: Registry) -> None:
        self._found: dict[Combination, Beside] = {
            name: api_calls(tally.api, registry)
            for name, tally in tallies.items()
            if tally.api is not None
        }

    def amounts(self, those: Sequence[Combination]) -> Amounts | None:
        """Of some combinations; None where they have no API calls."""
        own = [self._found[name].amounts for name in those if name in self._found]
        return added(own) if own else None


def by_cut(tallies: Mapping[Combination, Tally]) -> dict[str, list[Combination]]:
    """The combinations of each cut's name."""
    found: dict[str, list[Combination]] = {}
    for combination in tallies:
        for cut in combination[1]:
            found.setdefault(cut, []).append(combination)
    return found


def cuts(
    book: Total, booked: Booked, places: Places, providers: Providers, by: tuple[str, ...]
) -> tuple[Cut, ...]:
    """The cuts by fields that vary; what the groups are by is not cut again."""
    rows: dict[tuple[str, ...], list[tuple[str, list[Combination]]]] = {}
    for name, own in by_cut(book.tallies).items():
        fields = fields_of(name)
        if fields not in (by, (RUN,)):
            rows.setdefault(fields, []).append((name, own))
    return tuple(
        Cut(fields, tuple(sorted(_rows(fields, own, book, booked, places, providers), key=_rank)))
        for fields, own in rows.items()
        if 1 < len(own) <= MOST and not _says_the_same(fields, own, rows)
    )


def gaps(tallies: Mapping[Combination, Tally]) -> Iterator[Gap]:
    """Fields with too many values for a table."""
    counts: dict[tuple[str, ...], int] = {}
    for name in by_cut(tallies):
        counts[fields_of(name)] = counts.get(fields_of(name), 0) + 1
    for fields, count in counts.items():
        if count > MOST and fields != (RUN,):
            asked = ",".join(fields)
            yield Gap(
                "cuts", f"{asked} has {count} values: there is no table by it", f"--by {asked}"
            )


def fields_of(name: str) -> tuple[str, ...]:
    """The fields of a cut's name."""
    field = cut_of(name)[0] or ""
    return FIELDS.get(field, (field,))


def _says_the_same(
    fields: tuple[str, ...],
    own: list[tuple[str, list[Combination]]],
    rows: Mapping[tuple[str, ...], list[tuple[str, list[Combination]]]],
) -> bool:
    """Whether a version tells no more than its model."""
    return fields == FIELDS["version"] and all(cut_of(name)[2] is None for name, _ in own)


def _rows(
    fields: tuple[str, ...],
    own: Sequence[tuple[str, list[Combination]]],
    book: Total,
    booked: Booked,
    places: Places,
    providers: Providers,
) -> Iterator[Row]:
    for name, those in own:
        tally = _sum([book.tallies[each] for each in those])
        yield Row(
            tuple(zip(fields, cut_of(name)[1:], strict=True)),
            tally.calls,
            tally.errors,
            {unit: rounded(amount) for unit, amount in tally.units.items()},
            amounts(name, tally.places, those, booked, places, providers),
        )


def amounts(
    name: str,
    where: frozenset[Place],
    those: Sequence[Combination],
    booked: Booked,
    places: Places,
    providers: Providers,
) -> Amounts:
    """What the entries of a cut used, with their providers' side."""
    own = places.price(booked.used(name, where).uses)
    api = providers.amounts(those)
    return own if api is None else with_api(own, api)


def _sum(tallies: Sequence[Tally]) -> Tally:
    whole = tallies[0]
    for each in tallies[1:]:
        whole = whole.plus(each)
    return whole


def _rank(row: Row) -> tuple[float, tuple[tuple[bool, str], ...]]:
    energy = row.amounts.energy_j
    return -(energy.mid if energy else 0.0), keys.ordered(row.key)


def run_name(run: str) -> str:
    """The name of the cut that a run is."""
    return cut_name(RUN, run)
