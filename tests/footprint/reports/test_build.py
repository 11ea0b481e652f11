"""Reports on small ledgers whose figures are known exactly."""

from __future__ import annotations

from pathlib import Path

import pytest

from footprint import LedgerError, LedgerVersionError, UsageError, report
from footprint.ledger import format as fmt
from footprint.reports.view import Group, Report
from report_ledgers import CPU, GPU, MS, Recorder, S

#: 100 W at rest for 1 s, 300 W for 1 s, 100 W for 1 s, in steps of 100 ms.
WATTS = [100.0] * 10 + [300.0] * 10 + [100.0] * 10


def simple(ledger: Path, number: int = 1, **context: object) -> Recorder:
    """One span from 1 s to 2 s: 300 J; 200 J are idle."""
    one = Recorder(ledger, number, **context)  # type: ignore[arg-type]
    one.counter(GPU, WATTS)
    path = one.path("embed", kind="inference", model="minilm", devices=[0])
    one.span(path, 1 * S, 2 * S, items=60)
    return one


def only(report_: Report) -> Group:
    (group,) = report_.groups
    return group


def mid(quantity: object) -> float:
    return quantity.mid  # type: ignore[attr-defined, no-any-return]


def line(report_: Report, part: str) -> float | None:
    amounts = {each.part: each.amounts.energy_j for each in report_.lines}
    found = amounts.get(part)
    return None if found is None else found.mid


def test_a_span_idle_and_totals_exactly(tmp_path: Path) -> None:
    simple(tmp_path / "L").close()
    made = report(tmp_path / "L", carbon_intensity_g_per_kwh=360, tariff_per_kwh="0.36 EUR", pue=2)
    group = only(made)
    assert group.key == (("model", "minilm"), ("name", "embed"), ("kind", "inference"))
    assert (group.spans, group.errors, group.items) == (1, 0, 60)
    assert mid(group.amounts.energy_j) == pytest.approx(300.0, rel=1e-9)
    assert mid(group.per_item.energy_j) == pytest.approx(5.0, rel=1e-9)  # type: ignore[union-attr]
    assert group.latency_ms == (1000.0, 1000.0, 1000.0)
    assert group.tiers_energy == group.tiers_carbon == {"counter": 1.0}
    # 300 J are 1/12 Wh: times a PUE of 2 and 360 g/kWh, 0.06 g.
    assert mid(group.amounts.carbon_location_g) == pytest.approx(0.06, rel=1e-9)
    assert float(group.amounts.cost["EUR"].mid) == pytest.approx(6e-5, rel=1e-9)
    assert group.amounts.cost_usd is None
    assert line(made, "calls") == pytest.approx(300.0)
    assert line(made, "idle") == pytest.approx(200.0)
    assert line(made, "unattributed") == 0.0
    assert mid(made.totals.energy_j) == pytest.approx(500.0)
    (row,) = made.conservation
    assert row.metered_j == pytest.approx(row.attributed_j + row.idle_j + row.unattributed_j)
    assert made.period == ("2026-11-22T11:00:00.000000Z", "2026-11-22T11:00:03.000000Z")


def test_what_was_not_declared_is_none_with_a_gap(tmp_path: Path) -> None:
    simple(tmp_path / "L").close()
    made = report(tmp_path / "L")
    assert made.totals.carbon_location_g is None
    assert made.totals.cost == {}
    assert made.totals.cost_usd is None
    assert only(made).tiers_carbon is None
    whats = {gap.what for gap in made.gaps}
    assert {"carbon_location_g", "cost_usd", "carbon_market_g", "embodied_g", "water_l"} <= whats
    assert all(gap.why for gap in made.gaps)


def test_each_run_is_priced_where_it_ran(tmp_path: Path) -> None:
    """Two hosts with different intensities: energy is summed per place, then priced, then added."""
    simple(tmp_path / "L", 1, declared={"carbon_intensity_g_per_kwh": 36.0, "pue": 1.5}).close()
    other = {"carbon_intensity_g_per_kwh": 360.0}
    simple(tmp_path / "L", 2, host="host-b", boot="boot-b", declared=other).close()
    made = report(tmp_path / "L", by="model")
    group = only(made)
    assert mid(group.amounts.energy_j) == pytest.approx(600.0)
    expected = 300 / 3.6e6 * (36 * 1.5 + 360)
    assert mid(group.amounts.carbon_location_g) == pytest.approx(expected)
    assert mid(made.totals.carbon_location_g) == pytest.approx(500 / 3.6e6 * (36 * 1.5 + 360))
    assert len([each for each in made.factors if each.name == "grid intensity"]) == 2
    by_host = report(tmp_path / "L", by="host").groups
    assert {group.key for group in by_host} == {(("host", "host-a"),), (("host", "host-b"),)}


def test_an_argument_wins_over_the_run_and_the_run_over_the_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simple(tmp_path / "L", declared={"carbon_intensity_g_per_kwh": 36.0}).close()
    monkeypatch.setenv("FOOTPRINT_CARBON_INTENSITY", "1000")
    monkeypatch.setenv("FOOTPRINT_TARIFF", "3.6")
    made = report(tmp_path / "L")
    assert mid(made.totals.carbon_location_g) == pytest.approx(500 / 3.6e6 * 36)
    assert mid(made.totals.cost_usd) == pytest.approx(5e-4)
    made = report(tmp_path / "L", carbon_intensity_g_per_kwh=72)
    assert mid(made.totals.carbon_location_g) == pytest.approx(500 / 3.6e6 * 72)


def test_one_place_without_a_zone_leaves_the_sum_unknown(tmp_path: Path) -> None:
    simple(tmp_path / "L", 1, declared={"zone": "FRA"}).close()
    simple(tmp_path / "L", 2, host="host-b", boot="boot-b").close()
    made = report(tmp_path / "L", by="host")
    known = {dict(group.key)["host"]: group.amounts.carbon_location_g for group in made.groups}
    assert known["host-a"] is not None
    assert known["host-b"] is None
    assert made.totals.carbon_location_g is None
    assert any("1 of 2 sorts of runs" in gap.why for gap in made.gaps)


def test_full_absorption_spreads_idle_over_the_spans(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L")
    one.counter(GPU, WATTS + [200.0] * 10 + [100.0] * 10)
    one.span(one.path("a", devices=[0]), 1 * S, 2 * S)
    one.span(one.path("b", devices=[0]), 3 * S, 4 * S)
    one.close()
    plain = report(tmp_path / "L", by="name")
    energies = {dict(g.key)["name"]: mid(g.amounts.energy_j) for g in plain.groups}
    assert energies == {"a": pytest.approx(300.0), "b": pytest.approx(200.0)}
    full = report(tmp_path / "L", by="name", absorption="full")
    energies = {dict(g.key)["name"]: mid(g.amounts.energy_j) for g in full.groups}
    assert energies == {"a": pytest.approx(480.0), "b": pytest.approx(320.0)}
    assert line(full, "idle") == 0.0
    assert line(full, "calls") == pytest.approx(800.0)
    assert mid(full.totals.energy_j) == mid(plain.totals.energy_j)
    assert full.conservation == plain.conservation
    assert any("absorption" in text for text in full.boundary)


def test_a_runs_own_time_is_a_group_of_its_own_and_in_no_item(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L")
    one.counter(GPU, WATTS)
    run = one.path("train.py", kind="training", model="net", background=True, devices=[0])
    step = one.path("train.py", kind="training", model="net", devices=[0])
    parent = one.span(run, 0, 3 * S)
    for index in range(10):
        one.span(step, S + index * 100 * MS, S + (index + 1) * 100 * MS, parent=parent)
    one.close()
    calls, own = report(tmp_path / "L").groups
    assert calls.key == own.key
    assert (calls.own_time, own.own_time) == (False, True)
    assert calls.spans == calls.items == 10
    assert mid(calls.amounts.energy_j) == pytest.approx(300.0)
    assert mid(calls.per_item.energy_j) == pytest.approx(30.0)  # type: ignore[union-attr]
    assert mid(own.amounts.energy_j) == pytest.approx(200.0)
    assert own.items is own.per_item is None


def test_unattributed_is_the_rest_of_the_host(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L", declared={"charge": "tree"})
    one.counter(CPU, [100.0] * 30)
    for index in range(31):  # a quarter of the busy CPU time is the tree's
        t = one.t0 + index * 100 * MS
        one.writer.usage(t, index * 25 * MS, index * 100 * MS, index * 200 * MS, 0)
    one.span(one.path("work"), 0, 3 * S)
    one.close()
    made = report(tmp_path / "L", tariff_per_kwh="0.36")
    assert line(made, "calls") == pytest.approx(75.0)
    assert line(made, "unattributed") == pytest.approx(225.0)
    assert mid(made.totals.energy_j) == pytest.approx(300.0)
    assert mid(made.totals.cost_usd) == pytest.approx(3e-5)


def test_without_a_meter_energy_is_none_and_calls_are_counted(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L")
    one.span(one.path("work"), 0, 3 * S, tokens_in=7)
    one.close()
    made = report(tmp_path / "L", zone="FRA", tariff_per_kwh="1")
    group = only(made)
    assert group.amounts.energy_j is group.amounts.carbon_location_g is group.per_item is None
    assert (group.spans, group.units["tokens_in"]) == (1, 7.0)
    assert made.totals.energy_j is None
    assert any(gap.what == "energy_j" and "doctor" in gap.remedy for gap in made.gaps)


def test_latency_is_exact_for_spans_and_near_for_folds(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L")
    exact, folded = one.path("exact"), one.path("folded")
    for index in range(101):
        one.span(exact, 0, (index + 1) * MS)
    durations = [(index + 1) * 5_000 for index in range(101)]
    one.fold(folded, 0, durations)
    one.close()
    found = {dict(g.key)["name"]: g.latency_ms for g in report(tmp_path / "L", by="name").groups}
    assert found["exact"] == pytest.approx((51.0, 96.0, 100.0))
    assert found["folded"] == pytest.approx((0.255, 0.48, 0.5), rel=0.07)


def test_errors_and_status(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L")
    path = one.path("work")
    one.span(path, 0, S)
    one.span(path, 0, S, status=1)
    one.fold(path, 0, [MS // 2] * 10, status=1)
    one.close()
    assert only(report(tmp_path / "L", by="name")).errors == 11
    by_status = report(tmp_path / "L", by="status").groups
    assert {dict(group.key)["status"]: group.spans for group in by_status} == {"ok": 1, "error": 11}


def test_tags_projects_and_runs_as_keys(tmp_path: Path) -> None:
    declared = {"project": "p", "tags": {"team": "a", "site": "x"}}
    one = Recorder(tmp_path / "L", declared=declared)
    one.span(one.path("one", tags={"team": "b"}), 0, S)
    one.span(one.path("two", project="q"), 0, S)
    one.close()
    made = report(tmp_path / "L", by="tag.team,tag.site,project,run,version,tag.none")
    run = one.writer_id.hex
    assert [tuple(value for _, value in group.key) for group in made.groups] == [
        ("a", "x", "q", run, None, None),
        ("b", "x", "p", run, None, None),
    ]
    assert any(gap.what == "groups.key.tag.none" for gap in made.gaps)


def test_a_period_cuts_and_counts_calls_where_they_end(tmp_path: Path) -> None:
    simple(tmp_path / "L").close()
    first = report(tmp_path / "L", until="2026-11-22T11:00:01.500")
    last = report(tmp_path / "L", since="2026-11-22T11:00:01.500")
    assert mid(only(first).amounts.energy_j) == pytest.approx(150.0)
    assert mid(only(last).amounts.energy_j) == pytest.approx(150.0)
    assert (only(first).spans, only(last).spans) == (0, 1)
    assert only(first).per_item is None
    assert first.period[1] == "2026-11-22T11:00:01.500000Z"


def test_of_a_period_without_records_nothing_else_is_said(tmp_path: Path) -> None:
    simple(tmp_path / "L", declared={"zone": "FRA", "pue": 1.2}).close()
    made = report(tmp_path / "L", since="2030-01-01", until="2030-02-01")
    assert (made.factors, made.assumptions, made.groups) == ((), (), ())
    (gap, other) = made.gaps
    assert gap.why == "nothing was recorded in the period"
    assert "organisation" in other.what


def test_an_empty_ledger_says_so(tmp_path: Path) -> None:
    (tmp_path / "L" / fmt.JOURNALS).mkdir(parents=True)
    made = report(tmp_path / "L")
    assert made.groups == made.conservation == made.lines == ()
    assert made.period == (None, None)
    assert made.gaps[0].why == "the ledger is empty"
    for name in ("text", "json", "csv", "md", "html"):
        assert made.render(name)


def test_a_torn_tail_and_a_killed_program_are_gaps(tmp_path: Path) -> None:
    path = simple(tmp_path / "L").close(ended=False)
    path.write_bytes(path.read_bytes() + fmt.SYNC + b"torn")
    made = report(tmp_path / "L")
    assert mid(only(made).amounts.energy_j) == pytest.approx(300.0)
    whats = [gap.what for gap in made.gaps]
    assert "ledger (torn-tail)" in whats
    assert "the last second" in whats


def test_what_writers_recorded_as_missing_is_listed(tmp_path: Path) -> None:
    one = simple(tmp_path / "L")
    for _ in range(3):
        one.writer.gap("GPU-1", one.t0, one.t0 + S, "slow", "the driver took 1 s")
    why = {"probe": "rapl", "what": "CPU", "reason": "no permission", "remedy": "chmod"}
    one.writer.record({"type": "unavailable", **why})
    lost = {"rows": 5, "since": 0, "until": 1, "reason": "disk full"}
    one.writer.record({"type": "dropped", **lost})
    one.close()
    texts = [f"{gap.what}|{gap.why}|{gap.remedy}" for gap in report(tmp_path / "L").gaps]
    assert "energy of CPU|no permission|chmod" in texts
    assert any("the driver took 1 s (3 times), 3 s in all" in text for text in texts)
    assert any("5 records were dropped: disk full" in text for text in texts)


def test_the_same_ledger_twice_is_read_once(tmp_path: Path) -> None:
    simple(tmp_path / "L").close()
    copy = simple(tmp_path / "M")
    copy.close()
    made = report(tmp_path / "L", tmp_path / "M")
    assert only(made).spans == 1
    assert mid(made.totals.energy_j) == pytest.approx(500.0)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"by": "modle"}, "Did you mean model?"),
        ({"zone": "Frnce"}, "France"),
        ({"pue": float("nan")}, "pue"),
        ({"pue": 0.5}, "from 1 to 5"),
        ({"tariff_per_kwh": -1}, "0 or more"),
        ({"carbon_intensity_g_per_kwh": "x"}, "carbon_intensity"),
        ({"since": "soon"}, "is no date"),
        ({"since": "2026-12-01", "until": "2026-11-01"}, "swap them"),
        ({"since": "2026-12-01", "until": "2026-12-01"}, "give a later one"),
        ({"absorption": "half"}, "none or full"),
        ({"zone": "USA-XX"}, "USA-"),
        ({"tariff_per_kwh": 1, "tariff_usd_per_kwh": 1}, "give one"),
    ],
)
def test_wrong_arguments_are_one_line(
    tmp_path: Path, arguments: dict[str, object], says: str
) -> None:
    simple(tmp_path / "L").close()
    with pytest.raises(UsageError) as caught:
        report(tmp_path / "L", **arguments)  # type: ignore[arg-type]
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_ledgers_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="there is no ledger"):
        report(tmp_path / "none")
    (tmp_path / "other").mkdir()
    with pytest.raises(LedgerError, match="is not a ledger"):
        report(tmp_path / "other")
    path = simple(tmp_path / "L").close()
    data = bytearray(path.read_bytes())
    data[4] = fmt.MAJOR + 1
    head = bytes(data[: fmt.HEADER_SIZE - 4])
    import zlib

    newer = head + zlib.crc32(head).to_bytes(4, "little") + bytes(data[fmt.HEADER_SIZE :])
    path.write_bytes(newer)
    with pytest.raises(LedgerVersionError, match="upgrade footprint"):
        report(tmp_path / "L")
    path.write_bytes(b"not a journal at all, whatever it is called")
    with pytest.raises(LedgerError, match=r"nothing in .* can be read"):
        report(tmp_path / "L")


def test_a_zone_that_is_not_known_here_is_a_gap_of_its_run(tmp_path: Path) -> None:
    """A ledger stays readable where a run declared what this version does not know."""
    simple(tmp_path / "L", declared={"zone": "USA-XX"}).close()
    made = report(tmp_path / "L")
    assert made.totals.carbon_location_g is None
    assert any("declares what is not known" in gap.why for gap in made.gaps)
    assert report(tmp_path / "L", zone="FRA").totals.carbon_location_g is not None


def test_one_device_under_two_declarations(tmp_path: Path) -> None:
    """Its rest is priced as the first run declared, and the report says so."""
    rate = "carbon_intensity_g_per_kwh"
    one = Recorder(tmp_path / "L", 1, declared={rate: 36.0})
    one.counter(GPU, WATTS)
    one.span(one.path("a", devices=[0]), 1 * S, 1500 * MS)
    one.close()
    two = Recorder(tmp_path / "L", 2, t0=one.t0 + 1, declared={rate: 360.0})
    two.counter(GPU, WATTS)
    two.span(two.path("b", devices=[0]), 1500 * MS, 2 * S)
    two.close()
    made = report(tmp_path / "L", by="name")
    grams = {dict(g.key)["name"]: mid(g.amounts.carbon_location_g) for g in made.groups}
    assert grams["a"] == pytest.approx(150 / 3.6e6 * 36, rel=1e-6)
    assert grams["b"] == pytest.approx(150 / 3.6e6 * 360, rel=1e-6)
    assert mid(made.totals.energy_j) == pytest.approx(500.0)
    expected = (350 * 36 + 150 * 360) / 3.6e6
    assert mid(made.totals.carbon_location_g) == pytest.approx(expected, rel=1e-6)
    assert any("as the first run declared" in text for text in made.assumptions)


def test_a_group_of_which_a_part_was_not_metered_says_nothing_per_item(tmp_path: Path) -> None:
    simple(tmp_path / "L").close()
    two = Recorder(tmp_path / "L", 2, host="host-b", boot="boot-b")
    two.span(two.path("embed", model="minilm"), 0, S)
    two.close()
    made = report(tmp_path / "L", by="model")
    assert mid(only(made).amounts.energy_j) == pytest.approx(300.0)
    assert only(made).per_item is None
    assert any("not metered at all" in gap.why for gap in made.gaps)


def test_time_that_was_not_metered_is_a_gap_and_not_filled(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L")
    one.counter(GPU, WATTS)
    one.span(one.path("long", devices=[0]), 0, 6 * S)
    one.close()
    made = report(tmp_path / "L")
    assert mid(only(made).amounts.energy_j) == pytest.approx(500.0, rel=0.1)
    assert any("was not metered in up to" in gap.why for gap in made.gaps)


def test_a_childs_parent_without_time_of_its_own_used_nothing(tmp_path: Path) -> None:
    """What a child covers wholly has a figure, zero: it is not missing."""
    one = Recorder(tmp_path / "L")
    one.counter(GPU, WATTS)
    outer, inner = one.path("outer", devices=[0]), one.path("inner", devices=[0])
    parent = one.span(outer, 1 * S, 2 * S)
    one.span(inner, 1 * S, 2 * S, parent=parent)
    one.close()
    energies = {
        dict(g.key)["name"]: g.amounts.energy_j for g in report(tmp_path / "L", by="name").groups
    }
    assert mid(energies["outer"]) == 0.0
    assert mid(energies["inner"]) == pytest.approx(300.0)


def test_a_stream_is_timed_without_what_its_consumer_held(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L")
    seq = one.span(one.path("stream"), 0, S)
    one.writer.hold(seq, one.t0, one.t0 + S, 700 * MS)
    one.close()
    assert only(report(tmp_path / "L")).latency_ms == pytest.approx((300.0,) * 3)


def test_ledgers_in_a_list_and_opened_ones(tmp_path: Path) -> None:
    from footprint import open_ledger

    simple(tmp_path / "L", 1).close()
    simple(tmp_path / "M", 2, host="b", boot="b").close()
    assert only(report([tmp_path / "L", str(tmp_path / "M")])).spans == 2
    assert only(report(open_ledger(tmp_path / "L"), tmp_path / "L")).spans == 1


def test_a_device_that_was_not_seen_is_a_gap_and_not_zero(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L")
    one.counter(GPU, WATTS)
    one.span(one.path("embed", devices=[7]), 1 * S, 2 * S)
    one.close()
    made = report(tmp_path / "L")
    group = only(made)
    assert group.amounts.energy_j is None
    assert group.per_item is None
    (gap,) = [gap for gap in made.gaps if "device 7" in gap.why]
    assert "0 (GPU-1)" in gap.why
    assert line(made, "idle") == pytest.approx(500.0)
