"""Pins: what comes back is what was put in; nothing is overwritten; a change is seen."""

from __future__ import annotations

import errno
import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.errors import LedgerError
from footprint.estimators.factors import Factor
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.series import Series, series
from footprint.estimators.sources import Found, Query
from footprint.estimators.zones import resolve_zone
from footprint.factors.pinned import Pin, of_answers
from footprint.factors.pins import pinned_source, read, write
from footprint.factors.registry import registry
from footprint.ledger.journal import prepare
from simulators.permissions import unprivileged

FRA, CAL = resolve_zone("FRA"), resolve_zone("USA-CA")
GRID = Factor(
    "grid intensity", exact(44.2, "g/kWh"), "g/kWh", "FRA", "publisher", "3.3", 2024, "MIT",
    "carbon_location_g", "the row of France, as declared", retrieved="2026-01-02",
)  # fmt: skip
PRICE = Factor("rental price", Decimal("2.10"), "USD/h", subject="NVIDIA H100", source="list")


def hours(values: list[float], start: int = 0) -> Series:
    rows = [(start + i * 10, start + i * 10 + 10, value) for i, value in enumerate(values)]
    return series("s", rows, "g/kWh")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    prepare(tmp_path / "L")
    return tmp_path / "L"


def pin(factor: Factor, zone: str | None = None) -> Pin:
    where = factor.zone if zone is None else zone
    period: tuple[int | None, int | None] = (None, None)
    if isinstance(factor.value, Series):
        period = factor.value.starts[0], factor.value.ends[-1]
    return Pin(factor.name, where, factor.subject, *period, (factor,))


def test_a_pinned_factor_comes_back_whole(ledger: Path) -> None:
    path = write(ledger, [pin(GRID), pin(PRICE)])
    assert path == ledger / "factors" / "pinned.json"
    source = pinned_source([ledger])
    assert source.name == "pinned"
    assert list(source.candidates(Query("grid intensity", FRA))) == [GRID]
    assert list(source.candidates(Query("rental price", None, "nvidia h100"))) == [PRICE]
    assert list(source.candidates(Query("grid intensity", CAL))) == []
    assert list(source.candidates(Query("PUE", FRA))) == []
    assert list(source.everything()) == [GRID, PRICE]


def test_a_ledger_without_pins_has_none(ledger: Path) -> None:
    assert read(ledger) == []
    assert list(pinned_source([ledger]).candidates(Query("grid intensity", FRA))) == []


def test_pinning_again_adds_a_file_and_the_newest_wins(ledger: Path) -> None:
    newer = GRID._replace(value=exact(50.0, "g/kWh"))
    first = write(ledger, [pin(GRID)])
    before = first.read_bytes()
    second = write(ledger, [pin(newer)])
    assert second.name == "pinned-0002.json"
    assert first.read_bytes() == before
    found = list(pinned_source([ledger]).candidates(Query("grid intensity", FRA)))
    assert found == [newer, GRID]
    for _ in range(9):
        last = write(ledger, [pin(GRID)])
    assert last.name == "pinned-0011.json"
    assert read(ledger)[0].path == last
    found = list(pinned_source([ledger]).candidates(Query("grid intensity", FRA)))
    assert found == [GRID, newer]


def test_a_stand_in_answers_for_what_was_asked_only(ledger: Path) -> None:
    """A country's row that stood in for a state is not the country's pin."""
    country = GRID._replace(zone="USA")
    write(ledger, [pin(country, "USA-CA")])
    source = pinned_source([ledger])
    assert list(source.candidates(Query("grid intensity", CAL))) == [country]
    assert list(source.candidates(Query("grid intensity", resolve_zone("USA")))) == []


def test_a_series_answers_with_the_part_that_is_asked_for(ledger: Path) -> None:
    factor = GRID._replace(value=hours([1.0, 2.0, 3.0, 4.0]))
    write(ledger, [pin(factor)])
    source = pinned_source([ledger])
    (part,) = source.candidates(Query("grid intensity", FRA, "", 12, 25))
    assert isinstance(part.value, Series)
    assert part.value.values == (2.0, 3.0)
    assert list(source.candidates(Query("grid intensity", FRA, "", 40, 50))) == []
    assert list(source.candidates(Query("grid intensity", FRA))) == [factor]


def test_an_older_pin_stands_in_for_a_newer_ones_hole(ledger: Path) -> None:
    january = GRID._replace(value=hours([1.0, 1.0], 0))
    february = GRID._replace(value=hours([2.0, 2.0], 20))
    write(ledger, [pin(january)])
    write(ledger, [pin(february)])
    found = pinned_source([ledger]).candidates(Query("grid intensity", FRA, "", 0, 40))
    assert list(found) == [february, january]


def test_what_was_taken_is_pinned_with_its_stand_ins() -> None:
    holed = GRID._replace(value=series("s", [(0, 10, 1.0), (20, 30, 3.0)], "g/kWh"))
    annual, unused = GRID, GRID._replace(source="another")
    period, annual_query = Query("grid intensity", FRA, "", 0, 30), Query("grid intensity", FRA)
    asked = {
        period: Found((holed, annual, unused), ()),
        annual_query: Found((annual, unused), ()),
        Query("PUE", FRA): Found((), ("PUE from x: is down",)),
    }
    down = ("PUE from x: is down",)
    assert of_answers(asked) == [
        Pin("grid intensity", "FRA", "", 0, 30, (holed, annual)),
        Pin("grid intensity", "FRA", "", None, None, (annual,)),
        Pin("PUE", "FRA", "", None, None, (), down),
    ]
    # Where a hole is left, all there is is kept.
    (left,) = of_answers({period: Found((holed,), ())})
    assert left.factors == (holed,)


def test_a_pin_answers_alone_within_its_period(ledger: Path) -> None:
    factor = GRID._replace(value=hours([1.0, 2.0, 3.0]))
    down = ("grid intensity from x: is down; the next source is asked",)
    nothing = Pin("PUE", "FRA", "", 0, 30, ())
    write(ledger, [pin(factor)._replace(notes=down), nothing])
    source = pinned_source([ledger])
    assert source.again(Query("grid intensity", FRA, "", 0, 30)) == Found((factor,), down)
    part = source.again(Query("grid intensity", FRA, "", 12, 18))
    assert part is not None
    assert part.candidates == (factor._replace(value=hours([2.0], 10)),)
    assert source.again(Query("PUE", FRA, "", 0, 30)) == Found((), ())
    for longer in ((0, 31), (-1, 30), (None, None), (0, None)):
        assert source.again(Query("PUE", FRA, "", *longer)) is None
    assert source.again(Query("PUE", CAL, "", 0, 30)) is None


def test_no_source_is_asked_for_what_is_pinned(ledger: Path) -> None:
    query = Query("grid intensity", FRA)
    asked = registry()
    first = asked.find(query)
    assert len(first.candidates) > 1
    write(ledger, of_answers(asked.answers))
    again = registry(ledgers=[ledger])
    assert again.find(query) == Found(first.candidates[:1], ())
    # A period that no pin covers: pins first, then the sources.
    longer = again.find(query._replace(since_ns=0, until_ns=10))
    assert longer.candidates == (first.candidates[0], *first.candidates)
    assert registry(ledgers=[ledger], pins=False).find(query) == first


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("44.2", "44.1", "was changed after it was written"),
        ("as declared", "as guessed", "was changed after it was written"),
        ('"zone": "FRA"', '"zone": "DEU"', "was changed after it was written"),
        ("footprint.factors/1", "footprint.factors/9", "is of schema 'footprint.factors/9'"),
        ("schema", "scheme", "is no file of pins"),
        ("{", "", "is no file of pins"),
    ],
)
def test_a_changed_pin_is_named(ledger: Path, old: str, new: str, said: str) -> None:
    path = write(ledger, [pin(GRID)])
    change(path, old, new)
    with pytest.raises(LedgerError) as caught:
        pinned_source([ledger])
    assert said in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_factor_that_does_not_fit_its_digest_is_named(ledger: Path) -> None:
    """Also where the file's own digest was made to fit."""
    from footprint.factors import pins

    path = write(ledger, [pin(GRID)])
    content = json.loads(path.read_text())
    content.pop("digest")
    content["pins"][0]["factors"][0]["factor"]["vintage"] = 1999
    content["digest"] = pins._digest(content)
    path.write_text(json.dumps(content))
    with pytest.raises(LedgerError, match="the digest of grid intensity is another"):
        read(ledger)
    for wrong in ({"value": {"quantity": [1]}}, {"value": None}, {"colour": 1}):
        content["pins"][0]["factors"][0]["factor"] |= wrong
        content.pop("digest")
        content["digest"] = pins._digest(content)
        path.write_text(json.dumps(content))
        with pytest.raises(LedgerError, match="cannot be used"):
            read(ledger)


def test_other_files_beside_pins_are_not_read(ledger: Path) -> None:
    write(ledger, [pin(GRID)])
    (ledger / "factors" / "pinned.json.bak").write_text("x")
    (ledger / "factors" / "notes.txt").write_text("x")
    assert len(read(ledger)) == 1
    assert sorted(each.name for each in (ledger / "factors").iterdir()) == [
        "notes.txt",
        "pinned.json",
        "pinned.json.bak",
    ]


def test_a_file_says_when_and_by_what(ledger: Path) -> None:
    path = write(ledger, [pin(GRID)], now=datetime(2026, 11, 22, 14, tzinfo=UTC))
    content = json.loads(path.read_text())
    assert content["schema"] == "footprint.factors/1"
    assert content["pinned"] == "2026-11-22T14:00:00Z"
    assert content["tool"].startswith("footprint ")
    assert content["pins"][0]["factors"][0]["digest"] == GRID.digest


def test_pins_need_a_ledger(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="there is no ledger at"):
        write(tmp_path / "none", [pin(GRID)])
    with pytest.raises(LedgerError, match="is not a ledger"):
        write(tmp_path, [pin(GRID)])


def test_a_ledger_that_cannot_be_written_is_one_line(ledger: Path) -> None:
    (ledger / "factors").write_text("a file in the way")
    with pytest.raises(LedgerError, match="cannot pin into"):
        write(ledger, [pin(GRID)])
    assert read(ledger) == []


def test_a_pin_that_cannot_be_read_is_named(ledger: Path) -> None:
    path = write(ledger, [pin(GRID)])
    path.chmod(0)
    with unprivileged(), pytest.raises(LedgerError, match="cannot read"):
        read(ledger)


def test_pins_written_at_once_are_files_of_their_own(ledger: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda _: write(ledger, [pin(GRID)]), range(16)))
    assert len(set(paths)) == 16
    assert len(read(ledger)) == 16
    assert len(list((ledger / "factors").iterdir())) == 16


def test_a_file_system_without_links_will_do(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(os, "link", refuse)
    assert [write(ledger, [pin(GRID)]).name for _ in range(2)] == [
        "pinned.json",
        "pinned-0002.json",
    ]
    assert len(read(ledger)) == 2


finite = st.floats(0, 1e6)


@given(
    bounds=st.tuples(finite, finite, finite).map(sorted),
    price=st.decimals(0, 10**9, allow_nan=False, places=9),
    steps=st.lists(finite, min_size=1, max_size=20),
    texts=st.text(max_size=30),
)
def test_whatever_is_pinned_comes_back_equal(
    bounds: list[float],
    price: Decimal,
    steps: list[float],
    texts: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    ledger = tmp_path_factory.mktemp("L")
    prepare(ledger)
    factors = [
        GRID._replace(value=Quantity(*bounds, unit="g/kWh"), why=texts, source=texts),
        GRID._replace(value=hours(steps)),
        PRICE._replace(value=price, subject=texts),
    ]
    write(ledger, [pin(one) for one in factors])
    (file,) = read(ledger)
    assert [one for each in file.pins for one in each.factors] == factors


def test_pins_of_a_bucket_are_those_of_its_ledger(ledger: Path, bucket: str) -> None:
    from footprint.ledger.stores import open_store

    write(ledger, [pin(GRID)])
    write(ledger, [pin(GRID)])
    there = open_store(f"{bucket}/ledgers")
    for path in (ledger / "factors").iterdir():
        there.put(f"factors/{path.name}", path)
    there.create("factors/notes.txt", b"")
    found = read(there)
    assert [each.path.name for each in found] == ["pinned-0002.json", "pinned.json"]
    assert [each.pins for each in found] == [each.pins for each in read(ledger)]
    there.replace("factors/pinned.json", b"{}")
    with pytest.raises(
        LedgerError, match=f"{bucket}/ledgers/factors/pinned.json is no file of pins"
    ):
        read(there)
