"""Series from CSV and Parquet: each instant is one of UTC, and what is missing stays missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.errors import UsageError
from footprint.estimators.series import NS_PER_S, Series, parse_utc_ns
from footprint.estimators.sources import Query
from footprint.estimators.zones import resolve_zone
from footprint.factors.kinds import KINDS, unit_of
from footprint.factors.own import own_source, read
from footprint.factors.steps import Steps, read_steps

GRID = KINDS["grid intensity"]
H = 3600 * NS_PER_S


def at(text: str) -> int:
    return parse_utc_ns("t", text)


def steps(
    path: Path,
    *,
    name: str = "grid intensity",
    unit: str = "g/kWh",
    column: str | None = None,
    timezone: str | None = None,
) -> Steps:
    kind = KINDS[name]
    return read_steps(path, kind, unit_of("u", unit, kind), column=column, timezone=timezone)


def csv(folder: Path, *lines: str) -> Path:
    path = folder / "s.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def parquet(folder: Path, select: str) -> Path:
    path = folder / "s.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    return path


def refused(path: Path, **options: str) -> str:
    with pytest.raises(UsageError) as caught:
        steps(path, **options)  # type: ignore[arg-type]
    message = str(caught.value)
    assert "\n" not in message
    return message.replace(str(path.parent) + "/", "")


def test_hours_in_utc(tmp_path: Path) -> None:
    path = csv(tmp_path, "start,value", "2026-01-01T00:00Z,20", "2026-01-01T01:00Z,30.5")
    start = at("2026-01-01T00:00Z")
    found = steps(path)
    assert found.series.to_json() == [[start, start + H, 20.0], [start + H, start + 2 * H, 30.5]]
    assert found.notes == ()


def test_the_night_in_which_the_clocks_go_forward_has_23_hours(tmp_path: Path) -> None:
    hours = [hour for hour in range(24) if hour != 2]
    path = csv(tmp_path, "start,value", *(f"2026-03-29 {h:02}:00,{h}" for h in hours))
    found = steps(path, timezone="Europe/Paris").series
    assert len(found) == 23
    assert (found.starts[0], found.ends[-1]) == (at("2026-03-28T23Z"), at("2026-03-29T22Z"))
    assert found.holes(found.starts[0], found.ends[-1]) == []
    assert found.at(at("2026-03-29T01:30Z")) == 3.0


def test_an_hour_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = csv(tmp_path, "start,value", "2026-03-29 02:30,1", "2026-03-29 03:30,1")
    message = refused(path, timezone="Europe/Paris")
    assert message.startswith("s.csv, line 2: start is 2026-03-29T02:30:00, which does not exist")


def test_an_hour_that_is_there_twice_needs_its_offset(tmp_path: Path) -> None:
    path = csv(tmp_path, "start,value", "2026-10-25 02:00,1", "2026-10-25 02:00,1")
    assert "which happens twice in Europe/Paris" in refused(path, timezone="Europe/Paris")
    offsets = csv(tmp_path, "start,value", "2026-10-25 02:00+02:00,1", "2026-10-25 02:00+01:00,2")
    found = steps(offsets, timezone="Europe/Paris").series
    assert found.starts == (at("2026-10-25T00Z"), at("2026-10-25T01Z"))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["start,value"], "holds no values: give at least one row"),
        (["when,value"], "has no column 'start': it has when, value"),
        (["start,intensity"], "name the one that has the values with column="),
        (["start,value", "yesterday,1"], "line 2: start is 'yesterday': give a time such as"),
        (["start,value", ",1"], "line 2: start is '': give a time such as"),
        (["start,value", "2026-01-01 00:00,1"], "has no offset"),
        (["start,value", "2026-01-01T00Z,1"], "it is not said until when"),
        (["start,value", "2026-01-01T00Z,nan"], "line 2 (2026-01-01T00:00:00Z): value is 'nan'"),
        (["start,value", "2026-01-01T00Z,-1"], "value is '-1': give a number of g/kWh from 0"),
        (["start,value", "2026-01-01T00Z,1e9"], "from 0 to 5000"),
        (["start,value", "2026-01-01T00Z,n/a"], "value is 'n/a': give a number"),
        (["start,value", '2026-01-01T00Z,"21,7"'], "write it with a decimal point"),
        (["start,value", "2026-01-01T00Z,21,7"], "line 2: 3 cells under 2 columns"),
        (
            ["start,value", "2026-01-01T00Z,1", "2026-01-01T00Z,1"],
            "at 2026-01-01T00:00:00Z: there are two values",
        ),
        (
            ["start,end,value", "2026-01-01T00Z,2026-01-01T02Z,1", "2026-01-01T01Z,,1"],
            "it lasts until 2026-01-01T02:00:00Z and overlaps the one from 2026-01-01T01:00:00Z",
        ),
        (
            ["start,end,value", "2026-01-01T02Z,2026-01-01T01Z,1"],
            "it ends at 2026-01-01T01:00:00Z, not after its start",
        ),
    ],
)
def test_a_wrong_series_is_refused_by_line_or_instant(
    tmp_path: Path, lines: list[str], said: str
) -> None:
    message = refused(csv(tmp_path, *lines))
    assert said in message
    assert message.startswith("s.csv")


def test_an_unknown_timezone_and_column_are_named(tmp_path: Path) -> None:
    path = csv(tmp_path, "start,direct,lifecycle", "2026-01-01 00:00,1,2")
    assert "Did you mean lifecycle?" in refused(path, column="life cycle")
    assert "'Europe/Pari'" in refused(path, column="direct", timezone="Europe/Pari")


@pytest.mark.parametrize("missing", ["2026-01-01T01:00Z,\n", ""])
def test_what_is_missing_is_a_hole_and_said(tmp_path: Path, missing: str) -> None:
    path = tmp_path / "s.csv"
    times = (0, 2, 3, 4)
    path.write_text(
        "start,value\n"
        + "".join(f"2026-01-01T0{h}:00Z,{h}\n" + (missing if not h else "") for h in times)
    )
    found = steps(path)
    hole = (at("2026-01-01T01Z"), at("2026-01-01T02Z"))
    assert found.series.holes(found.series.starts[0], found.series.ends[-1]) == [hole]
    (note,) = found.notes
    assert "1 hole from 2026-01-01T01:00:00Z to 2026-01-01T02:00:00Z" in note


def test_a_hole_at_half_past_is_not_reached_into(tmp_path: Path) -> None:
    """A quarter of an hour that is empty stays empty even where its hour is the usual step."""
    rows = ["2026-01-01T00:00Z,1", "2026-01-01T00:30Z,", "2026-01-01T01:00Z,2"]
    rows += [f"2026-01-01T0{hour}:00Z,3" for hour in range(2, 6)]
    found = steps(csv(tmp_path, "start,value", *rows)).series
    assert found.ends[0] == at("2026-01-01T00:30Z")


def test_values_are_converted_and_noted_where_they_look_odd(tmp_path: Path) -> None:
    path = csv(tmp_path, "start,value", "2026-01-01T00Z,0.02", "2026-01-01T01Z,0.03")
    assert steps(path, unit="kg/kWh").series.values == (20.0, 30.0)
    (note,) = steps(path).notes
    assert "0.02 g/kWh: was kg/kWh meant?" in note


def test_prices_stay_decimal(tmp_path: Path) -> None:
    path = csv(tmp_path, "start,price", "2026-01-01T00Z,85.31", "2026-01-01T01Z,-1")
    message = refused(path, name="electricity tariff", unit="EUR/MWh", column="price")
    assert "price is '-1': give an amount of EUR/MWh, 0 or more" in message
    path = csv(tmp_path, "start,price", "2026-01-01T00Z,85.31", "2026-01-01T01Z,0")
    found = steps(path, name="electricity tariff", unit="EUR/MWh", column="price").series
    assert found.values == (Decimal("0.08531"), Decimal(0))
    assert found.unit == "EUR/kWh"


@pytest.mark.parametrize(
    ("kind", "timezone"),
    [("TIMESTAMPTZ", None), ("TIMESTAMP", "UTC"), ("TIMESTAMP_NS", "UTC"), ("VARCHAR", "UTC")],
)
def test_parquet_says_what_csv_says(tmp_path: Path, kind: str, timezone: str | None) -> None:
    offset = "+00" if kind == "TIMESTAMPTZ" else ""
    select = " UNION ALL ".join(
        f"SELECT '2026-01-01 0{h}:00:00{offset}'::{kind} AS start, {h}.5::DOUBLE AS g"
        for h in range(1, 4)
    )
    rows = [f"2026-01-01T0{h}:00Z,{h}.5" for h in range(1, 4)]
    expected = steps(csv(tmp_path, "start,value", *rows))
    assert steps(parquet(tmp_path, select), column="g", timezone=timezone) == expected


def test_local_times_in_parquet_need_their_zone(tmp_path: Path) -> None:
    path = parquet(tmp_path, "SELECT TIMESTAMP '2026-07-01 00:00:00' AS start, 1 AS value")
    assert "s.parquet, row 1: start" in refused(path)
    assert "has no offset" in refused(path)


def test_null_in_parquet_is_a_hole_and_nan_is_refused(tmp_path: Path) -> None:
    start = "'2026-01-01 0{}:00:00+00'::TIMESTAMPTZ AS start"
    select = "SELECT " + " UNION ALL SELECT ".join(
        f"{start.format(h)}, {value} AS value"
        for h, value in enumerate(["1.0", "NULL", "2.0", "3.0"])
    )
    assert len(steps(parquet(tmp_path, select)).series) == 3
    message = refused(parquet(tmp_path, select.replace("NULL", "'nan'::DOUBLE")))
    assert "row 2 (2026-01-01T01:00:00Z): value is nan" in message
    message = refused(parquet(tmp_path, f"SELECT {start.format(0)}, TRUE AS value"))
    assert "value is True: give a number" in message


def test_infinite_times_in_parquet_are_refused(tmp_path: Path) -> None:
    far = "'200000-01-01 00:00:00+00'::TIMESTAMPTZ"
    path = parquet(tmp_path, f"SELECT {far} AS start, 1.0 AS value")
    assert "s.parquet, row 1: holds a time that is infinite" in refused(path)
    path = parquet(tmp_path, "SELECT 'infinity'::TIMESTAMP AS start, 1.0 AS value")
    assert "s.parquet, row 1: start is 'infinity'" in refused(path)


def test_a_damaged_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.parquet"
    path.write_bytes(b"PAR1 and no more")
    assert refused(path).startswith("s.parquet cannot be read as Parquet: ")
    path.unlink()
    assert "there is no file s.parquet" in refused(path)
    path.mkdir()
    assert "s.parquet is a directory" in refused(path)


def test_a_parquets_name_is_no_pattern(tmp_path: Path) -> None:
    odd = tmp_path / "a[1]*b"
    odd.mkdir()
    start = "'2026-01-01 00:00:00+00'::TIMESTAMPTZ"
    parquet(tmp_path, f"SELECT {start} AS start, {start} + INTERVAL 1 HOUR AS end, 1.0 AS value")
    path = (tmp_path / "s.parquet").rename(odd / "s?.parquet")
    assert steps(path).series.values == (1.0,)


def test_a_factors_series_is_beside_its_file_and_cut_to_the_period(tmp_path: Path) -> None:
    rows = [f"2026-01-01T{hour:02}:00Z,{hour}" for hour in range(24)]
    csv(tmp_path, "start,value", *rows)
    file = tmp_path / "factors.toml"
    file.write_text(
        '[[factor]]\nname="grid intensity"\nzone="FRA"\nseries="s.csv"\nunit="g/kWh"\nsource="s"\n'
    )
    source = own_source(file)
    since, until = at("2026-01-01T02:30Z"), at("2026-01-01T04:30Z")
    (found,) = source.candidates(Query("grid intensity", resolve_zone("FRA"), "", since, until))
    assert isinstance(found.value, Series)
    assert found.value.values == (2.0, 3.0, 4.0)
    late = Query("grid intensity", resolve_zone("FRA"), "", since + 48 * H, until + 48 * H)
    assert list(source.candidates(late)) == []
    (whole,) = source.candidates(Query("grid intensity", resolve_zone("FRA")))
    assert isinstance(whole.value, Series)
    assert len(whole.value) == 24


def test_a_mistake_in_a_series_names_the_entry_too(tmp_path: Path) -> None:
    csv(tmp_path, "start,value", "2026-01-01T00Z,nan")
    file = tmp_path / "factors.toml"
    file.write_text('\n[[factor]]\nname="grid intensity"\nseries="s.csv"\nunit="g/kWh"\n')
    with pytest.raises(UsageError, match=r"factors.toml, line 2 .*s.csv, line 2 .*'nan'"):
        read(file)
    file.write_text(
        '[[factor]]\nname="grid intensity"\nseries="s.csv"\nunit="g/kWh"\nvalid_from=2026-01-01\n'
    )
    csv(tmp_path, "start,end,value", "2026-01-01T00Z,2026-01-01T01Z,1")
    with pytest.raises(UsageError, match="leave out valid_from"):
        read(file)


@given(
    hours=st.lists(st.integers(0, 2000), min_size=2, max_size=30, unique=True),
    data=st.data(),
)
def test_rows_in_any_order_and_zone_are_one_series(
    hours: list[int], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The same instants, shuffled and written with any offset, give the same series."""
    folder = tmp_path_factory.mktemp("s")
    first = datetime(2026, 1, 1, tzinfo=UTC)
    moments = [first + timedelta(hours=hour) for hour in hours]
    plain = [f"{moment.isoformat()},{hour}" for moment, hour in zip(moments, hours, strict=True)]
    expected = steps(csv(folder, "start,value", *sorted(plain))).series
    shifts = data.draw(st.lists(st.integers(-12, 14), min_size=len(hours), max_size=len(hours)))
    moved = []
    for moment, hour, shift in zip(moments, hours, shifts, strict=True):
        local = (moment + timedelta(hours=shift)).replace(tzinfo=None)
        sign = "-" if shift < 0 else "+"
        moved.append(f"{local.isoformat()}{sign}{abs(shift):02}:00,{hour}")
    mixed = data.draw(st.permutations(moved))
    assert steps(csv(folder, "start,value", *mixed)).series == expected
