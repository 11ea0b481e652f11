"""Checks of a ledger whose figures are known by heart: states, baselines, periods."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import footprint
from budget_ledgers import PRICES, budget, check, ledger, only
from footprint.budgets import make
from footprint.budgets.figures import FIGURES, KEYS
from footprint.budgets.judge import judge
from footprint.budgets.make import check_budgets
from footprint.budgets.parts import Found
from footprint.budgets.view import MAYBE, OK, OVER, UNKNOWN, UNUSED
from footprint.errors import LedgerError, UsageError
from footprint.estimators.quantity import Quantity
from footprint.model import Device
from footprint.reports.options import Options
from report_ledgers import GPU, MS, Recorder, S

#: What the group model=net comes to: 600 J, two calls, 15 items, 200 tokens.
NET = {
    "kwh": 600 / 3.6e6,
    "wh": 600 / 3600,
    "j": 600.0,
    "g": 0.6,
    "kg": 0.0006,
    "usd": 0.6,
    "j_per_item": 40.0,
    "g_per_item": 0.04,
    "usd_per_item": 0.04,
    "j_per_call": 300.0,
    "j_per_1000_tokens": 3000.0,
    "usd_per_1000_tokens": 3.0,
    "latency_p50_ms": 1000.0,
    "latency_p95_ms": 1000.0,
    "latency_p99_ms": 1000.0,
}


@pytest.mark.parametrize(("figure", "value"), NET.items())
def test_a_budget_of_exactly_the_figure_is_kept_and_one_below_is_not(
    tmp_path: Path, figure: str, value: float
) -> None:
    for share, state in ((1.0, OK), (0.999999, OVER), (1.1, OK)):
        text = f'[[budget]]\nmodel = "net"\nmax_{figure} = {value * share!r}'
        row = only(check(tmp_path, text))
        assert row.state == state
        assert row.value is not None
        assert row.value.mid == pytest.approx(value, rel=1e-12)
        assert row.used == pytest.approx(1 / share, rel=1e-9)
        assert row.beyond == pytest.approx(value * (1 - share), abs=1e-9 * value)


def test_everything_is_the_totals_with_what_was_idle(tmp_path: Path) -> None:
    checked = check(tmp_path, "[[budget]]\nmax_j = 900\nmax_usd = 0.89\nmax_j_per_item = 1000")
    values = {row.limit.figure.name: row for row in checked.rows}
    assert values["j"].value == Quantity(900.0, 900.0, 900.0, "J")
    assert values["j"].state == OK
    assert values["usd"].state == OVER
    each = values["j_per_item"].value  # 15 items; what declared none counts its calls elsewhere
    assert each is not None
    assert each.mid == pytest.approx(602 / 15)


@pytest.mark.parametrize(
    ("select", "joules"),
    [
        ('model = "net"', 600),
        ('model = "n*"', 600),
        ('model = ["net", "mini"]', 602),
        ('name = "embed"', 300),
        ('project = "b"', 300),
        ('project = ""', 2),
        ('tag.team = "search"', 300),
        ('tag.team = "*"', 602),
        ('model = "net"\nkind = "training"', 300),
        ('host = "host-a"', 602),
        ('status = "ok"', 602),
    ],
)
def test_selectors_choose_groups(tmp_path: Path, select: str, joules: float) -> None:
    value = only(check(tmp_path, f"[[budget]]\n{select}\nmax_j = 1000")).value
    assert value is not None
    assert value.mid == pytest.approx(joules)


SELECTORS = [(), ("model",), ("project",), ("name",), ("kind",), ("model", "kind"), ("tag.team",)]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(SELECTORS), min_size=1, max_size=3), st.data())
def test_judged_figures_are_those_of_the_report_that_is_grouped_alike(
    tmp_path_factory: pytest.TempPathFactory, fields: list[tuple[str, ...]], data: st.DataObject
) -> None:
    folder = tmp_path_factory.getbasetemp() / "laws"
    where = folder / "L"
    if not where.exists():
        ledger(where)
    limits = "".join(
        f"{key} = 1e9\n"
        for key, figure in KEYS.items()
        if figure.base != "cost" and figure.source != "water_l"
    )
    chosen = []
    for each in fields:
        groups = [
            group
            for group in footprint.report(where, by=each, **PRICES).groups
            if all(value is not None for _, value in group.key)
        ]
        chosen.append((each, data.draw(st.sampled_from(groups))))
    tables = [
        f'[[budget]]\ntitle = "{number}"\nperiod = "{2026 - number}-01-01/2027-01-01"\n'
        + "".join(f'"{field}" = "{value}"\n' for field, value in group.key)
        + limits
        for number, (_, group) in enumerate(chosen)
    ]
    checked = check_budgets(budget(folder, "".join(tables)), where, now="2026-12-01", **PRICES)
    for row in checked.rows:
        by, group = chosen[int(row.budget.title)]
        figure = row.limit.figure
        expected = _of(group, figure.name)
        if not by and figure.adds_up:
            continue  # the totals, with what was idle
        if expected is None:
            assert row.value is None, figure.name
            continue
        assert row.value is not None, figure.name
        assert row.value.mid == pytest.approx(expected.mid, rel=1e-12)
        assert row.value.low <= expected.low + 1e-12
        assert row.value.high >= expected.high - 1e-12


def _of(group: Any, name: str) -> Quantity | None:
    """A figure of a report's group, in the unit of a limit."""
    figure = FIGURES[name]
    if figure.source == "latency":
        at = ("latency_p50_ms", "latency_p95_ms", "latency_p99_ms").index(name)
        return Quantity(*[group.latency_ms[at]] * 3, "ms")
    amounts = group.per_item if figure.per == "item" else group.amounts
    value: Quantity | None = getattr(amounts, figure.source)
    if value is None:
        return None
    tokens = group.units.get("tokens_in", 0) + group.units.get("tokens_out", 0)
    counts = {"call": group.spans, "1000_tokens": tokens / 1000}
    count = counts.get(figure.per or "", 1)
    return value.to(figure.unit) / count if count else None


# -- intervals

AMOUNTS = st.floats(0, 1e12, allow_nan=False)


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, st.sampled_from(("low", "mid", "high")))
def test_an_end_of_the_interval_is_judged_and_what_may_be_over_is_said(
    a: float, b: float, c: float, allowed: float, by: str
) -> None:
    low, mid, high = sorted((a, b, c))
    found = judge(Found(Quantity(low, mid, high, "J")), allowed, by)
    judged = {"low": low, "mid": mid, "high": high}[by]
    assert (found.state == OVER) == (judged > allowed * (1 + 1e-9))
    assert (found.state == MAYBE) == (judged <= allowed * (1 + 1e-9) < high)
    if by == "high":
        assert found.state in (OK, OVER)
    if found.state == OK:
        assert high <= allowed * (1 + 1e-9)


def test_what_is_at_least_so_much_is_over_or_not_known() -> None:
    found = Found(Quantity(90.0, 100.0, 110.0, "J"), least=True)
    assert judge(found, 99.0, "mid").state == OVER
    assert judge(found, 200.0, "mid").state == UNKNOWN


def test_nothing_is_allowed_where_the_limit_is_nothing() -> None:
    assert judge(Found(Quantity(0.0, 0.0, 0.0, "J")), 0.0, "mid").state == OK
    some = judge(Found(Quantity(1.0, 1.0, 1.0, "J")), 0.0, "mid")
    assert (some.state, some.used, some.beyond) == (OVER, None, 1.0)


def test_a_limit_within_the_interval_is_judged_as_asked(tmp_path: Path) -> None:
    """The short calls' energy is 2 (0 to 10) J."""
    states = {}
    for by in ("low", "mid", "high"):
        text = f'[[budget]]\nmodel = "mini"\njudge = "{by}"\nmax_j = 5'
        row = only(check(tmp_path, text))
        states[by] = row.state, row.within
    assert states == {"low": (MAYBE, True), "mid": (MAYBE, True), "high": (OVER, True)}
    text = '[[budget]]\nmodel = "mini"\nmax_j = 5'
    assert not check(tmp_path, text).failed
    assert check(tmp_path, text, strict=True).failed


# -- what is not known is never green


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('model = "nett"\nmax_j = 1', "no model in the ledger is 'nett': did you mean net?"),
        ('model = "zzz"\nmax_j = 1', "no model in the ledger is 'zzz': there is mini, net"),
        ('name = "zzz"\nmax_j = 1', "what a budget is called is its `title`"),
        ('version = "1"\nmax_j = 1', "nothing in the ledger has a version"),
        ('tag.area = "x"\nmax_j = 1', "nothing in the ledger has a tag.area"),
        ('model = "mini"\nkind = "training"\nmax_j = 1', "is all of model=mini, kind=training"),
        ('status = "failed"\nmax_j = 1', "no status in the ledger is 'failed'"),
        ('model = "mini"\nmax_j_per_1000_tokens = 1', "no tokens were declared"),
        ('model = "net"\nmax_water_l = 1', "WUE"),
        ('model = "net"\nmax_market_g = 1', "contracts or certificates"),
        ('model = "net"\ncarbon = "market"\nmax_g = 1', "contracts or certificates"),
        ('model = "net"\nmax_cost = "1 EUR"', "not in EUR alone, but in USD"),
    ],
)
def test_what_is_not_known_fails_with_its_reason(tmp_path: Path, text: str, says: str) -> None:
    checked = check(tmp_path, f"[[budget]]\n{text}")
    row = only(checked)
    assert (row.state, row.used) == (UNKNOWN, None)
    assert checked.failed
    assert says in checked.render("text").replace("\n    ", " ")
    assert not check(tmp_path, f"[[budget]]\n{text}", allow_unknown=True).failed


def test_without_a_zone_grams_are_not_known_and_joules_are(tmp_path: Path) -> None:
    where = ledger(tmp_path / "L")
    path = budget(tmp_path, '[[budget]]\nmodel = "net"\nmax_j = 600\nmax_g = 1e9\nmax_usd = 1e9')
    rows = {row.limit.figure.name: row for row in check_budgets(path, where).rows}
    assert {name: row.state for name, row in rows.items()} == {
        "j": OK,
        "g": UNKNOWN,
        "usd": UNKNOWN,
    }


def test_what_was_not_metered_is_at_least_so_much(tmp_path: Path) -> None:
    """A call on a host whose meter saw nothing is in no sum."""
    where = ledger(tmp_path / "L")
    other = Recorder(where, 2, host="host-b", boot="boot-b")
    other.span(other.path("embed", model="net", kind="inference"), 1 * S, 2 * S)
    other.close()
    text = '[[budget]]\nmodel = "net"\nmax_j = {}\nmax_j_per_item = 1e9'
    enough = check(tmp_path, text.format(10_000))
    assert [row.state for row in enough.rows] == [UNKNOWN, UNKNOWN]
    assert "at least 600 J of 10,000 J" in enough.render()
    assert [row.state for row in check(tmp_path, text.format(599)).rows] == [OVER, UNKNOWN]


def test_an_empty_ledger_is_no_green_check(tmp_path: Path) -> None:
    (tmp_path / "L" / "journals").mkdir(parents=True)
    checked = check(tmp_path, '[[budget]]\nmodel = "net"\nmax_j = 1\n[[budget]]\nmax_j = 1')
    assert [row.state for row in checked.rows] == [UNKNOWN, UNKNOWN]
    assert "the ledger is empty" in checked.render()


def test_what_was_not_used_in_the_period_is_said_and_passes(tmp_path: Path) -> None:
    text = '[[budget]]\nmodel = "net"\nperiod = "2026-10"\nmax_j = 1\nmax_j_per_item = 1\n'
    text += '[[budget]]\nperiod = "2026-10"\nmax_j = 1\n'
    text += '[[budget]]\nmodel = "to come"\nperiod = "2027"\nmax_j = 1\n'
    checked = check(tmp_path, text)
    assert [row.state for row in checked.rows] == [UNUSED] * 4
    assert [row.notes[0].key for row in checked.rows] == ["unused", "unused", "unused", "not_begun"]
    assert all(row.value is None for row in checked.rows)
    assert not checked.failed


def test_a_model_that_was_never_there_is_not_unused(tmp_path: Path) -> None:
    row = only(check(tmp_path, '[[budget]]\nmodel = "nett"\nperiod = "2026-10"\nmax_j = 1'))
    assert row.state == UNKNOWN


# -- periods


def test_energy_is_cut_at_the_period(tmp_path: Path) -> None:
    text = '[[budget]]\nmodel = "net"\nperiod = "2026-11-22T11:00:01.5Z/2026-11-22T11:00:03.5Z"\n'
    row = only(check(tmp_path, text + "max_j = 300"))
    assert row.value is not None
    assert row.value.mid == pytest.approx(300)
    assert row.state == OK


def test_since_and_until_are_for_budgets_without_a_period(tmp_path: Path) -> None:
    text = '[[budget]]\nname = "*"\nmax_j = 1000\n'
    text += '[[budget]]\nname = "*"\nmax_kwh = 1\n'
    text += 'period = "2026-11-22T11:00:00Z/2026-11-22T11:00:02Z"\n'
    checked = check(tmp_path, text, since="2026-11-22T11:00:02.5", until="2026-11-22T11:00:04")
    values = [row.value.to("J").mid for row in checked.rows if row.value is not None]
    assert values == pytest.approx([300, 300])
    assert checked.rows[0].period == ("2026-11-22T11:00:02.500000Z", "2026-11-22T11:00:04Z")
    with pytest.raises(UsageError, match="swap them"):
        check(tmp_path, text, since="2027-01-01", until="2026-01-01")


def test_a_period_that_goes_on_is_projected(tmp_path: Path) -> None:
    text = '[[budget]]\nmodel = "net"\nperiod = "month"\nmax_j = {}\nmax_j_per_item = 100'
    whole, each = check(tmp_path, text.format(700), now="2026-11-23").rows
    assert whole.state == OK
    assert whole.progress is not None
    assert whole.progress.elapsed == pytest.approx(22 / 30)
    assert whole.progress.projected == pytest.approx(600 * 30 / 22)
    assert whole.progress.over
    assert each.progress is not None
    assert each.progress.projected is None
    assert not check(tmp_path, text.format(700), now="2026-11-23").failed
    (over, _) = check(tmp_path, text.format(900), now="2026-11-23").rows
    assert over.progress is not None
    assert not over.progress.over


def test_what_came_after_now_is_left_out(tmp_path: Path) -> None:
    text = '[[budget]]\nmodel = "net"\nperiod = "2026"\nmax_j = 1000'
    row = only(check(tmp_path, text, now="2026-11-22T11:00:02.5Z"))
    assert row.value is not None
    assert row.value.mid == pytest.approx(300)


def test_one_report_is_made_for_each_period(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, ...]] = []
    real = make.figures

    def counted(ledger: Any, outline: Any, options: Options, settings: Any) -> Any:
        made.append(tuple(options.by or ()))
        return real(ledger, outline, options, settings)

    monkeypatch.setattr(make, "figures", counted)
    tables = [
        '[[budget]]\nmodel = "net"\nmax_j = 1000\n',
        '[[budget]]\nproject = "a"\nmax_g_per_item = 1000\n',
        "[[budget]]\nmax_usd = 1000\n",
        '[[budget]]\nkind = "inference"\nperiod = "2026"\nmax_j = 1000\nmax_latency_p95_ms = 1\n',
    ]
    assert len(check(tmp_path, "".join(tables)).rows) == 5
    assert made == [("model", "project"), ("kind",)]


# -- baselines


def baseline(folder: Path, **options: Any) -> Path:
    """A report that is kept."""
    where = folder / "L"
    if not where.exists():
        ledger(where)
    path = folder / "report.json"
    path.write_text(footprint.report(where, **{**PRICES, **options}).to_json())
    return path


def scaled(path: Path, by: float) -> None:
    """What a baseline says per call and item, times so much."""
    document = json.loads(path.read_text())
    for group in document["groups"]:
        for name in ("energy_j", "carbon_location_g", "cost_usd"):
            group[name] = {end: value * by for end, value in group[name].items()}
        group["latency_ms"] = {name: value * by for name, value in group["latency_ms"].items()}
    path.write_text(json.dumps(document))


def test_a_figure_may_be_so_much_above_the_baseline(tmp_path: Path) -> None:
    path = baseline(tmp_path, by="model")
    text = '[[budget]]\nmodel = "net"\nbaseline = "report.json"\nmax_increase = 0.1'
    checked = check(tmp_path, text)
    assert [row.limit.figure.name for row in checked.rows] == [
        "j_per_item",
        "g_per_item",
        "usd_per_item",
    ]
    assert {row.state for row in checked.rows} == {OK}
    assert [row.allowed for row in checked.rows] == pytest.approx([44, 0.044, 0.044])
    scaled(path, 1 / 1.2)
    assert {row.state for row in check(tmp_path, text).rows} == {OVER}
    scaled(path, 1.2 / 1.0999)
    assert {row.state for row in check(tmp_path, text).rows} == {OK}


def test_the_figures_of_a_baseline_can_be_named(tmp_path: Path) -> None:
    path = baseline(tmp_path, by="model")
    text = '[[budget]]\nmodel = "net"\nbaseline = "report.json"\nmax_increase = 0\n'
    text += 'figures = ["latency_p95_ms", "max_j", "g_per_1000_tokens", "kwh"]'
    rows = check(tmp_path, text).rows
    assert [row.limit.figure.name for row in rows] == [
        "latency_p95_ms",
        "j",
        "g_per_1000_tokens",
        "kwh",
    ]
    assert {row.state for row in rows} == {OK}
    assert [row.base.value for row in rows if row.base] == pytest.approx(
        [1000, 600, 3, 600 / 3.6e6]
    )
    scaled(path, 0.5)
    assert {row.state for row in check(tmp_path, text).rows} == {OVER}


def test_a_baseline_of_everything_is_its_totals(tmp_path: Path) -> None:
    baseline(tmp_path)
    text = '[[budget]]\nbaseline = "report.json"\nmax_increase = 0\nfigures = ["j", "usd"]'
    rows = check(tmp_path, text).rows
    assert [row.allowed for row in rows] == pytest.approx([900, 0.9])
    assert {row.state for row in rows} == {OK}


def test_a_baseline_that_lacks_the_figure_is_not_known(tmp_path: Path) -> None:
    baseline(tmp_path, by="model", until="2026-11-22T11:00:00.5")
    text = '[[budget]]\nmodel = "net"\nbaseline = "report.json"\nmax_increase = 0.1'
    row = only(check(tmp_path, text))
    assert (row.state, row.allowed) == (UNKNOWN, None)
    assert "does not have this figure" in check(tmp_path, text).render().replace("\n    ", " ")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "No such file"),
        ("{", "is no JSON"),
        ("[]", "has the schema None, not 'footprint.report/1'"),
        ('{"schema": "footprint.report/2"}', "has the schema 'footprint.report/2'"),
        ('{"schema": "footprint.compare/1"}', "has the schema 'footprint.compare/1'"),
        ('{"schema": "footprint.report/1"}', "is damaged"),
        ('{"schema": "footprint.report/1", "by": [], "groups": [1], "totals": 3}', "is damaged"),
    ],
)
def test_a_baseline_that_is_none_is_one_line(
    tmp_path: Path, content: str | None, says: str
) -> None:
    if content is not None:
        (tmp_path / "report.json").write_text(content)
    text = '[[budget]]\nmax_j = 1\n[[budget]]\nbaseline = "report.json"\nmax_increase = 0.1'
    with pytest.raises(UsageError, match=r"budget 2: .*report.json") as raised:
        check(tmp_path, text)
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_baseline_that_is_grouped_otherwise_says_how_to_make_it(tmp_path: Path) -> None:
    baseline(tmp_path, by="kind")
    text = '[[budget]]\nmodel = "net"\nbaseline = "report.json"\nmax_increase = 0.1'
    with pytest.raises(UsageError, match="--by kind,model --format json"):
        check(tmp_path, text)


# -- the rest


def test_wrong_arguments_are_one_line(tmp_path: Path) -> None:
    path = budget(tmp_path, "[[budget]]\nmax_j = 1")
    with pytest.raises(LedgerError, match="there is no ledger"):
        check_budgets(path, tmp_path / "none")
    with pytest.raises(UsageError, match="--now"):
        check(tmp_path, "[[budget]]\nmax_j = 1", now="soon")
    with pytest.raises(UsageError, match="by is not an option"):
        check(tmp_path, "[[budget]]\nmax_j = 1", by="model")


def test_it_is_there_in_python(tmp_path: Path) -> None:
    where = ledger(tmp_path / "L")
    path = budget(tmp_path, '[[budget]]\nmodel = "net"\nmax_j = 500\nmax_g = 1')
    checked = footprint.check_budgets(path, where, zone="FRA")
    frame = checked.to_pandas()
    assert list(frame["state"]) == [OVER, OK]
    assert list(frame["figure"]) == ["j", "g"]
    assert frame["mid"][0] == 600.0
    assert str(checked) == checked.render("text")


def test_absorbed_idle_energy_counts(tmp_path: Path) -> None:
    text = '[[budget]]\nname = "*"\nmax_j = 900'
    row = only(check(tmp_path, text, absorption="full"))
    assert row.value is not None
    assert row.value.mid == pytest.approx(900)


def test_a_gain_widens_what_may_be_over(tmp_path: Path) -> None:
    device = Device("GPU-2", "gpu", "G", "counter", "gpu", 500.0, 0.95, 1.05, "s", number=0)
    one = Recorder(tmp_path / "L")
    one.counter(device, [0.0] * 10 + [100.0] * 10 + [0.0] * 10, step=100 * MS)
    one.span(one.path("work", model="net", devices=[0]), 1 * S, 2 * S)
    one.close()
    rows = check(
        tmp_path, '[[budget]]\nmodel = "net"\nmax_j = 102\nmax_wh = 1\nmax_kg = 0.0000999'
    ).rows
    states = {row.limit.figure.name: (row.state, row.within) for row in rows}
    assert states == {"j": (MAYBE, True), "wh": (OK, False), "kg": (OVER, True)}
    assert GPU.gain_low == 1.0  # the other ledger's device is exact
