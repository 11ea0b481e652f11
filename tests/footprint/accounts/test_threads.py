"""Work on columns: in threads where they are long, at once where they are short."""

from __future__ import annotations

import threading

import pytest

from footprint.accounts.threads import LONG, threads


@pytest.mark.parametrize("entries", [0, LONG - 1, LONG])
def test_results_come_in_their_order(entries: int) -> None:
    with threads(entries) as pool:
        assert list(pool.map(lambda number: number * number, range(50))) == [
            number * number for number in range(50)
        ]


def test_short_columns_stay_in_this_thread_and_long_ones_do_not() -> None:
    here = threading.get_ident()
    for entries, same in ((LONG - 1, True), (LONG, False)):
        with threads(entries) as pool:
            assert (pool.submit(threading.get_ident).result() == here) is same


@pytest.mark.parametrize("entries", [1, LONG])
def test_what_is_raised_comes_out(entries: int) -> None:
    def fails(_: int) -> None:
        raise ValueError("no")

    with threads(entries) as pool, pytest.raises(ValueError, match="no"):
        list(pool.map(fails, range(2)))
