"""The same tokens through an API: figures against the estimator's own, and break-even."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from footprint.advice.api import PAID_ALWAYS
from footprint.advice.make import advise
from footprint.advice.view import Advice, Suggestion
from footprint.errors import UsageError
from footprint.estimators.costs.break_even import H_PER_MONTH
from footprint.estimators.systems.api import ApiFootprint, ApiUse, api_footprint
from footprint.words.said import untranslated
from report_ledgers import GPU, UTC, Recorder, S

pytest.importorskip("ecologits")
pytest.importorskip("genai_prices")

#: A GPU of 500 W for 20 s, of which a call runs 10 s.
WORK_J, WHOLE_J = 5000.0, 10_000.0
KWH = WHOLE_J / 3.6e6
IN, OUT = 1000.0, 500.0
MODEL = "gpt-4o-mini"


def recorded(ledger: Path, host: str = "host-a", number: int = 1) -> Path:
    one = Recorder(ledger, number, host=host, boot=f"boot-{host}", declared={"zone": "FRA"})
    one.counter(GPU, [500.0] * 200)
    path = one.path("answer", kind="inference", model="net", devices=["gpu:0"])
    one.span(path, 0, 10 * S, tokens_in=IN, tokens_out=OUT)
    one.close(now=20 * S)
    return ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return recorded(tmp_path / "L")


def made(ledger: Path, **options: object) -> Advice:
    options = {"carbon_intensity_g_per_kwh": 5000.0, "apis": [MODEL], **options}
    return advise(ledger, **options)  # type: ignore[arg-type]


def of_api(advice: Advice) -> list[Suggestion]:
    return [each for each in advice.suggestions if each.kind == "api"]


def through_the_api() -> ApiFootprint:
    return api_footprint([ApiUse(MODEL, None, IN, OUT, at_ns=UTC + 20 * S)])


def test_as_many_tokens_through_the_api(ledger: Path) -> None:
    (best,) = of_api(made(ledger, tariff_per_kwh="0.2"))
    there = through_the_api()
    assert best.carbon_g is not None
    assert best.cost is not None
    assert there.carbon_location_g is not None
    assert there.cost is not None
    now, then, saved = best.carbon_g
    assert now.mid == pytest.approx(KWH * 5000, rel=1e-9)  # with idle energy
    assert then == there.carbon_location_g
    assert saved.low == pytest.approx(now.low - then.high, rel=1e-12)
    assert saved.high == pytest.approx(now.high - then.low, rel=1e-12)
    assert best.cost.now.mid == pytest.approx(KWH * 0.2, rel=1e-9)
    assert best.cost.then.mid == pytest.approx(float(there.cost.mid), rel=1e-12)
    assert best.tier == "estimated"
    assert any(note.startswith("of own hardware electricity alone") for note in best.assumptions)
    assert [dict(key)["name"] for key in best.groups] == ["answer"]


def test_what_is_not_sure_to_save_is_shown_only_when_asked_for(ledger: Path) -> None:
    quiet = made(ledger, carbon_intensity_g_per_kwh=0.01)
    assert not of_api(quiet)
    assert of_api(made(ledger, carbon_intensity_g_per_kwh=0.01, every=True))


def test_own_hardware_is_cheaper_from_where_its_rent_is_the_apis_price(ledger: Path) -> None:
    there = through_the_api()
    assert there.cost is not None
    (found,) = made(ledger, rental_per_device_hour="0.001").own_or_api
    per_token = float(there.cost.mid) / (IN + OUT)
    assert found.found.tokens_per_month is not None
    assert found.found.tokens_per_month.mid == pytest.approx(0.001 * H_PER_MONTH / per_token)
    assert dict(found.group)["name"] == "answer"
    # 150 tokens a second at full load cost the API's price, or a rent of `dear` an hour.
    dear = per_token * 150 * 3600
    (never,) = made(ledger, rental_per_device_hour=f"{2 * dear:.6f}").own_or_api
    assert never.found.tokens_per_month is None
    assert never.found.reason.startswith("even a machine at full capacity")


def test_gpus_of_several_hosts_count_as_one_machine_and_that_is_said(ledger: Path) -> None:
    options = {"rental_per_device_hour": "0.001"}
    (alone,) = made(ledger, **options).own_or_api
    recorded(ledger, "host-b", 2)
    (both,) = made(ledger, **options).own_or_api
    said = "the GPUs of 2 hosts count as one machine, which serves what they did while at least"
    assert any(note.startswith(said) for note in both.assumptions)
    assert not any("hosts count as one machine" in note for note in alone.assumptions)
    assert both.found.tokens_per_month is not None
    assert alone.found.tokens_per_month is not None
    # Two GPUs cost twice as much an hour.
    assert alone.found.tokens_per_month.mid is not None
    assert both.found.tokens_per_month.mid == pytest.approx(2 * alone.found.tokens_per_month.mid)
    assert untranslated("fr", both.assumptions) == []
    machine = "a machine of {} x Test GPU serves as many tokens an hour as it did while calls of "
    for volume, count in ((alone, 1), (both, 2)):
        assert any(note.startswith(machine.format(count)) for note in volume.assumptions)


def test_the_factors_are_those_of_both_sides_and_of_what_is_shown(ledger: Path) -> None:
    found = made(ledger, rental_per_device_hour="0.001", every=True)
    (best,), (volume,) = of_api(found), found.own_or_api
    names = {factor.name for factor in best.factors}
    assert {"grid intensity", "rental price", "API price, output", "API PUE"} <= names
    assert not {"API WUE", "API water intensity"} & names  # advice has no water
    assert {factor.name for factor in volume.factors} == {
        "rental price",
        "API price, input",
        "API price, output",
    }


def test_bought_hardware_is_told_in_words_that_hold_here(tmp_path: Path) -> None:
    h100 = GPU._replace(name="NVIDIA H100 80GB HBM3")
    one = Recorder(tmp_path / "L", declared={"zone": "FRA"})
    one.counter(h100, [500.0] * 200)
    path = one.path("answer", kind="inference", model="net", devices=["gpu:0"])
    one.span(path, 0, 10 * S, tokens_in=IN, tokens_out=OUT)
    one.close(now=20 * S)
    (tmp_path / "own.toml").write_text(
        '[tariff]\nprice = "0.1 USD"\n[[purchase]]\ndevice = "H100 SXM"\nprice = "8.76 USD"\n'
        "lifetime_years = 4\nutilisation = 0.5\n"
    )
    (volume,) = made(tmp_path / "L", factors=tmp_path / "own.toml").own_or_api
    there = through_the_api().cost
    assert there is not None
    margin = (float(there.mid) - WORK_J / 3.6e6 * 0.1) / (IN + OUT)
    assert volume.found.tokens_per_month is not None
    # 0.25 mUSD an hour, day and night: half of the hours are not paid by the other half here.
    assert volume.found.tokens_per_month.mid == pytest.approx(0.00025 * H_PER_MONTH / margin)
    assert PAID_ALWAYS in volume.assumptions
    assert "--utilisation" not in " ".join(volume.assumptions)  # compare alone has it
    assert untranslated("fr", volume.assumptions) == []


def test_without_an_api_named_nothing_is_said_of_any(ledger: Path) -> None:
    found = made(ledger, apis=())
    assert not of_api(found)
    assert not found.own_or_api


def test_without_tokens_one_line_says_what_to_count(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L", declared={"zone": "FRA"})
    one.counter(GPU, [500.0] * 100)
    one.span(one.path("answer", kind="inference", devices=["gpu:0"]), 0, S)
    one.close(now=10 * S)
    assert "api" in [gap.what for gap in made(tmp_path / "L").gaps]


@pytest.mark.parametrize("kind", ["inference", "training"])
def test_a_model_that_nobody_knows_is_refused_with_the_nearest(tmp_path: Path, kind: str) -> None:
    one = Recorder(tmp_path / "L", declared={"zone": "FRA"})
    one.counter(GPU, [500.0] * 100)
    one.span(one.path("answer", kind=kind, devices=["gpu:0"]), 0, S, tokens_out=1.0)
    one.close(now=10 * S)
    with pytest.raises(UsageError, match=r"^--api: .*gpt-4o-minny.*gpt-4o-mini"):
        made(tmp_path / "L", apis=["gpt-4o-minny"])


def test_it_is_said_in_json_and_in_french(ledger: Path) -> None:
    found = made(ledger, rental_per_device_hour="0.001", every=True)
    data = json.loads(found.render("json"))
    (volume,) = data["own_or_api"]
    assert volume["api"] == MODEL
    assert volume["tokens_per_month"]["mid"] > 0
    assert volume["reason"] is None
    texts = []
    every = (found, made(ledger, every=True), made(ledger, rental_per_device_hour="9"))
    for advice in every:
        for each in of_api(advice):
            texts += [each.what, each.method, *each.assumptions]
        for one in advice.own_or_api:
            texts += [*one.assumptions, *([one.found.reason] if one.found.reason else [])]
        texts += [text for gap in advice.gaps for text in (gap.why, gap.remedy)]
    assert untranslated("fr", texts) == []
    assert "millions de jetons par mois" in found.render("text", "fr")
    assert "no limit" not in found.render()
    assert "own hardware is never cheaper than gpt-4o-mini" in every[2].render()
