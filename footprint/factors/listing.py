"""All that a source has, as far as it can be listed without asking anybody over the network.

Own files and pins list themselves. Tables by place are asked for every place that is known, tables
by device for every device. A live provider cannot be listed: it answers for a place and a period.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from footprint.estimators import cloud, grid
from footprint.estimators._countries import countries
from footprint.estimators.errors import EstimatorError
from footprint.estimators.factors import RENTAL, Factor
from footprint.estimators.hardware.embodied import Hardware, embodied_rows
from footprint.estimators.sources import Query, Source, SourceUnavailable
from footprint.estimators.standard import ShippedRentals
from footprint.estimators.systems.source import SystemsSource
from footprint.estimators.zones import Zone, folded, resolve_zone
from footprint.factors.explained import API_NAMES
from footprint.factors.kinds import KINDS, kind_of
from footprint.factors.own import OwnSource
from footprint.factors.pinned import PinnedSource


class Listed(NamedTuple):
    """What a source has.

    Attributes:
        source: its name in the order.
        factors: each once, as it stands for its own place or device.
        note: why they are not all there; may be empty.
    """

    source: str
    factors: tuple[Factor, ...]
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """`{"source", "note", "factors"}`; factors as in a report's `factors`."""
        made = [one.to_json() for one in self.factors]
        return {"source": self.source, "note": self.note or None, "factors": made}


def inventory(
    sources: Sequence[Source],
    *,
    name: str | None = None,
    zone: str | None = None,
    subject: str | None = None,
) -> list[Listed]:
    """What the sources have, in their order, as far as the filters let it through.

    A zone's factors are those of the zone itself and those that stand in for it, best first; a
    thing's are those that are found under the name it is asked by.

    Raises UsageError: a name that is not known; EstimatorError: a zone.
    """
    api = None if name is None else {folded(each): each for each in API_NAMES}.get(folded(name))
    wanted = api if api or name is None else kind_of("--name", name)[0]
    asked = _queries(zone, subject)
    found: list[Listed] = []
    for each in sources:
        made = _answers(each, asked) if asked else listed(each)
        kept = (one for one in made.factors if wanted in (None, one.name))
        found.append(made._replace(factors=tuple(kept)))
    return found


def _queries(zone: str | None, subject: str | None) -> list[Query]:
    """What to ask for a place and a thing: every name that can be of one."""
    place = None if zone is None else resolve_zone(zone)
    made: list[Query] = []
    for name, kind in KINDS.items():
        if kind.of == "zone" and place is not None:
            made.append(Query(name, place))
        elif kind.of != "zone" and subject:
            made.append(Query(name, subject=subject))
    return made + [Query(name, subject=subject) for name in API_NAMES if subject]


def _answers(source: Source, queries: Sequence[Query]) -> Listed:
    if _is_live(source):
        return listed(source)
    try:
        found = (one for query in queries for one in source.candidates(query))
        return Listed(source.name, tuple(found))
    except SourceUnavailable as error:
        return Listed(source.name, (), str(error))


def listed(source: Source) -> Listed:
    """All factors of a source. Raises EstimatorError where its content is wrong."""
    try:
        if isinstance(source, OwnSource | PinnedSource):
            return Listed(source.name, tuple(source.everything()))
        if isinstance(source, Hardware | ShippedRentals):
            return Listed(source.name, tuple(_once(_of_things(source))))
        if _is_live(source):
            return Listed(source.name, (), "is asked when a place and a period are")
        if isinstance(source, SystemsSource):
            return Listed(source.name, (), "is asked for a model: --subject openai/gpt-4o")
        return Listed(source.name, tuple(_once(_of_places(source))))
    except SourceUnavailable as error:
        return Listed(source.name, (), str(error))


def _is_live(source: Source) -> bool:
    from footprint.factors.live import PROVIDERS

    return source.name in PROVIDERS


def _of_places(source: Source) -> Iterator[Factor]:
    """Rows of places themselves: a row that stands in for another place is listed once."""
    names = [name for name, kind in KINDS.items() if kind.of == "zone"]
    for zone in places():
        for name in names:
            for one in source.candidates(Query(name, zone)):
                if one.zone in ("", zone.code):
                    yield one


def _of_things(source: Hardware | ShippedRentals) -> Iterator[Factor]:
    if isinstance(source, ShippedRentals):
        queries = [Query(RENTAL, subject=each.instance or each.device) for each in source.rows]
    else:
        names = [name for name, kind in KINDS.items() if kind.of == "thing" and name != RENTAL]
        queries = [Query(name, subject=row.name) for row in embodied_rows() for name in names]
    for query in dict.fromkeys(queries):
        yield from source.candidates(query)


def _once(factors: Iterator[Factor]) -> Iterator[Factor]:
    """Each factor once, whatever was said of why it was taken."""
    seen: dict[Factor, Factor] = {}
    for one in factors:
        seen.setdefault(one._replace(why=""), one)
    return iter(seen.values())


@cache
def places() -> tuple[Zone, ...]:
    """Every country, region and cloud region that the shipped tables know, sorted by code."""
    codes = [code for code, _, _ in countries()]
    found = {code: resolve_zone(code) for code in codes}
    for code in codes:
        try:
            found |= {each: resolve_zone(each) for each in grid.regions(code)}
        except EstimatorError:  # codecarbon is not installed: its source says so
            break
    found |= {code: resolve_zone(code) for code in cloud.regions()}
    return tuple(found[code] for code in sorted(found))
