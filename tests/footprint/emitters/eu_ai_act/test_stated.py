"""What the owner states, and what the ledger names."""

from __future__ import annotations

import pytest

from eu_views import activity, fields, joules, model
from footprint.emitters.eu_ai_act.entry import power
from footprint.words import words

GIVEN = {
    "model": {"organisation": "ACME", "parameters": 22_700_000, "modality_in": ["text", "image"]},
    "training": {"compute_flop": 1.2e21, "compute_method": "6 x parameters x tokens"},
    "eu": {
        "inference_flop": 5.1e17,
        "inference_task": "100,000 tokens generated",
        "inference_hardware": "8 x H100",
        "dependencies": "N/A",
    },
}


def test_what_is_stated_is_filled_and_says_so() -> None:
    found = fields(model(given=GIVEN))
    expected = {
        "provider": "ACME",
        "parameters": "2.27*10^7",
        "modality_in": "text, image",
        "training_compute": "1.2*10^21 FLOP",
        "training_compute_order": "10^21 FLOP",
        "training_compute_method": "6 x parameters x tokens",
        "inference_compute": "5.1*10^17 FLOP",
        "inference_compute_method": "100,000 tokens generated; 8 x H100",
        "dependencies": "N/A",
    }
    for name, text in expected.items():
        assert (found[name]["text"], found[name]["source"]) == (text, "sheet file")
    assert found["training_compute"]["value"] == 1.2e21
    assert found["inference_compute"]["methodology"] == "100,000 tokens generated; 8 x H100"


def test_what_is_not_stated_names_its_key() -> None:
    found = fields(model(activity(energy_j=joules(1e9))))
    assert found["training_compute"]["status"] == "not given"
    assert "training.compute_flop" in found["training_compute"]["reason"]
    assert found["parameters"]["value"] is None  # nor guessed from time on devices


def test_the_ledger_names_the_model() -> None:
    found = fields(model())
    assert (found["model_name"]["value"], found["model_name"]["source"]) == ("net", "ledger")
    assert fields(model()._replace(version=None))["model_versions"]["status"] == "not known"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (7.3e10, "7.3*10^10"),
        (1e21, "1.0*10^21"),
        (1.2345e8, "1.234*10^8"),
        (384, "384"),
        (7, "7.0"),
    ],
)
def test_numbers_are_written_as_the_form_writes_them(number: float, text: str) -> None:
    assert power(number, words("en", "eu")) == text
