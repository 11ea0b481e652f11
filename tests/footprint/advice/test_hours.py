"""Later starts: exact savings on grids that change by the hour, and laws of any."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compacted_ledgers import DAY, compacted, sealed
from footprint.advice import hours
from footprint.advice.hours import within_hours
from footprint.advice.make import advise
from footprint.advice.view import Advice, Suggestion
from footprint.errors import UsageError
from footprint.estimators.series import iso
from footprint.words.said import untranslated
from report_ledgers import GPU, UTC, Recorder, S

HOUR = 3600 * S
#: A GPU of 360 W: 0.1 kWh in 1,000 s.
WATTS, KWH = 360.0, 0.1
STEP = 100 * S


def grid(folder: Path, intensities: list[float], tariffs: list[float] | None = None) -> Path:
    """A factors file of hourly values of France, from the hour in which ledgers start."""
    text = ""
    series = [("grid intensity", "g/kWh", "grid.csv", intensities)]
    if tariffs:
        series.append(("electricity tariff", "EUR/kWh", "tariff.csv", tariffs))
    for name, unit, file, values in series:
        rows = [f"{iso(UTC + at * HOUR)},{value}" for at, value in enumerate(values)]
        (folder / file).write_text("\n".join(["start,value", *rows]) + "\n")
        text += f'[[factor]]\nname = "{name}"\nzone = "FRA"\nseries = "{file}"\nunit = "{unit}"\n'
        text += 'column = "value"\nsource = "test"\n'
    (folder / "own.toml").write_text(text)
    return folder / "own.toml"


def run(
    folder: Path, number: int, later_s: int, kind: str = "training", seconds: int = 1000
) -> None:
    """A run of one call at full power, so many seconds after the first hour began."""
    one = Recorder(
        folder / "L",
        number,
        declared={"zone": "FRA"},
        boot=f"boot-{number}",
        utc_ns=UTC + later_s * S,
    )
    one.counter(GPU, [WATTS] * (seconds * S // STEP), step=STEP)
    path = one.path("fit", kind=kind, model="net", devices=["gpu:0"])
    one.span(path, 0, seconds * S)
    one.close(now=seconds * S)


def made(folder: Path, **options: object) -> Advice:
    options.setdefault("zone_candidates", ["FRA"])
    return advise(folder / "L", factors=folder / "own.toml", **options)  # type: ignore[arg-type]


def hours_of(advice: Advice) -> list[Suggestion]:
    return [each for each in advice.suggestions if each.kind == "hour"]


def test_one_run_starts_in_the_best_hour(tmp_path: Path) -> None:
    grid(tmp_path, [100, 80, 20, 50, 90])
    run(tmp_path, 1, 600)
    (best,) = hours_of(made(tmp_path, within=4))
    assert best.what == "start 2 h later, in the hour from 2026-11-22 13:00 UTC"
    assert best.carbon_g is not None
    assert best.carbon_g.now.mid == pytest.approx(KWH * 100, rel=1e-9)
    assert best.carbon_g.then.mid == pytest.approx(KWH * 20, rel=1e-9)
    assert best.carbon_g.saved.mid == pytest.approx(KWH * 80, rel=1e-9)
    assert best.start is not None
    assert (best.start.hour_utc, best.start.later_h, best.start.moved) == (13, 2.0, 1)
    assert dict(best.groups[0]) == {"model": "net", "name": "fit", "kind": "training"}
    assert best.tier == "counterfactual"


def test_a_run_over_two_hours_keeps_its_shape(tmp_path: Path) -> None:
    grid(tmp_path, [100, 100, 10, 90, 40, 20, 100])
    run(tmp_path, 1, 3000)  # 600 s in the first hour, 400 s in the second
    (best,) = hours_of(made(tmp_path, within="5h"))
    # 4 h later: 0.6 x 40 + 0.4 x 20; 2 h later 0.6 x 10 + 0.4 x 90 is more.
    assert best.start is not None
    assert best.start.later_h == 4.0
    assert best.carbon_g is not None
    assert best.carbon_g.now.mid == pytest.approx(KWH * 100, rel=1e-9)
    assert best.carbon_g.then.mid == pytest.approx(KWH * 32, rel=1e-9)


def test_several_runs_are_put_off_to_one_hour_of_the_day(tmp_path: Path) -> None:
    grid(tmp_path, [100, 60, 10, 80, *[100] * 22, 90, 70, 100])
    run(tmp_path, 1, 0)
    run(tmp_path, 2, 3600)
    run(tmp_path, 3, 25 * 3600)
    (best,) = hours_of(made(tmp_path, within=2))
    assert best.start is not None
    # 13:00 UTC: 2 h, 1 h and 1 h later; that of the next day is 90 g, and 14:00 is 70 g.
    assert best.start[:5] == (13, pytest.approx(4 / 3), 3, 3, 2)
    assert best.carbon_g is not None
    assert best.carbon_g.now.mid == pytest.approx(KWH * (100 + 60 + 100), rel=1e-9)
    assert best.carbon_g.then.mid == pytest.approx(KWH * (10 + 10 + 90), rel=1e-9)
    assert best.start.own_best_saved.mid == pytest.approx(KWH * (90 + 50 + 30), rel=1e-9)


def test_what_is_not_known_of_the_pue_is_the_same_for_all_runs(tmp_path: Path) -> None:
    own = grid(tmp_path, [100, 60, 10, 80, *[100] * 21, 50, 70, 100, 100])
    with own.open("a") as file:
        file.write('[[factor]]\nname = "PUE"\nzone = "FRA"\nlow = 1.0\nmid = 1.2\nhigh = 1.6\n')
    run(tmp_path, 1, 0)
    run(tmp_path, 2, 25 * 3600)
    (best,) = hours_of(made(tmp_path, within=2))
    assert best.carbon_g is not None
    # At 13:00 UTC it is 10 instead of 100 on the first day, and 70 instead of 50 on the second.
    saved_g = best.carbon_g.saved
    assert saved_g.low == pytest.approx(KWH * 70, rel=1e-9)
    assert saved_g.mid == pytest.approx(KWH * 70 * 1.2, rel=1e-9)
    assert saved_g.high == pytest.approx(KWH * 70 * 1.6, rel=1e-9)


def test_only_known_hours_are_tried_and_a_gap_says_so(tmp_path: Path) -> None:
    grid(tmp_path, [100, 80])
    run(tmp_path, 1, 0)
    found = made(tmp_path)
    (best,) = hours_of(found)
    assert best.start is not None
    assert best.start.later_h == 1.0
    assert [gap.why for gap in found.gaps if gap.what == "hour"] == [
        "of 1 of 1 runs, later hours are beyond what is known of the grid intensity"
    ]


def test_of_how_many_runs_the_hours_are_not_known_is_told_once(tmp_path: Path) -> None:
    grid(tmp_path, [100, 80, 60])
    run(tmp_path, 1, 0)
    run(tmp_path, 2, 0, kind="evaluation")
    run(tmp_path, 3, 30 * 3600)
    found = made(tmp_path)
    gaps = [gap for gap in found.gaps if gap.what == "hour"]
    assert [gap.why for gap in gaps] == [
        "of 1 of 3 runs, the grid intensity is not known by the hour when they ran",
        "of 2 of 3 runs, later hours are beyond what is known of the grid intensity",
    ]
    assert untranslated("fr", [text for gap in gaps for text in (gap.why, gap.remedy)]) == []


def test_the_zone_that_is_not_known_is_the_one_that_is_named(tmp_path: Path) -> None:
    own = grid(tmp_path, [100, 80, 60])
    with own.open("a") as file:
        file.write(
            '[[factor]]\nname = "grid intensity"\nzone = "SWE"\nvalue = 20\nunit = "g/kWh"\n'
        )
    run(tmp_path, 1, 10_300)  # half of it after the third hour
    found = made(tmp_path, zone_candidates=["SWE"], factor_sources=["own"])
    assert [gap.why for gap in found.gaps if gap.what == "zone"] == [
        "the grid intensity of FRA is not known of all of the period"
    ]


def test_inference_waits_only_where_that_is_asked_for(tmp_path: Path) -> None:
    grid(tmp_path, [100, 20, 90])
    run(tmp_path, 1, 0, kind="inference")
    assert not hours_of(made(tmp_path, every=True))
    assert hours_of(made(tmp_path, shift_inference=True, within=2))


def test_by_cost_the_tariff_says_when(tmp_path: Path) -> None:
    grid(tmp_path, [100, 20, 90, 150], [0.3, 0.4, 0.2, 0.1])
    run(tmp_path, 1, 0)
    (by_carbon,), (by_cost,) = (
        hours_of(made(tmp_path, by=by, within=3)) for by in ("carbon", "cost")
    )
    assert by_carbon.start is not None
    assert by_cost.start is not None
    assert (by_carbon.start.later_h, by_cost.start.later_h) == (1.0, 3.0)
    assert hours.HINDSIGHT in by_carbon.assumptions
    assert hours.KNOWN_PRICES in by_cost.assumptions  # a tariff is often agreed beforehand
    assert untranslated("fr", by_cost.assumptions) == []
    assert by_cost.cost is not None
    assert by_cost.cost.now.unit == "EUR"
    assert by_cost.cost.saved.mid == pytest.approx(KWH * 0.2, rel=1e-9)
    assert by_cost.carbon_g is not None
    assert by_cost.carbon_g.saved.mid == pytest.approx(-KWH * 50, rel=1e-9)
    assert by_carbon.cost is not None
    assert by_carbon.cost.saved.mid == pytest.approx(-KWH * 0.1, rel=1e-9)


def test_where_the_hours_are_not_known_a_gap_says_what_to_give(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        '[[factor]]\nname = "grid intensity"\nzone = "FRA"\nvalue = 50\nunit = "g/kWh"\n'
    )
    run(tmp_path, 1, 0)
    found = made(tmp_path)
    assert not hours_of(found)
    (gap,) = [gap for gap in found.gaps if gap.what == "hour"]
    assert gap.why.startswith("the grid intensity of FRA is not known by the hour")


def test_a_rent_with_its_electricity_is_the_same_at_every_hour(tmp_path: Path) -> None:
    grid(tmp_path, [100, 20], [0.3, 0.1])
    run(tmp_path, 1, 0)
    found = made(tmp_path, by="cost", rental_per_device_hour="2 EUR", every=True)
    assert not hours_of(found)
    assert [gap for gap in found.gaps if gap.what == "hour"] == [hours.IN_RENT]
    assert untranslated("fr", hours.IN_RENT[1:]) == []


def test_a_start_that_was_the_best_is_left(tmp_path: Path) -> None:
    grid(tmp_path, [10, 20, 30])
    run(tmp_path, 1, 0)
    assert not hours_of(made(tmp_path, within=2, every=True))


def test_half_hourly_prices_are_kept_apart(tmp_path: Path) -> None:
    rows = [f"{iso(UTC + at * HOUR // 2)},{v}" for at, v in enumerate([9, 1, 8, 6, 2, 7])]
    (tmp_path / "grid.csv").write_text("\n".join(["start,value", *rows]) + "\n")
    (tmp_path / "own.toml").write_text(
        '[[factor]]\nname = "grid intensity"\nzone = "FRA"\nseries = "grid.csv"\n'
        'unit = "g/kWh"\ncolumn = "value"\n'
    )
    run(tmp_path, 1, 0)  # all of it in the first half of the hour
    (best,) = hours_of(made(tmp_path, within=2))
    assert best.carbon_g is not None
    assert best.carbon_g.now.mid == pytest.approx(KWH * 9, rel=1e-9)
    assert best.carbon_g.then.mid == pytest.approx(KWH * 2, rel=1e-9)


def test_it_is_said_in_json_and_in_french(tmp_path: Path) -> None:
    grid(tmp_path, [100, 60, 10, 80])
    run(tmp_path, 1, 0)
    run(tmp_path, 2, 3600)
    found = made(tmp_path)
    data = json.loads(found.render("json"))
    (best,) = [each for each in data["suggestions"] if each["kind"] == "hour"]
    assert best["start"]["hour_utc"] == 13
    assert best["start"]["own_best_saved"]["mid"] == pytest.approx(KWH * 140)
    (tmp_path / "one").mkdir()
    grid(tmp_path / "one", [100, 60])
    run(tmp_path / "one", 1, 0)
    texts = []
    for advice in (found, made(tmp_path / "one", within=1)):
        for each in hours_of(advice):
            texts += [each.what, each.method, *each.assumptions]
        texts += [text for gap in advice.gaps for text in (gap.why, gap.remedy)]
    assert untranslated("fr", texts) == []
    assert "reporter au créneau qui commence à 13:00 UTC" in found.render("text", "fr")


@pytest.mark.parametrize("given", ["0h", "1.5h", "200h", "²h", "soon", -3, float("nan")])
def test_hours_that_make_no_sense_are_refused(given: str | float) -> None:
    with pytest.raises(UsageError, match=r"^--within .*: give whole hours, from 1h to 168h$"):
        within_hours(given)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(st.floats(1, 900), min_size=8, max_size=8),
    st.lists(st.integers(0, 5 * 3600), min_size=1, max_size=3, unique=True),
    st.integers(1, 6),
)
def test_a_rule_never_saves_more_than_each_at_its_best(
    tmp_path_factory: pytest.TempPathFactory,
    intensities: list[float],
    begun: list[int],
    within: int,
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    grid(folder, intensities)
    for number, later in enumerate(begun, start=1):
        run(folder, number, later, seconds=500)
    for best in hours_of(made(folder, within=within, every=True)):
        assert best.carbon_g is not None
        assert best.start is not None
        now, then, saved = best.carbon_g
        assert saved.mid == pytest.approx(now.mid - then.mid, rel=1e-6, abs=1e-9)
        assert 0 <= saved.mid <= best.start.own_best_saved.mid * (1 + 1e-9)
        assert then.mid >= KWH / 2 * len(begun) * min(intensities) * (1 - 1e-9)
        assert 0 < best.start.later_h <= within


def tariff(folder: Path, *, until: str = "", night: str = "22:00") -> None:
    """Night prices up to 06:00 in Paris; the ledger begins at noon there."""
    valid = f"valid_until = {until}\n" if until else ""
    (folder / "own.toml").write_text(
        f'[tariff]\ncurrency = "EUR"\ntimezone = "Europe/Paris"\n{valid}'
        f'[[tariff.band]]\nprice = 0.3\nhours = "06:00-{night}"\n'
        f'[[tariff.band]]\nprice = 0.1\nhours = "{night}-06:00"\n'
    )


def test_a_tariff_by_time_of_use_says_when_the_night_begins(tmp_path: Path) -> None:
    tariff(tmp_path)
    run(tmp_path, 1, 0)
    (best,) = hours_of(made(tmp_path, by="cost"))
    assert best.what == "start 10 h later, in the hour from 2026-11-22 21:00 UTC"  # 22:00 in Paris
    assert best.cost is not None
    assert best.cost.saved.mid == pytest.approx(KWH * 0.2, rel=1e-9)


def test_a_tariff_that_ends_is_known_of_the_period_alone(tmp_path: Path) -> None:
    tariff(tmp_path, until="2026-11-23")
    run(tmp_path, 1, 0)
    found = made(tmp_path, by="cost")
    assert not hours_of(found)
    assert [gap.why for gap in found.gaps if gap.what == "hour"]


def test_a_price_that_changes_within_an_hour_to_come_cuts_the_work_of_now(tmp_path: Path) -> None:
    tariff(tmp_path, night="22:30")
    run(tmp_path, 1, 1400)  # 400 s before half past, 600 s after it
    (best,) = hours_of(made(tmp_path, by="cost", within=10))
    assert best.cost is not None
    assert best.cost.then.mid == pytest.approx(KWH * (0.4 * 0.3 + 0.6 * 0.1), rel=1e-9)


def test_sealed_and_compacted_runs_are_put_off_to_the_same_hour(tmp_path: Path) -> None:
    grid(tmp_path, [100, 60, 10, 80, *[100] * 22, 90, 70, 100])
    for number, later in enumerate((0, 3600, 3000), start=1):  # the third over two hours
        run(tmp_path, number, later)
    before = hours_of(made(tmp_path, within=3))
    sealed(tmp_path / "L")
    assert hours_of(made(tmp_path, within=3)) == before
    assert compacted(tmp_path / "L", UTC + 2 * DAY).dates == ("2026-11-22",)
    (after,), (first,) = hours_of(made(tmp_path, within=3)), before
    assert after.start is not None
    assert first.start is not None
    assert after.start[:5] == first.start[:5]
    assert after.carbon_g is not None
    assert first.carbon_g is not None
    assert after.carbon_g.saved.mid == pytest.approx(first.carbon_g.saved.mid, rel=1e-6)
