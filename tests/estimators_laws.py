"""What the tests of attribution share: random cells and segments, and the slow, plain way."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from hypothesis import strategies as st

from footprint.estimators.cells import FULL, Cells, Segment, idle_cells


@st.composite
def cells_of(
    draw: st.DrawFn, *, scale: int = 1, known: bool = False, estimated: bool = True
) -> Cells:
    """Up to eight cells with a few ns (times `scale`) each, some of them unknown or estimated."""
    widths = draw(st.lists(st.integers(1, 9), max_size=8))
    begin = draw(st.integers(0, 10))
    edges = [(begin + sum(widths[:index])) * scale for index in range(len(widths) + 1)]
    amount = st.integers(0, 5_000) if known else st.none() | st.integers(0, 5_000)
    energy = [draw(amount) for _ in widths]
    energy = [None if each is None else each * scale for each in energy]
    flags = draw(st.sets(st.integers(0, 7), max_size=2)) if estimated else set()
    max_w = draw(st.none() | st.sampled_from([10.0, 500.0, 1e6]))
    slack = [draw(st.integers(0, 3)) for _ in edges]
    within = frozenset(cell for cell in flags if cell < len(widths))
    return Cells(edges if widths else [], energy, slack if widths else [], max_w, within)


@st.composite
def segments_of(draw: st.DrawFn, *, scale: int = 1, dense: bool = False) -> list[Segment]:
    """Segments of up to five entries; those of one entry do not overlap."""
    found: list[Segment] = []
    for entry in range(draw(st.integers(0, 5))):
        background = draw(st.booleans()) and not dense
        at = draw(st.integers(0, 70))
        for _ in range(draw(st.integers(1, 3))):
            length = draw(st.integers(1, 40))
            density = FULL if dense else draw(st.sampled_from([FULL, FULL, FULL // 2, FULL // 7]))
            found.append(Segment(entry, at * scale, (at + length) * scale, density, background))
            at += length + draw(st.integers(0, 9))
    return found


def reference(
    cells: Cells, segments: list[Segment], floor_w: float
) -> tuple[dict[int, Fraction], Fraction]:
    """Energy by entry, and idle, by the rule as it is written, ns by ns and in fractions."""
    idle = idle_cells(cells, segments)
    entries = dict.fromkeys((each.entry for each in segments), Fraction(0))
    rest_of_it = Fraction(0)
    floor = Fraction(floor_w)
    for cell, (left, right) in enumerate(pairwise(cells.edges)):
        energy = cells.energy[cell]
        if energy is None:
            continue
        width = right - left
        front = {t: _load(segments, t, background=False) for t in range(left, right)}
        back = {t: _load(segments, t, background=True) for t in range(left, right)}
        held = sum(min(Fraction(1), load) for load in front.values())
        beside = [
            Fraction(cells.energy[each] or 0, cells.edges[each + 1] - cells.edges[each])
            for each in (cell - 1, cell + 1)
            if 0 <= each < len(idle)
            and idle[each]
            and cells.energy[each] is not None
            and each not in cells.estimated
        ]
        rest_w = sum(beside) / len(beside) if beside else floor
        price = rest = Fraction(energy, width)
        if 0 < held < width:
            active = max(energy - rest_w * (width - held), min(floor * held, price * held))
            price = active / held
            if cells.max_w is not None:
                price = min(price, max(Fraction(cells.max_w), rest))
            rest = (energy - price * held) / (width - held)
        for t in range(left, right):
            active_part = min(Fraction(1), front[t])
            for each in segments:
                if each.start <= t < each.end:
                    part = Fraction(each.density, FULL)
                    if each.background:
                        part *= (1 - active_part) * rest / max(Fraction(1), back[t])
                    else:
                        part *= price / max(Fraction(1), front[t])
                    entries[each.entry] += part
            rest_of_it += (1 - active_part) * (1 - min(Fraction(1), back[t])) * rest
    return entries, rest_of_it


def _load(segments: list[Segment], t: int, *, background: bool) -> Fraction:
    return sum(
        (
            Fraction(each.density, FULL)
            for each in segments
            if each.background == background and each.start <= t < each.end
        ),
        Fraction(0),
    )
