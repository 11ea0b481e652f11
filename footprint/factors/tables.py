"""Factors as lines of text, at most 99 columns wide."""

from __future__ import annotations

import textwrap
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from footprint.estimators.factors import Factor
from footprint.estimators.series import Series, iso
from footprint.estimators.sources import Query
from footprint.factors.explained import Explained, price_now, price_steps
from footprint.factors.listing import Listed

WIDTH = 99
_MOST = 12  # steps of a price that are written out


def counts(found: Sequence[Listed]) -> Iterator[str]:
    """How many factors of which name each source has, and of which years."""
    yield f"Sources in their order: {', '.join(each.source for each in found)}"
    yield ""
    lines = [("factor", "source", "number", "years")]
    for each in found:
        for name, number in sorted(Counter(one.name for one in each.factors).items()):
            years = _years(one for one in each.factors if one.name == name)
            lines.append((name, each.source, f"{number:,}", years))
    yield from _aligned(sorted(lines[1:], key=lambda line: line[0]), lines[0], right=(2,))
    for each in found:
        if each.note:
            yield from _wrapped(f"{each.source}: ", each.note)


def rows(found: Sequence[Listed]) -> Iterator[str]:
    """The factors themselves."""
    heads = ("factor", "of", "value", "year", "source", "published by")
    lines = [
        (one.name, _of(one), _value(one), str(one.vintage or ""), each.source, one.source)
        for each in found
        for one in each.factors
    ]
    if lines:
        yield from _aligned(sorted(lines, key=lambda line: line[0]), heads)
    else:
        yield "No source has such a factor."
    for each in found:
        if each.note:
            yield from _wrapped(f"{each.source}: ", each.note)


def titled(query: Query) -> str:
    """`grid intensity of FRA, from 2026-01-01T00:00:00Z to 2026-02-01T00:00:00Z`."""
    text = f"{query.name} of {query.zone.code if query.zone else query.subject}"
    since, until = (None if t is None else iso(t) for t in (query.since_ns, query.until_ns))
    return text + (f", from {since}" if since else "") + (f", to {until}" if until else "")


def described(found: Explained) -> Iterator[str]:
    """The factors that are used, field by field."""
    for number, one in enumerate(found.used):
        if number:
            yield ""
        yield titled(found.query) if not number else "and where it has no value"
        yield from _fields(one, found)
    yield from _remarks(found)


def explanation(found: Explained) -> Iterator[str]:
    """What is used, why, what each source has, and how the others differ."""
    yield titled(found.query)
    if not found.used:
        yield "  no source has one: the figures that need it are gaps"
    for number, one in enumerate(found.used):
        yield "  used" if not number else "  where it has no value"
        yield from ("  " + line for line in _fields(one, found))
    yield ""
    yield "  sources in their order"
    taken = {found.source_of(one) for one in found.used}
    width = max(len(each.source) for each in found.answers)
    for each in found.answers:
        said = f"{len(each.factors)} found" if each.factors else "has none"
        said = f"could not answer: {each.problem}" if each.problem else said
        said += ", used" if each.source in taken else ""
        said += "" if each.is_asked else "; a report does not ask it: the pin answers alone"
        yield from _wrapped(f"    {each.source:<{width}}  ", said)
    if found.others:
        yield ""
        yield "  what else there is, against the one used"
        for one, said in found.others:
            yield from _wrapped(
                f"    {found.source_of(one):<{width}}  ", said or _value(one, found.at_ns)
            )
    yield from _remarks(found)


def _remarks(found: Explained) -> Iterator[str]:
    if found.holes:
        yield ""
        yield "  not covered by any source"
        yield from (f"    {start} to {end}" for start, end in found.holes)
    if found.stale:
        yield ""
        for line in found.stale:
            yield from _wrapped("  old: ", line)


def _fields(one: Factor, found: Explained) -> Iterator[str]:
    source = found.source_of(one)
    fields = {
        "value": _value(one, found.at_ns, exactly=True),
        "steps": _steps(one),
        "of": _of(one),
        "year": str(one.vintage or "not stated"),
        "from": source,
        "source": one.source,
        "version": one.version,
        "license": one.license,
        "retrieved": one.retrieved,
        "why": one.why,
        "digest": one.digest,
    }
    for name, text in fields.items():
        if text:
            yield from _wrapped(f"  {name:<10}", text)


def _value(one: Factor, at_ns: int | None = None, *, exactly: bool = False) -> str:
    if price_steps(one):
        now = price_now(one, time.time_ns() if at_ns is None else at_ns)
        return f"{now:f} {one.unit}"
    quantity, digits = one.quantity, ".7g" if exactly else ".4g"
    low, mid, high = (f"{each:{digits}}" for each in (quantity.low, quantity.mid, quantity.high))
    if isinstance(one.value, Decimal):
        mid = f"{one.value:f}"
    span = f" ({low} to {high})" if quantity.low != quantity.high else ""
    unit = "" if one.unit == "1" else f" {one.unit}"
    return f"{mid}{unit}{span}"


def _steps(one: Factor) -> str:
    if prices := price_steps(one):
        said = [f"{price:f} from {iso(start)} to {iso(end)}" for start, end, price in prices]
        more = f", and {len(said) - _MOST:,} more" if len(said) > _MOST else ""
        return ", ".join(said[:_MOST]) + more
    if not isinstance(one.value, Series):
        return ""
    steps = one.value
    many = f"{len(steps):,} steps" if len(steps) != 1 else "1 step"
    return f"{many} from {iso(steps.starts[0])} to {iso(steps.ends[-1])}; value is their mean"


def _of(one: Factor) -> str:
    return one.subject or one.zone or "everywhere"


def _years(factors: Iterable[Factor]) -> str:
    found = sorted({one.vintage for one in factors if one.vintage})
    return "" if not found else str(found[0]) if len(found) == 1 else f"{found[0]}-{found[-1]}"


def _aligned(
    lines: Sequence[Sequence[str]], heads: Sequence[str], right: Sequence[int] = ()
) -> Iterator[str]:
    """Columns side by side; the last one is cut where the line would get too long."""
    widths = [max(len(line[column]) for line in (heads, *lines)) for column in range(len(heads))]
    for line in (heads, *lines):
        cells = [
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        text = "  ".join(cells).rstrip()
        yield text if len(text) <= WIDTH else text[: WIDTH - 3].rstrip() + "..."


def _wrapped(head: str, text: str) -> Iterator[str]:
    """A text after its heading, on as many lines as it takes."""
    yield from textwrap.wrap(
        " ".join(text.split()),
        WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_on_hyphens=False,
    )
