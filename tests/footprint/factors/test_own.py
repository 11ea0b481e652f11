"""Own files: what they say comes out as it stands, and every mistake is one line with its place."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.errors import UsageError
from footprint.estimators.factors import NAMES, Factor
from footprint.estimators.quantity import Quantity, exact
from footprint.estimators.series import Series, parse_utc_ns
from footprint.estimators.sources import Query
from footprint.estimators.zones import resolve_zone
from footprint.factors.entries import entry
from footprint.factors.kinds import KINDS
from footprint.factors.own import OwnFile, own_source, read

FRA = resolve_zone("FRA")
FULL = """
[[factor]]
name = "grid intensity"
zone = "France"
value = 21.7
unit = "g/kWh"
vintage = 2025
version = "2026-02"
source = "RTE, Bilan électrique 2025"
license = "Etalab 2.0"
retrieved = 2026-01-02
"""


def written(folder: Path, text: str, name: str = "factors.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def own(folder: Path, text: str) -> OwnFile:
    return read(written(folder, text))


def refused(folder: Path, text: str, name: str = "factors.toml") -> str:
    """The message; always one line."""
    with pytest.raises(UsageError) as caught:
        read(written(folder, text, name))
    message = str(caught.value)
    assert "\n" not in message
    return message.replace(str(folder) + "/", "")


def one(text: str) -> str:
    return f"[[factor]]\n{text}\n"


def at(text: str) -> int:
    return parse_utc_ns("t", text)


def test_an_entry_says_all_that_a_factor_states(tmp_path: Path) -> None:
    (found,) = own(tmp_path, FULL).entries
    assert found.factor == Factor(
        name="grid intensity",
        value=exact(21.7, "g/kWh"),
        unit="g/kWh",
        zone="FRA",
        source="RTE, Bilan électrique 2025",
        version="2026-02",
        vintage=2025,
        license="Etalab 2.0",
        why="the user's own: factors.toml, line 2 (factor 1)",
        retrieved="2026-01-02",
    )
    assert found.notes == ()


@pytest.mark.parametrize("change", ["\ufeff{}", "{}\n\n", "# a comment\n{}"])
def test_marks_line_ends_and_comments_change_nothing(tmp_path: Path, change: str) -> None:
    plain = own(tmp_path, FULL).entries[0].factor
    text = change.format(FULL).replace("\n", "\r\n")
    path = tmp_path / "windows.toml"
    path.write_bytes(text.encode())
    assert read(path).entries[0].factor.digest == plain.digest


def test_a_range_is_kept(tmp_path: Path) -> None:
    file = own(tmp_path, one('name="PUE"\nlow=1.1\nmid=1.2\nhigh=1.4\nsource="meter"'))
    assert file.entries[0].factor.value == Quantity(1.1, 1.2, 1.4, "1")
    assert file.entries[0].factor.zone == ""


@pytest.mark.parametrize(
    ("name", "subject", "value", "unit", "kept", "kept_unit"),
    [
        ("grid intensity", "", 0.4, "kg/kWh", exact(400.0, "g/kWh"), "g/kWh"),
        ("grid intensity", "", 400, "gCO2eq/kWh", exact(400.0, "g/kWh"), "g/kWh"),
        ("residual mix intensity", "", 0.4, "t/MWh", exact(400.0, "g/kWh"), "g/kWh"),
        ("water intensity", "", 1.8, "m3/MWh", exact(1.8, "L/kWh"), "L/kWh"),
        ("WUE", "", 500, "mL/kWh", exact(0.5, "L/kWh"), "L/kWh"),
        ("embodied carbon", "X", 0.164, "t CO2e", exact(164.0, "kg"), "kg"),
        ("electricity tariff", "", "85.31", "EUR/MWh", Decimal("0.08531"), "EUR/kWh"),
        ("rental price", "X", 2.1, "usd/h", Decimal("2.1"), "USD/h"),
        ("purchase price", "X", 30_000, "EUR", Decimal(30_000), "EUR"),
        ("exchange rate", "", "1.0834", "eur/usd", Decimal("1.0834"), "EUR/USD"),
    ],
)
def test_units_are_converted(
    tmp_path: Path, name: str, subject: str, value: Any, unit: str, kept: Any, kept_unit: str
) -> None:
    given_ = {"name": name, "value": value, "unit": unit, "source": "s"}
    made = entry("f", given_ | ({"subject": subject} if subject else {}), tmp_path / "f.toml")
    assert (made.factor.value, made.factor.unit) == (kept, kept_unit)


def test_each_name_of_the_estimators_has_its_kind() -> None:
    assert tuple(KINDS) == NAMES


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('name="grid intensty"\nvalue=1\nunit="g/kWh"', "Did you mean grid intensity"),
        ("value=1", "it has no name"),
        ('name="PUE"\nvalu=1', "'valu' is not known here. Did you mean value?"),
        ('name="PUE"', "give one of: value; low, mid and high; series"),
        ('name="PUE"\nvalue=1.1\nmid=1.2', "give one of"),
        ('name="PUE"\nmid=1.2\nhigh=1.3', "give one of"),
        ('name="PUE"\nvalue=true', "value is True: give a number"),
        ('name="PUE"\nvalue=nan', "value is nan: give a finite number"),
        ('name="PUE"\nvalue=inf', "value is inf: give a finite number"),
        ('name="PUE"\nvalue=0.9', "value is 0.9: give a number from 1 to 5"),
        ('name="PUE"\nlow=1.3\nmid=1.2\nhigh=1.4', "give finite numbers with low <= mid <= high"),
        ('name="WUE"\nvalue=-1\nunit="L/kWh"', "value is -1: give a number of L/kWh 0 or more"),
        ('name="WUE"\nvalue="1,8"\nunit="L/kWh"', "value is '1,8': write it with a decimal point"),
        ('name="WUE"\nvalue=1', "unit is None: give one such as L/kWh"),
        ('name="grid intensity"\nvalue=30\nunit="kWh"', "give it in g/kWh"),
        ('name="grid intensity"\nvalue=9\nunit="kg/kWh"', "(9 kg/kWh, in g/kWh) is 9000.0"),
        ('name="grid intensity"\nvalue=3\nunit="g/kWh"\nzone="Frnce"', "Did you mean France (FRA)"),
        ('name="grid intensity"\nvalue=3\nunit="g/kWh"\nsubject="x"', "is not of a device"),
        ('name="lifetime"\nvalue=4\nunit="h"', "lifetime of what?"),
        ('name="lifetime"\nvalue=4\nunit="years"\nsubject="x"', "a year of 365 days is 8760 h"),
        ('name="exchange rate"\nvalue=0\nunit="EUR/USD"', "a rate of 0 exchanges nothing"),
        ('name="exchange rate"\nvalue=1\nunit="EUR/USD"\nzone="FRA"', "leave out zone"),
        ('name="purchase price"\nvalue=-1\nunit="EUR"\nsubject="x"', "give an amount of EUR"),
        ('name="purchase price"\nvalue=1\nunit="EUR/h"\nsubject="x"', "give it in EUR"),
        ('name="rental price"\nlow=1\nmid=2\nhigh=3\nunit="EUR/h"\nsubject="x"', "give value"),
        ('name="electricity tariff"\nvalue=1\nunit="ct/kWh"', "give it in EUR/kWh"),
        ('name="PUE"\nvalue=1.1\nvintage="last year"', "give the year that the value is of"),
        ('name="PUE"\nvalue=1.1\nvintage=true', "give the year that the value is of"),
        ('name="PUE"\nvalue=1.1\nretrieved="soon"', "give a day such as 2026-01-02"),
        ('name="PUE"\nvalue=1.1\nsource=7', "source is 7: give text"),
        ('name="PUE"\nvalue=1.1\nsource=" "', "source is ' ': give text, or leave it out"),
        ('name="PUE"\nvalue=1.1\ncolumn="x"', "column names a series' column"),
        ('name="PUE"\nvalue=1.1\nvalid_from=2026-02-01\nvalid_until=2026-01-01', "is not before"),
        ('name="PUE"\nvalue=1.1\nvalid_from=2026-02-01T00:00:00', "has no offset"),
        ('name="PUE"\nvalue=1.1\nvalid_from="mid-May"', "valid_from is 'mid-May'"),
        ('name="PUE"\nseries="none.csv"', "there is no file none.csv"),
        ('name="PUE"\nseries="."', "is no table: give a file that ends in .csv or .parquet"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    message = refused(tmp_path, "\n" + one(text))
    assert said in message
    assert message.startswith("factors.toml, line 2 (factor 1)")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[factor]\n", "factors.toml is not TOML: "),
        ("x = 1\nx = 2\n", "line 2"),
        ("[[facotr]]\n", "'facotr' is not known here. Did you mean factor?"),
        ("[factor]\nname='PUE'\n", "begin it with [[factor]]"),
        ("tariff = 3\n", "begin it with [[tariff]]"),
        ("[tariff.night]\nvalue = nan\n", "tariff 1: night.value is nan"),
        ("[[extra]]\namount = [1.0, inf]\n", "line 1 (extra 1): amount is inf"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(tmp_path, text)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x00\x01\x02", "is a binary file"),
        (FULL.encode("utf-16"), "save it as UTF-8"),
        ("a = 'é'".encode("latin-1"), "save it as UTF-8"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "factors.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=said):
        read(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "d.toml").mkdir()
    with pytest.raises(UsageError, match="is a directory: name a file in it"):
        read(tmp_path / "d.toml")
    with pytest.raises(UsageError, match="there is no file"):
        read(tmp_path / "none.toml")
    with pytest.raises(UsageError, match=r"ends in \.toml or \.csv"):
        read(tmp_path / "factors.yaml")


def test_what_looks_like_another_unit_is_taken_and_noted(tmp_path: Path) -> None:
    text = 'name="grid intensity"\nvalue=0.4\nunit="g/kWh"\nsource="s"'
    file = own(tmp_path, one(text))
    assert file.entries[0].factor.value == exact(0.4, "g/kWh")
    (note,) = file.notes
    assert note.endswith("0.4 g/kWh: was kg/kWh meant? It is taken as given")


def test_an_entry_without_a_source_is_noted(tmp_path: Path) -> None:
    file = own(tmp_path, one('name="PUE"\nvalue=1.1'))
    assert file.entries[0].factor.source == "own file factors.toml"
    assert file.notes[0].endswith("line 1 (factor 1) (PUE): it states no source")


def test_two_entries_of_the_same_are_refused(tmp_path: Path) -> None:
    message = refused(tmp_path, FULL + FULL.replace("France", "fr"))
    assert "line 13 (factor 2)" in message
    assert "line 2 (factor 1) says the grid intensity of FRA already" in message


def dated(value: float, start: str, end: str) -> str:
    parts = [f'name="PUE"\nvalue={value}\nsource="s"']
    parts += [f"valid_from={start}"] if start else []
    parts += [f"valid_until={end}"] if end else []
    return one("\n".join(parts))


def test_entries_that_follow_each_other_are_one_series(tmp_path: Path) -> None:
    text = dated(1.3, "", "2026-01-01") + dated(1.2, "2026-01-01", "")
    source = own_source(written(tmp_path, text))
    before, change, after = (
        at(day) for day in ("2025-12-01T00Z", "2026-01-01T00Z", "2026-02-01T00Z")
    )
    (old,) = source.candidates(Query("PUE", FRA, "", before, change))
    assert old.value == exact(1.3, "1")
    (new,) = source.candidates(Query("PUE", FRA, "", change, after))
    assert new.value == exact(1.2, "1")
    (both,) = source.candidates(Query("PUE", FRA, "", before, after))
    assert isinstance(both.value, Series)
    assert both.value.to_json() == [[before, change, 1.3], [change, after, 1.2]]
    assert "line 1 (factor 1); the user's own: factors.toml, line 6 (factor 2)" in both.why


def test_without_a_period_the_latest_entry_is_first(tmp_path: Path) -> None:
    text = dated(1.3, "2024-01-01", "2026-01-01") + dated(1.2, "2026-01-01", "")
    found = own_source(written(tmp_path, text)).candidates(Query("PUE", FRA))
    assert [each.quantity.mid for each in found] == [1.2, 1.3]


def test_entries_that_overlap_in_time_are_refused(tmp_path: Path) -> None:
    text = dated(1.3, "2025-01-01", "2026-02-01") + dated(1.2, "2026-01-01", "")
    assert "already from 2026-01-01T00:00:00Z on" in refused(tmp_path, text)


def test_a_period_beyond_an_entry_is_a_hole(tmp_path: Path) -> None:
    source = own_source(written(tmp_path, dated(1.3, "2026-01-01", "2026-02-01")))
    since, until = at("2026-01-15T00Z"), at("2026-03-01T00Z")
    (found,) = source.candidates(Query("PUE", FRA, "", since, until))
    assert isinstance(found.value, Series)
    assert found.value.holes(since, until) == [(at("2026-02-01T00Z"), until)]
    assert list(source.candidates(Query("PUE", FRA, "", until, until))) == []


def test_a_range_is_not_cut_in_time(tmp_path: Path) -> None:
    text = one('name="PUE"\nlow=1.1\nmid=1.2\nhigh=1.3\nvalid_from=2026-01-01')
    source = own_source(written(tmp_path, text))
    with pytest.raises(UsageError, match="report it in two parts"):
        list(source.candidates(Query("PUE", FRA, "", at("2025-12-01T00Z"), at("2026-02-01T00Z"))))


def test_a_day_begins_at_its_timezones_midnight(tmp_path: Path) -> None:
    text = dated(1.3, "2026-07-01", "").rstrip() + '\ntimezone="Europe/Paris"\n'
    assert own(tmp_path, text).entries[0].valid_from == at("2026-06-30T22:00:00Z")


def test_a_zones_entry_comes_before_one_for_everywhere(tmp_path: Path) -> None:
    text = one('name="PUE"\nvalue=1.5\nsource="s"') + one('name="PUE"\nvalue=1.1\nzone="FRA"')
    source = own_source(written(tmp_path, text))
    assert [each.quantity.mid for each in source.candidates(Query("PUE", FRA))] == [1.1, 1.5]
    other = source.candidates(Query("PUE", resolve_zone("DEU")))
    assert [each.quantity.mid for each in other] == [1.5]


def test_a_country_does_not_answer_for_its_regions(tmp_path: Path) -> None:
    source = own_source(written(tmp_path, FULL.replace("France", "USA")))
    assert list(source.candidates(Query("grid intensity", resolve_zone("USA-CA")))) == []


def test_a_cloud_region_is_answered_by_its_place(tmp_path: Path) -> None:
    source = own_source(written(tmp_path, FULL))
    cloud = resolve_zone("aws:eu-west-3")
    assert [one.zone for one in source.candidates(Query("grid intensity", cloud))] == ["FRA"]


def test_a_subject_is_found_case_and_dots_aside(tmp_path: Path) -> None:
    text = one('name="embodied carbon"\nsubject="NVIDIA H100"\nvalue=164\nunit="kg"')
    source = own_source(written(tmp_path, text))
    (found,) = source.candidates(Query("embodied carbon", subject="nvidia-h100"))
    assert found.subject == "NVIDIA H100"
    assert list(source.candidates(Query("embodied carbon", subject="NVIDIA A100"))) == []


def test_other_tables_are_handed_on_with_their_place(tmp_path: Path) -> None:
    text = '[tariff]\nflat = "0.18 EUR"\n\n[[rental]]\na = 1\n[[rental]]\na = 2\n'
    file = own(tmp_path, text)
    assert file.tables == {"tariff": [{"flat": "0.18 EUR"}], "rental": [{"a": 1}, {"a": 2}]}
    assert file.where("rental", 1) == f"{file.path}, line 6 (rental 2)"


def test_a_csv_of_factors_says_the_same(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "name,zone,value,unit,vintage,version,source,license,retrieved,subject\n"
        'grid intensity,France,21.7,g/kWh,2025,2026-02,"RTE, Bilan électrique 2025",'
        "Etalab 2.0,2026-01-02,\n",
        "factors.csv",
    )
    (made,) = read(path).entries
    assert made.factor.digest == own(tmp_path, FULL).entries[0].factor.digest
    assert made.where == f"{path}, line 2"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "factors.csv is empty"),
        ("name;value\nPUE;1,1\n", "separated by semicolons"),
        ("name,value\nPUE,1,1\n", "line 2: 3 cells under 2 columns"),
        ("name,name\n", "two columns 'name'"),
        ("name,valeu\n", "Did you mean value?"),
        ('name,value\n"PUE,1\n', "is not CSV"),
        ('name,value\nPUE,"1,1"\n', "line 2 (PUE): value is '1,1': write it with a decimal point"),
        ("name,value\nPUE,NaN\n", "value is 'NaN': give a number"),
        ("name,value\nPUE,True\n", "value is 'True': give a number"),
    ],
)
def test_a_wrong_csv_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(tmp_path, text, "factors.csv")


@given(value=st.floats(0, 5000), digits=st.sampled_from(["g/kWh", "kg/MWh"]))
def test_a_value_comes_back_as_it_was_written(value: float, digits: str) -> None:
    where, given_ = "f", {"name": "grid intensity", "unit": digits, "value": repr(value)}
    assert entry(where, given_, Path("f.toml")).factor.quantity.mid == value


def test_a_subject_is_found_by_any_name_of_its_accelerator(tmp_path: Path) -> None:
    text = one('name="embodied carbon"\nsubject="H100 SXM"\nvalue=164\nunit="kg"')
    source = own_source(written(tmp_path, text))
    drivers = Query("embodied carbon", subject="NVIDIA H100 80GB HBM3")
    assert [each.quantity.mid for each in source.candidates(drivers)] == [164.0]


def test_rental_tables_are_prices_of_the_own_source(tmp_path: Path) -> None:
    text = '[[rental]]\ninstance = "p5.48xlarge"\ncount = 8\nprice = "31.40 USD"\n'
    source = own_source(written(tmp_path, text))
    (found,) = source.candidates(Query("rental price", subject="p5.48xlarge"))
    assert (found.value, found.unit) == (Decimal("31.40"), "USD/h")
    assert list(source.everything()) == [found]
    with pytest.raises(UsageError, match=r"factors.toml: rental 1"):
        own_source(written(tmp_path, "[[rental]]\nprice = 3\n"))


def test_what_reports_take_from_a_table_is_noted(tmp_path: Path) -> None:
    file = own(tmp_path, one('name="exchange rate"\nvalue="1.08"\nunit="EUR/USD"\nsource="ECB"'))
    (note,) = file.notes
    assert note.endswith("reports do not ask for it: give it as [[exchange]]")


def test_a_rate_is_found_by_its_pair(tmp_path: Path) -> None:
    text = "".join(
        one(f'name="exchange rate"\nvalue="{rate}"\nunit="{pair}"\nsource="ECB"')
        for pair, rate in (("EUR/USD", "1.08"), ("EUR/GBP", "0.87"))
    )
    source = own_source(written(tmp_path, text))
    (found,) = source.candidates(Query("exchange rate", subject="EUR/GBP"))
    assert found.value == Decimal("0.87")
    twice = one('name="exchange rate"\nvalue=1\nunit="EUR/USD"')
    assert "already" in refused(tmp_path, twice + twice)
