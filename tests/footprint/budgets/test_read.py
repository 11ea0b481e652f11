"""Budget files: what is read, and the one line that each mistake comes to."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget_ledgers import budget
from footprint.budgets.entries import fits
from footprint.budgets.figures import FIGURES, KEYS
from footprint.budgets.read import read
from footprint.errors import UsageError

NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)


def test_a_file_is_read_with_its_lines(tmp_path: Path) -> None:
    text = """# budgets
[[budget]]
model = ["net", "mini"]
tag.team = "search"
period = "2026-Q4"
max_g = 1_200
max_kwh = 3.5

[[budget]]
title = "latency"
judge = "high"
max_latency_p95_ms = 200
"""
    first, second = read(budget(tmp_path, text), NOW).budgets
    assert (first.number, first.line, first.title) == (1, 2, "")
    assert first.select == {"model": ("net", "mini"), "tag.team": ("search",)}
    assert first.period is not None
    assert first.period.text == "2026-Q4"
    limits = {(each.figure.name, each.amount, each.line) for each in first.limits}
    assert limits == {("g", 1200.0, 6), ("kwh", 3.5, 7)}
    assert (second.title, second.judge, second.select, second.line) == ("latency", "high", {}, 9)


def test_what_stands_in_quotes_and_what_does_not_are_the_same(tmp_path: Path) -> None:
    text = '[["budget"]]\n"tag.team" = "a"\n"max_g" = 1\nperiod = 2026-11-22\n'
    text += "[[budget]]\nperiod = 2026\nmax_kwh = 1"
    first, second = read(budget(tmp_path, text), NOW).budgets
    assert first.select == {"tag.team": ("a",)}
    assert first.limits[0].line == 3
    assert first.period is not None
    assert second.period is not None
    assert (first.period.text, second.period.text) == ("2026-11-22", "2026")


def test_tables_in_one_line_have_no_line_of_their_own(tmp_path: Path) -> None:
    found = read(budget(tmp_path, "budget = [{max_g = 1}, {max_kwh = 2}]"), NOW).budgets
    assert [each.line for each in found] == [1, 1]


def test_grams_are_by_the_method_that_is_named(tmp_path: Path) -> None:
    text = '[[budget]]\ncarbon = "market"\nmax_g = 1\nmax_g_per_item = 1\nmax_kwh = 1'
    limits = read(budget(tmp_path, text), NOW).budgets[0].limits
    sources = {each.figure.name: each.figure.source for each in limits}
    assert sources == {
        "g": "carbon_market_g",
        "g_per_item": "carbon_market_g",
        "kwh": "energy_j",
    }


def test_money_is_in_its_own_currency(tmp_path: Path) -> None:
    found = read(budget(tmp_path, '[[budget]]\nmax_cost = "12.50 EUR"'), NOW).budgets[0].limits[0]
    assert (found.amount, found.figure.unit) == (12.5, "EUR")


@pytest.mark.parametrize("key", KEYS)
def test_each_limit_is_read(tmp_path: Path, key: str) -> None:
    value = '"1 EUR"' if KEYS[key].base == "cost" else "1"
    limit = read(budget(tmp_path, f"[[budget]]\n{key} = {value}"), NOW).budgets[0].limits[0]
    assert limit.figure.key == key
    assert limit.amount == 1.0


B = "[[budget]]\n"
BAD = [
    ("", "has no budget: write [[budget]]"),
    ("# nothing", "has no budget"),
    ("[budget]\nmax_g = 1", "write [[budget]]"),
    ("budget = 1", "budget is no list of tables"),
    ("budget = [1]", "budget is no list of tables"),
    (
        "[[budgets]]\nmax_g = 1",
        "budgets stands outside of a budget: write [[budget]]. Did you mean",
    ),
    ("max_g = 1", "max_g stands outside of a budget"),
    ("[[budget]\nmax_g = 1", "is not TOML"),
    (B + "max_g = 1\nmax_g = 2", "is not TOML"),
    (B, "budget 1 (line 1): it limits nothing"),
    (B + 'model = "net"', "it limits nothing"),
    (B + "max_gg = 1", "max_gg is not known. Did you mean max_g"),
    (B + 'modle = "net"\nmax_g = 1', "modle is not known. Did you mean model"),
    (B + "max_g_per_itme = 1", "Did you mean max_g_per_item"),
    (B + "nonsense = 1", "nonsense is not known. Use a selector (model, name"),
    (B + "model = 7\nmax_g = 1", "model = 7 must be text, or a list of texts"),
    (B + "model = []\nmax_g = 1", "model = [] must be text"),
    (B + 'model = ["a", 1]\nmax_g = 1', "must be text"),
    (B + "tag = 1\nmax_g = 1", "tag = 1 names no tag"),
    (B + "tag.team = 1\nmax_g = 1", "tag.team = 1 must be text"),
    (B + "title = 1\nmax_g = 1", "title = 1 must be text"),
    (B + 'title = " "\nmax_g = 1', "must be text, and not empty"),
    (B + "max_g = true", "max_g = True must be a number of g"),
    (B + "max_g = nan", "must be finite and not negative"),
    (B + "max_g = inf", "must be finite and not negative"),
    (B + "max_g = -1", "max_g = -1 must be finite and not negative"),
    (B + "max_g = 1" + "0" * 400, "must be finite"),
    (B + "max_g = [1]", "max_g = [1] must be a number of g, without quotes"),
    (B + 'max_kwh = "12 kWh"', "must be a number of kWh: write max_kwh = 12"),
    (B + 'max_kwh = "12"', "write max_kwh = 12"),
    (B + 'max_kwh = "12 MWh"', "MWh is another unit; write it in kWh, without quotes"),
    (B + 'max_kwh = "much"', "must be a number of kWh, without quotes"),
    (B + "max_cost = 12", "without a currency"),
    (B + 'max_cost = "12 EURO"', "not a currency"),
    (B + 'max_cost = "-1 EUR"', "0 or more"),
    (B + "period = 7.5\nmax_g = 1", "period = 7.5 must be text"),
    (B + 'period = "Q4"\nmax_g = 1', "period 'Q4' is none"),
    (B + "period = 2026-11-22T11:00:00\nmax_g = 1", "is an instant"),
    (B + "period = true\nmax_g = 1", "is an instant"),
    (B + 'judge = "average"\nmax_g = 1', "judge = 'average' is not known: use mid or low or high"),
    (B + "judge = 1\nmax_g = 1", "judge = 1 is not known"),
    (B + 'carbon = "markt"\nmax_g = 1', "Did you mean market"),
    (B + "max_increase = 0.1\nmax_g = 1", "max_increase is about a baseline"),
    (B + 'figures = ["g"]\nmax_g = 1', "figures is about a baseline"),
    (B + 'baseline = "r.json"', "baseline needs max_increase"),
    (B + 'baseline = ""\nmax_increase = 0.1', "baseline = '' must be text"),
    (B + "baseline = 1\nmax_increase = 0.1", "baseline = 1 must be text"),
    (B + 'baseline = "r"\nmax_increase = 10', "allows 1,000 % more: write 0.1 for 10 %"),
    (B + 'baseline = "r"\nmax_increase = -0.1', "must be finite and not negative"),
    (B + 'baseline = "r"\nmax_increase = "10 %"', "a number, without quotes: 0.1 for 10 %"),
    (B + 'baseline = "r"\nmax_increase = 0.1\nfigures = "g"', "must be a list"),
    (B + 'baseline = "r"\nmax_increase = 0.1\nfigures = []', "must be a list"),
    (B + 'baseline = "r"\nmax_increase = 0.1\nfigures = ["j_per_itm"]', "Did you mean j_per_item"),
    (B + 'baseline = "r"\nmax_increase = 0.1\nfigures = ["cost"]', "has no currency"),
]


@pytest.mark.parametrize(("text", "says"), BAD)
def test_a_mistake_is_one_line_with_file_and_place(tmp_path: Path, text: str, says: str) -> None:
    path = budget(tmp_path, text)
    with pytest.raises(UsageError) as raised:
        read(path, NOW)
    message = str(raised.value)
    assert message.startswith(str(path))
    assert says in message
    assert "\n" not in message.replace("\\n", "")


def test_the_second_budget_is_named_by_number_and_line(tmp_path: Path) -> None:
    path = budget(tmp_path, "[[budget]]\nmax_g = 1\n\n[[budget]]\nmax_g = -1\n")
    with pytest.raises(UsageError, match=r"budget 2 \(line 4\): max_g = -1"):
        read(path, NOW)


def test_a_file_that_is_not_there_or_no_text_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"No such file.*--budget"):
        read(tmp_path / "none.toml", NOW)
    with pytest.raises(UsageError, match="--budget"):
        read(tmp_path, NOW)
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="not UTF-8"):
        read(tmp_path / "b.toml", NOW)


def two(first: str, second: str) -> str:
    return f"[[budget]]\n{first}\n[[budget]]\n{second}\n"


def test_periods_that_overlap_are_one_line(tmp_path: Path) -> None:
    text = two(
        'model = "net"\nperiod = "2026-Q4"\nmax_g = 9',
        'model = "net"\nperiod = "2026-11"\nmax_g = 5',
    )
    (line,) = read(budget(tmp_path, text), NOW).warnings
    assert "budgets 1 and 2 both limit max_g of model=net" in line
    assert "(2026-Q4, 2026-11)" in line


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('period = "2026-Q3"\nmax_g = 9', 'period = "2026-Q4"\nmax_g = 9'),
        ('period = "2026-Q4"\nmax_g = 9', 'period = "2026-11"\nmax_kwh = 9'),
        ('period = "2026-Q4"\nmax_g = 9', 'period = "2026-11"\nmodel = "net"\nmax_g = 9'),
        ('max_g = 9\ncarbon = "market"', "max_g = 9"),
    ],
)
def test_what_limits_something_else_does_not_overlap(
    tmp_path: Path, first: str, second: str
) -> None:
    assert read(budget(tmp_path, two(first, second)), NOW).warnings == ()


def test_the_same_limit_for_the_same_period_is_a_contradiction(tmp_path: Path) -> None:
    for period in ("", 'period = "2026-Q4"\n'):
        path = budget(tmp_path, two(f"{period}max_g = 9", f"{period}max_g = 8"))
        with pytest.raises(UsageError, match="budgets 1 and 2 both limit max_g of everything"):
            read(path, NOW)


@given(st.text(max_size=12), st.text(max_size=6), st.text(max_size=6))
def test_a_name_fits_itself_and_a_star_any_text(name: str, before: str, after: str) -> None:
    assert fits((name,), name)
    assert fits(("nothing else", f"{before}*{after}"), f"{before}{name}{after}")
    assert fits(("",), None)
    assert not fits((f"{name}x",), name) or "*" in name


def test_figures_have_names_and_units() -> None:
    assert FIGURES["wh_per_1000_tokens"].unit == "Wh"
    assert KEYS["max_j_per_call"].per == "call"
    assert not KEYS["max_latency_p95_ms"].adds_up
    assert not KEYS["max_g_per_item"].adds_up
    assert KEYS["max_g"].adds_up
