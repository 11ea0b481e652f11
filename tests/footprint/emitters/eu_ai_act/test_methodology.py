"""The methodology: about 100 words, whatever the view holds."""

from __future__ import annotations

from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eu_views import GPU, activity, fields, joules, model
from footprint.emitters.eu_ai_act.methodology import methodology
from footprint.emitters.view import Hardware, Stage
from footprint.model import TIERS
from footprint.words import LANGUAGES, words

names = st.text("abcXYZ 0189()@", min_size=1, max_size=80).filter(str.strip)
devices = st.lists(
    st.builds(Hardware, st.just("n1"), st.sampled_from(["gpu", "cpu"]), names, st.just("counter")),
    max_size=12,
)
shares = st.dictionaries(st.sampled_from(TIERS), st.floats(0.01, 1), min_size=1)


def count(text: str) -> int:
    """Words: what has a letter or a digit."""
    return sum(any(letter.isalnum() for letter in each) for each in text.split())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ["training", "fine-tuning", "inference"])
@given(hardware=devices, tiers=shares, mid=st.floats(1e-3, 1e15), off=st.floats(0, 1))
@settings(max_examples=50)
def test_it_has_80_to_130_words(
    lang: str, kind: str, hardware: list[Hardware], tiers: dict[str, float], mid: float, off: float
) -> None:
    whole = sum(tiers.values())
    parts = {tier: share / whole for tier, share in tiers.items()}
    energy = joules(mid, off)
    stage = Stage(kind, (activity(kind, energy, hardware=tuple(hardware), tiers=parts),))
    said = methodology(model(), stage, energy.to("MWh"), words(lang, "eu"))
    assert 80 <= count(said) <= 130, said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_shortest_and_the_longest_are_within(lang: str) -> None:
    long = tuple(Hardware("n1", "gpu", f"a b c {n} e f", "counter") for n in range(3))
    for tiers in (*({one: 1.0} for one in TIERS), *permutations(TIERS, 3)):
        parts = tiers if isinstance(tiers, dict) else dict(zip(tiers, (0.5, 0.3, 0.2), strict=True))
        for kind, hardware in product(("training", "fine-tuning"), ((), (GPU,), long)):
            stage = Stage(kind, (activity(kind, joules(1.0), hardware=hardware, tiers=parts),))
            said = methodology(model(), stage, joules(1.0).to("MWh"), words(lang, "eu"))
            assert 80 <= count(said) <= 130, said


def test_it_names_devices_period_methods_and_interval() -> None:
    gpus = tuple(Hardware("n1", "gpu", "NVIDIA H100", "counter", f"GPU-{n}") for n in range(8))
    cpus = (Hardware("n1", "cpu", "AMD EPYC 9654", "utilisation"),)
    done = activity(
        energy_j=joules(3.6e9), hardware=gpus + cpus, tiers={"counter": 0.75, "utilisation": 0.25}
    )
    said = fields(model(done))["training_energy_method"]["value"]
    for part in (
        "8 x NVIDIA H100, 1 x AMD EPYC 9654",
        "2026-11-20 11:00:00 UTC to 2026-11-22 11:00:00 UTC",
        "measured by a hardware counter 75 %",
        "not measured 25 %",
        "no PUE",
        "0.900 to 1.10 MWh",
    ):
        assert part in said
    assert fields(model(done))["training_energy"]["methodology"] == said
