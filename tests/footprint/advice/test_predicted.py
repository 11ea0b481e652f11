"""What a model says of other ways of serving: the measured energy times the predicted ratio."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footprint.advice import moved, others, predicted, sizes
from footprint.advice.figures import FREED
from footprint.advice.make import advise
from footprint.advice.sizes import count
from footprint.advice.view import Advice, Suggestion
from footprint.errors import UsageError
from footprint.estimators.predict.ratios import Request, Way, ratios
from footprint.estimators.quantity import exact
from footprint.model import Device
from footprint.words.said import untranslated
from report_ledgers import CPU, GPU
from turn_ledgers import Way as Done
from turn_ledgers import write

G_PER_KWH = 360.0
G_PER_J = G_PER_KWH / 3.6e6
H100 = GPU._replace(name="NVIDIA H100 80GB HBM3")
#: 400 W for 0.2 s: 80 J for 160 tokens, which is what the model of inference says of it, nearly.
SERVED = Done(
    400.0,
    {"items": 1.0, "tokens_in": 200.0, "tokens_out": 160.0},
    {"tags": {"precision": "bf16", "batch": "8"}},
)
CALLS = 10
WHOLE_J = 80.0 * CALLS
#: Meta's model card, as the registry has it.
LLAMA = Request(8.03e9, None, 200.0, 160.0)


def recorded(
    path: Path, done: Done = SERVED, model: str = "llama-3.1-8b", **context: object
) -> Path:
    given = {"device": H100, "calls": CALLS, **context}
    return write(path, [done], model=model, **given)  # type: ignore[arg-type]


def tagged(**tags: str | None) -> Done:
    known = {**SERVED.declared["tags"], **tags}
    return SERVED._replace(declared={"tags": {k: v for k, v in known.items() if v is not None}})


def made(ledger: Path, **options: object) -> Advice:
    return advise(ledger, **{"carbon_intensity_g_per_kwh": G_PER_KWH, **options})  # type: ignore[arg-type]


def told(advice: Advice) -> Iterator[Suggestion]:
    return (each for each in advice.suggestions if each.tier == "predicted")


def one(advice: Advice, what: str) -> Suggestion:
    (found,) = [each for each in told(advice) if each.what.startswith(what)]
    return found


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(tmp_path_factory.mktemp("served") / "L")


def test_fewer_bits_are_the_measured_energy_times_the_predicted_ratio(ledger: Path) -> None:
    found = one(made(ledger), "run in int4 what ran in bf16")
    eight = exact(8.0, "1")
    ratio = ratios(Way("H100 SXM", "bf16", eight, 1), Way("H100 SXM", "int4", eight, 1), LLAMA)
    assert found.carbon_g is not None
    now, then, saved = found.carbon_g
    assert now.mid == pytest.approx(WHOLE_J * G_PER_J, rel=1e-9)
    assert then.mid == pytest.approx(now.mid * ratio.energy.mid, rel=2e-3)  # 8.03e9 is rounded
    assert saved.mid == pytest.approx(now.mid - then.mid, rel=1e-9)
    assert saved.low == pytest.approx(now.mid * (1 - ratio.energy.high), rel=2e-2)
    assert saved.low > 0
    assert {predicted.GPUS_ALONE, others.QUALITY.format(precision="int4")} <= set(found.assumptions)
    assert "Llama 3.1 8B" in " ".join(found.assumptions)
    assert {"memory bandwidth reached", "TDP"} <= {factor.name for factor in found.factors}


def test_larger_batches_are_those_that_the_model_was_tried_on(ledger: Path) -> None:
    found = [each.what for each in told(made(ledger)) if each.kind == "batch"]
    assert found[0].startswith("run in batches of 512")
    assert all("what ran in batches of 8" in text for text in found)
    assert len(found) == 2  # 64 and 512: it ran with 8
    (asked,) = [each for each in told(made(ledger, batches=[32, 8])) if each.kind == "batch"]
    assert asked.what == "run in batches of 32 what ran in batches of 8"


def test_other_hardware_has_its_own_manufacture(ledger: Path) -> None:
    found = one(made(ledger, hardware=["A100"], every=True), "run on A100 SXM 80GB")
    assert found.embodied_g is not None
    assert found.carbon_g is not None
    kilos = {each.subject: each for each in found.factors if each.unit == "kg"}
    (life,) = [each for each in found.factors if each.unit == "h" and "lifetime" in each.name]
    share = CALLS * 0.2 / 3600 / life.quantity.mid
    here, there = (kilos[name].quantity.mid * 1000 for name in ("H100 SXM", "A100 SXM 80GB"))
    assert found.embodied_g.now.mid == pytest.approx(here * share, rel=1e-6)
    slower = found.embodied_g.then.mid / (there * share)
    assert slower > 1  # an A100 is held longer for the same tokens
    assert not found.exceeds("carbon")  # what a stack makes of another GPU is not known
    assert others.OTHER_STACK in found.assumptions


def test_its_own_way_is_never_suggested(ledger: Path) -> None:
    again = made(ledger, hardware=["H100 SXM"], precisions=["bfloat16"], batches=[8], every=True)
    assert not list(told(again))


def test_what_the_ledger_shows_is_not_predicted(tmp_path: Path) -> None:
    less = tagged(precision="int4")._replace(watts=300.0)
    found = made(write(tmp_path / "L", [SERVED, less], device=H100, model="llama-3.1-8b"))
    shown = [each for each in found.suggestions if each.kind == "precision"]
    (seen,) = [each for each in shown if each.what == "run in int4 what ran in bf16"]
    assert seen.tier == "observed"


def test_rent_is_told_at_the_prices_of_one_list(ledger: Path) -> None:
    found = one(
        made(ledger, hardware=["L4"], rental_per_device_hour="1 USD", every=True), "run on L4"
    )
    assert found.cost is not None
    assert moved.LISTED in found.assumptions
    prices = {each.subject: float(each.value) for each in found.factors if "rental" in each.name}  # type: ignore[arg-type]
    hours = CALLS * 0.2 / 3600
    assert found.cost.now.mid == pytest.approx(hours * prices["H100 SXM"], rel=1e-6)
    same = one(made(ledger, rental_per_device_hour="3.6 USD"), "run in int4")
    assert FREED in same.assumptions
    assert "rental price" in {factor.name for factor in same.factors}
    assert same.cost is not None
    assert same.cost.now.mid == pytest.approx(hours * 3.6, rel=1e-6)


def test_a_tariff_follows_the_energy(ledger: Path) -> None:
    found = one(made(ledger, tariff_per_kwh="0.36 EUR"), "run in int4")
    assert found.cost is not None
    assert found.carbon_g is not None
    assert found.cost.now.mid == pytest.approx(WHOLE_J / 3.6e6 * 0.36, rel=1e-9)
    assert found.cost.then.mid / found.cost.now.mid == pytest.approx(
        found.carbon_g.then.mid / found.carbon_g.now.mid, rel=1e-9
    )


@pytest.mark.parametrize(
    ("done", "model", "device", "said"),
    [
        (SERVED, "my-own-net", H100, "how many parameters the model of my-own-net/embed"),
        (SERVED._replace(watts=4.0), "llama-3.1-8b", H100, "it does not describe this work"),
        (SERVED, "llama-3.1-8b", GPU, "ran on Test GPU"),
        (SERVED._replace(declared={"devices": ["cpu"]}), "llama-3.1-8b", CPU, "ran on no GPU"),
        (tagged(precision="fp32"), "llama-3.1-405b", H100, "nothing can be predicted: 4"),
        (SERVED._replace(units={"items": 1.0}), "llama-3.1-8b", H100, "no inference has output"),
        (tagged(batch=None), "llama-3.1-8b", H100, "how many requests ran at once"),
    ],
)
def test_what_is_missing_is_a_gap(
    done: Done, model: str, device: Device, said: str, tmp_path: Path
) -> None:
    found = made(recorded(tmp_path / "L", done, model, device=device), batches=[64], every=True)
    assert not [each for each in told(found) if each.kind == "batch"]
    gaps = [gap for gap in found.gaps if said in gap.why]
    assert len(gaps) == 1
    assert untranslated("fr", [gaps[0].why, gaps[0].remedy]) == []


def test_a_tag_tells_the_parameters(tmp_path: Path) -> None:
    found = made(recorded(tmp_path / "L", tagged(params="8.03B"), "my-own-net"))
    assert one(found, "run in int4").carbon_g is not None


@pytest.mark.parametrize(
    ("text", "number"),
    [("8e9", 8e9), ("7.6B", 7.6e9), ("70 b", 7e10), ("8", None), ("many", None), (None, None)],
)
def test_parameters_as_people_write_them(text: str | None, number: float | None) -> None:
    assert count(text) == number


def test_what_is_not_declared_is_taken_and_said(tmp_path: Path) -> None:
    bare = recorded(tmp_path / "L", tagged(precision=None, batch=None))
    found = made(bare, hardware=["MI300X"], precisions=["int4"], every=True)
    assert {each.kind for each in told(found)} == {"hardware", "precision"}
    for each in told(found):
        notes = " ".join(each.assumptions)
        assert "bf16 is taken" in notes
        assert "8 to 512, the same on both sides" in notes
    unasked = made(bare)
    assert not list(told(unasked))  # nothing of it is proposed unasked, but for what to declare
    assert {predicted.NO_PRECISION, predicted.NO_BATCH} <= set(unasked.gaps)
    assert not {predicted.NO_PRECISION, predicted.NO_BATCH} & set(
        made(recorded(tmp_path / "M")).gaps
    )


def test_of_many_gaps_of_a_kind_the_first_are_told(tmp_path: Path) -> None:
    ways = [tagged(params=f"{8 + at}", batch=str(at + 1)) for at in range(8)]
    write(tmp_path / "L", ways, model="my-own-net", device=H100, calls=2)
    found = made(tmp_path / "L")
    nameless = [gap for gap in found.gaps if gap.what == "predicted"]
    assert len(nameless) == 8  # "8" is no number of parameters
    text = found.render()
    assert text.count("parameters the model of") == 5
    assert "3 more of these kinds: --format json has them all" in text
    assert len(json.loads(found.render("json"))["gaps"]) == len(found.gaps)


def test_a_language_model_on_a_gpu_is_asked_for_its_tokens(tmp_path: Path) -> None:
    untold = SERVED._replace(units={"items": 1.0})
    assert predicted.NO_TOKENS in made(recorded(tmp_path / "L", untold)).gaps
    # Of another model nobody knows that it has any.
    assert predicted.NO_TOKENS not in made(recorded(tmp_path / "M", untold, "my-own-net")).gaps


def test_large_numbers_keep_their_digits(tmp_path: Path) -> None:
    found = one(made(recorded(tmp_path / "L"), batches=[1e6], every=True), "run in batches of")
    assert found.what == "run in batches of 1,000,000 what ran in batches of 8"
    (full,) = [note for note in found.assumptions if note.startswith("the memory of")]
    assert full.endswith(" requests at once, below 1,000,000")
    assert "e+" not in full
    assert untranslated("fr", [found.what, full]) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"hardware": ["H1000"]}, "--hardware: accelerator 'H1000' is not known"),
        ({"precisions": ["fp61"]}, "--precision: precision 'fp61' is not known"),
        ({"batches": [0]}, "--batch: batch is 0"),
        ({"batches": [float("nan")]}, "--batch: batch is nan"),
        ({"batches": [1e10]}, "--batch: batch is 1"),
    ],
)
def test_bad_input_is_one_clear_line(ledger: Path, options: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match="^" + said):
        made(ledger, **options)


def test_every_sentence_is_there_in_french(ledger: Path, tmp_path: Path) -> None:
    bare = recorded(tmp_path / "L", tagged(precision=None, batch=None))
    found = [
        made(ledger, every=True, hardware=["L4", "A100"], rental_per_device_hour="1 USD"),
        made(bare, every=True, hardware=["T4"], precisions=["fp32", "int4"], batches=[4]),
        made(recorded(tmp_path / "M", tagged(batch="1")), batches=[1e6], every=True),
    ]
    kinds = {each.kind for advice in found for each in told(advice)}
    assert kinds == {"precision", "batch", "hardware"}
    texts = [each.what for advice in found for each in told(advice)]
    texts += [
        note
        for advice in found
        for each in told(advice)
        for note in (each.method, *each.assumptions)
    ]
    texts += [text for advice in found for gap in advice.gaps for text in (gap.why, gap.remedy)]
    texts += [text for gap in (predicted.NO_PRECISION,) for text in (gap.why, gap.remedy)]
    texts.append(sizes.FROM_NAME.format(model="my llama", name="Llama 3.1 8B"))
    assert untranslated("fr", texts) == []
    assert "(prédit)" in found[0].render("text", "fr")


def test_json_has_the_manufacture_beside(ledger: Path) -> None:
    data = json.loads(made(ledger, hardware=["A100"], every=True).render("json"))
    (found,) = [each for each in data["suggestions"] if each["kind"] == "hardware"]
    assert found["tier"] == "predicted"
    assert set(found["embodied_g"]) == {"now", "then", "saved", "exceeds"}


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scale=st.sampled_from([0.5, 1.5, 2.0]), batch=st.sampled_from(["1", "8", "32"]))
def test_laws(scale: float, batch: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    at = tmp_path_factory.mktemp("laws")
    tokens = {name: value * 2 for name, value in SERVED.units.items()}
    done = tagged(batch=batch)._replace(units=tokens)
    first = list(told(made(recorded(at / "L", done), every=True)))
    more = done._replace(
        watts=done.watts * scale, units={name: value * scale for name, value in tokens.items()}
    )
    second = {each.what: each for each in told(made(recorded(at / "M", more), every=True))}
    for each in first:
        assert each.carbon_g is not None
        now, then, saved = each.carbon_g
        assert saved.mid == pytest.approx(now.mid - then.mid, rel=1e-9)
        assert saved.low <= saved.mid <= saved.high <= now.high
        if each.kind == "hardware":
            continue  # of those that nobody named only the best are kept
        other = second[each.what].carbon_g
        assert other is not None
        assert other.saved.mid == pytest.approx(scale * saved.mid, rel=1e-9)
