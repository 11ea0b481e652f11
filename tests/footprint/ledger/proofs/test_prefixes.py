"""Prefixes: what a sealed journal keeps proves what a head knew, but for a bounded rest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from footprint.ledger.proofs import prefixes

SIZES = st.integers(0, 700_000)


def _data(size: int) -> bytes:
    return (b"the same bytes again, " * (size // 22 + 1))[:size]


@given(st.integers(0, 2**40))
def test_positions_are_few_and_rise(size: int) -> None:
    kept = prefixes.sealed_at(size)
    assert len(kept) <= prefixes.MOST
    assert len(kept) == size // prefixes.spacing(size)
    known = prefixes.head_at(size)
    assert known == sorted(set(known))
    assert all(0 < position <= size for position in known)


@given(SIZES, SIZES)
def test_a_journal_that_grew_is_proved_up_to_the_last_position_before_the_head(
    one: int, other: int
) -> None:
    short, long = sorted((one, other))
    data = _data(long)
    positions = prefixes.head_at(short)
    earlier = list(zip(positions, prefixes.running(data, positions), strict=True))
    proved, same = prefixes.compared(earlier, long, prefixes.checkpoints(data))
    assert same
    assert proved == short // prefixes.spacing(long) * prefixes.spacing(long)
    assert short - proved < max(prefixes.FINEST, long / prefixes.MOST * 2)


@given(st.integers(prefixes.FINEST, 300_000), st.data())
def test_another_beginning_is_found(size: int, draw: st.DataObject) -> None:
    data = bytearray(_data(size * 2))
    positions = prefixes.head_at(size)
    earlier = list(zip(positions, prefixes.running(data, positions), strict=True))
    proved, _ = prefixes.compared(earlier, len(data), prefixes.checkpoints(data))
    if not proved:
        return
    at = draw.draw(st.integers(0, proved - 1))
    data[at] ^= 1
    stop, same = prefixes.compared(earlier, len(data), prefixes.checkpoints(data))
    assert not same
    assert at < stop <= proved
