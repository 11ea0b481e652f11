"""What a ledger itself shows to take less: exact savings, and laws that hold of any."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footprint.advice import observed
from footprint.advice.figures import FREED
from footprint.advice.make import advise
from footprint.advice.view import Advice, Suggestion
from footprint.words.said import untranslated
from report_ledgers import GPU
from turn_ledgers import Way, write

#: g CO2e per kWh; no zone and no tariff of a table is in these figures.
G_PER_KWH = 360.0
G_PER_J = G_PER_KWH / 3.6e6
KINDS = ("precision", "batch", "hardware")
GAIN = GPU._replace(gain_low=0.95, gain_high=1.05)


def made(ledger: Path, **options: object) -> Advice:
    return advise(ledger, carbon_intensity_g_per_kwh=G_PER_KWH, **options)  # type: ignore[arg-type]


def ways_of(advice: Advice) -> list[Suggestion]:
    return [each for each in advice.suggestions if each.kind in KINDS]


def precision(text: str, watts: float, **units: float) -> Way:
    return Way(watts, units or {"items": 4.0}, {"version": text})


def test_another_precision_is_what_it_took_here(tmp_path: Path) -> None:
    ledger = write(
        tmp_path / "L", [precision("fp32", 400.0), precision("int8", 100.0)], device=GAIN
    )
    (best,) = ways_of(made(ledger))
    assert best.what == "run in int8 what ran in fp32"
    assert (best.kind, best.tier, best.at_most) == ("precision", "observed", False)
    assert dict(best.groups[0])["version"] == "fp32"
    assert best.carbon_g is not None
    now, then, saved = best.carbon_g
    # 10 calls of 80 J; the other way they take 20 J each.
    assert now.mid == pytest.approx(800 * G_PER_J, rel=1e-9)
    assert then.mid == pytest.approx(200 * G_PER_J, rel=1e-9)
    assert saved.mid == pytest.approx(600 * G_PER_J, rel=1e-9)
    # One sensor: its gain cancels in the ratio. Saved is known as well as what was used.
    assert saved.low == pytest.approx(0.95 * saved.mid, rel=1e-9)
    assert saved.high == pytest.approx(1.05 * saved.mid, rel=1e-9)


def test_tokens_are_counted_where_both_have_them(tmp_path: Path) -> None:
    half = precision("bf16", 400.0, items=1.0, tokens_in=100.0, tokens_out=10.0)
    less = precision("int8", 100.0, items=1.0, tokens_in=100.0, tokens_out=5.0)
    (best,) = ways_of(made(write(tmp_path / "L", [half, less])))
    assert best.carbon_g is not None
    # 8 J for a token there, 4 J here.
    assert best.carbon_g.then.mid / best.carbon_g.now.mid == pytest.approx(0.5, rel=1e-9)
    assert any("their requests differ: 10 input tokens" in note for note in best.assumptions)


def test_a_batch_is_counted_by_its_items(tmp_path: Path) -> None:
    one = Way(100.0, {"items": 1.0}, {"tags": {"batch": "1"}})
    many = Way(400.0, {"items": 16.0}, {"tags": {"batch": "16"}})
    (best,) = ways_of(made(write(tmp_path / "L", [one, many])))
    assert best.what == "run in batches of 16 what ran in batches of 1"
    assert best.carbon_g is not None
    assert best.carbon_g.now.mid == pytest.approx(10 * 20 * G_PER_J, rel=1e-9)
    assert best.carbon_g.then.mid == pytest.approx(10 * 5 * G_PER_J, rel=1e-9)
    assert observed.ENOUGH_WORK in best.assumptions


def test_a_batch_without_items_is_not_compared(tmp_path: Path) -> None:
    one = Way(100.0, {}, {"tags": {"batch": "1"}})
    many = Way(50.0, {}, {"tags": {"batch": "16"}})
    assert not ways_of(made(write(tmp_path / "L", [one, many]), every=True))


def test_other_hardware_of_the_same_work(tmp_path: Path) -> None:
    slow = GPU._replace(id="GPU-a", name="Slow GPU")
    fast = GPU._replace(id="GPU-b", name="Fast GPU", gain_low=0.9, gain_high=1.1)
    work = [Way(300.0, {"items": 1.0}, {})]
    write(tmp_path / "L", work, device=slow, host="host-a", boot="boot-a")
    light = [work[0]._replace(watts=100.0)]
    write(tmp_path / "L", light, device=fast, number=2, host="host-b", boot="boot-b")
    (best,) = ways_of(made(tmp_path / "L"))
    assert best.what == "run on 1 x Fast GPU (host-b) what ran on 1 x Slow GPU (host-a)"
    assert best.carbon_g is not None
    assert best.carbon_g.saved.mid == pytest.approx(10 * 40 * G_PER_J, rel=1e-9)
    # Two sensors: the other one's gain does not cancel.
    assert best.carbon_g.saved.low == pytest.approx(10 * (60 - 20 * 1.1) * G_PER_J, rel=1e-9)
    assert observed.OTHER_LOAD in best.assumptions


def test_what_differs_in_two_things_is_not_compared(tmp_path: Path) -> None:
    slow = Way(400.0, {"items": 1.0}, {"version": "fp32", "tags": {"batch": "1"}})
    fast = Way(100.0, {"items": 16.0}, {"version": "int8", "tags": {"batch": "16"}})
    assert not ways_of(made(write(tmp_path / "L", [slow, fast]), every=True))


def test_a_tag_says_the_precision_of_a_version(tmp_path: Path) -> None:
    def tagged(text: str, version: str, watts: float) -> Way:
        return Way(watts, {"items": 1.0}, {"version": version, "tags": {"dtype": text}})

    ledger = write(
        tmp_path / "L",
        [
            tagged("torch.float32", "v1", 400.0),
            tagged("int8", "v1", 200.0),
            tagged("int8", "v2", 100.0),
        ],
    )
    (best,) = ways_of(made(ledger))  # v2 may be another model: it is no precision of v1
    assert best.what == "run in int8 what ran in fp32"
    assert best.carbon_g is not None
    assert best.carbon_g.then.mid / best.carbon_g.now.mid == pytest.approx(0.5, rel=1e-9)


def test_too_few_calls_are_a_gap(tmp_path: Path) -> None:
    ledger = write(tmp_path / "L", [precision("fp32", 400.0), precision("int8", 100.0)], calls=4)
    found = made(ledger, every=True)
    assert not ways_of(found)
    (gap,) = [each for each in found.gaps if each.what == "precision"]
    assert "too few calls" in gap.why


def test_too_many_calls_are_a_gap_that_a_shorter_period_closes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = write(tmp_path / "L", [precision("fp32", 400.0), precision("int8", 100.0)])
    monkeypatch.setattr(observed, "MOST_CALLS", 15)
    found = made(ledger, every=True)
    assert not ways_of(found)
    assert observed.TOO_MANY in found.gaps
    assert ways_of(made(ledger, until="2026-11-22T11:00:04Z"))


def test_rent_follows_the_time_and_electricity_the_energy(tmp_path: Path) -> None:
    ledger = write(tmp_path / "L", [precision("fp32", 400.0), precision("int8", 100.0)])
    (paid,) = ways_of(made(ledger, tariff_per_kwh="0.36 EUR"))
    assert paid.cost is not None
    assert paid.cost.now.unit == "EUR"
    assert paid.cost.now.mid == pytest.approx(800 / 3.6e6 * 0.36, rel=1e-9)
    assert paid.cost.saved.mid == pytest.approx(600 / 3.6e6 * 0.36, rel=1e-9)
    (rented,) = ways_of(made(ledger, rental_per_device_hour="3.6 EUR"))
    assert rented.cost is not None
    assert rented.cost.now.mid == pytest.approx(10 * 0.2 / 3600 * 3.6, rel=1e-6)
    assert rented.cost.saved.mid == pytest.approx(0.0, abs=1e-12)  # both took as long
    assert FREED in rented.assumptions
    assert FREED not in paid.assumptions  # of electricity nothing has to be given back
    assert {factor.name for factor in rented.factors} == {"grid intensity", "rental price"}


def test_every_sentence_is_there_in_french(tmp_path: Path) -> None:
    ways = [
        precision("fp32", 400.0, tokens_in=3.0, tokens_out=1.0),
        precision("int8", 100.0, tokens_in=1.0, tokens_out=1.0),
        Way(300.0, {}, {"tags": {"dtype": "fp8"}}),
        Way(200.0, {}, {"tags": {"dtype": "fp4"}}),
        Way(300.0, {"items": 1.0}, {"model": "other", "tags": {"batch": "1"}}),
        Way(200.0, {"items": 4.0}, {"model": "other", "tags": {"batch": "4"}}),
    ]
    write(tmp_path / "L", ways)
    other = GPU._replace(id="GPU-b", name="Fast GPU")
    write(tmp_path / "L", ways[:1], device=other, number=2, host="host-b", boot="boot-b")
    found = made(tmp_path / "L", every=True)
    few = made(write(tmp_path / "M", ways[:2], calls=3), every=True)
    told = ways_of(found)
    assert {each.kind for each in told} == set(KINDS)
    texts = [each.what for each in told]
    texts += [note for each in told for note in (each.method, *each.assumptions)]
    gaps = [*found.gaps, *few.gaps, observed.TOO_MANY]
    texts += [text for gap in gaps for text in (gap.why, gap.remedy)]
    texts.append(observed.WIDE.format(what="minilm/embed", other="int8"))
    texts += [observed.LONGER, FREED]
    assert untranslated("fr", texts) == []


@pytest.mark.filterwarnings("error")
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    watts=st.lists(st.sampled_from([50.0, 100.0, 200.0, 400.0]), min_size=2, max_size=3),
    scale=st.sampled_from([1.0, 2.0, 0.5]),
)
def test_laws(watts: list[float], scale: float, tmp_path_factory: pytest.TempPathFactory) -> None:
    names = ["fp32", "bf16", "int8"]
    at = tmp_path_factory.mktemp("laws")
    ways = [precision(name, power) for name, power in zip(names, watts, strict=False)]
    first = ways_of(made(write(at / "L", ways, calls=6), every=True))
    more = [way._replace(watts=way.watts * scale) for way in ways]
    second = ways_of(made(write(at / "M", more, calls=6), every=True))
    for one, other in zip(first, second, strict=True):
        assert (one.carbon_g is None, other.carbon_g is None) == (False, False)
        assert one.carbon_g is not None
        assert other.carbon_g is not None
        now, then, saved = one.carbon_g
        # Saved is what was used less what would have been, and is never more than that.
        assert saved.mid == pytest.approx(now.mid - then.mid, rel=1e-9, abs=1e-15)
        assert saved.high <= now.high * (1 + 1e-9)
        # Twice the energy of all saves twice as much.
        assert other.carbon_g.saved.mid == pytest.approx(scale * saved.mid, rel=1e-6, abs=1e-12)
        # No way is held against itself, and what takes as much saves nothing.
        there, here = one.what.split()[2], one.what.split()[-1]
        assert there != here
        power = dict(zip(names, watts, strict=False))
        assert power[there] == min(watts)
        if power[there] == power[here]:
            assert saved.mid == pytest.approx(0.0, abs=1e-12 * now.mid)
            assert not one.exceeds("carbon")
