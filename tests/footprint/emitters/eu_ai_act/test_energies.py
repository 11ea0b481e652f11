"""Energy: in MWh, with its interval and its method; N/A with a reason where there is none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eu_views import activity, fields, joules, model, text
from footprint.emitters.eu_ai_act.energies import energy
from footprint.emitters.eu_ai_act.form import FIELDS
from footprint.emitters.view import Base, Figures, Missing
from footprint.estimators.quantity import exact
from footprint.words import LANGUAGES, words

FIELD = next(each for each in FIELDS if each.id == "training_energy")


@given(joule=st.floats(3.6e-6, 1e16))
def test_at_least_two_significant_figures_and_no_exponent(joule: float) -> None:
    """From 1e-15 MWh up."""
    view = model(activity(energy_j=joules(joule)))
    entry = energy(view, FIELD, words("en", "eu"))
    digits = entry.text.split(" MWh")[0]
    assert re.fullmatch(r"[\d,]+(\.\d+)?", digits)
    assert len(digits.replace(",", "").replace(".", "").lstrip("0")) >= 2


def test_a_small_run_is_written_out() -> None:
    said = text(model(activity(energy_j=joules(4.32))))  # 1.2e-9 MWh
    assert "| 0.00000000120 MWh (0.00000000108 to 0.00000000132) | measured" in said
    french = text(model(activity(energy_j=joules(4.32))), "fr")
    assert "| 0,00000000120 MWh (0,00000000108 à 0,00000000132) | mesuré" in french


def test_a_narrow_interval_has_the_digits_that_show_it() -> None:
    entry = fields(model(activity(energy_j=joules(3.6e9, 0.0004))))["training_energy"]
    assert entry["text"] == "1.0000 MWh (0.99960 to 1.0004)"
    assert "0.99960 to 1.0004 MWh" in entry["methodology"]


def test_training_and_fine_tuning_are_lines_of_their_own() -> None:
    found = fields(
        model(activity("training", joules(3.6e9)), activity("fine-tuning", joules(7.2e9)))
    )
    assert found["training_energy"]["value"] == 1.0
    assert found["fine_tuning_energy"]["value"] == 2.0
    assert found["fine_tuning_energy"]["in_form"] is False
    assert "base_energy" not in found
    assert "inference_energy" not in found


def test_a_fine_tuned_model_has_its_base_as_stated() -> None:
    base = Base("bert", Figures(energy_j=exact(3.6e9 * 1507, "J")), "a paper", "estimated", "2018")
    found = fields(model(activity("fine-tuning", joules(3.6e9)), base=base))
    assert found["base_energy"]["text"] == "1,507 MWh"
    assert found["base_energy"]["source"] == "a paper"
    assert found["base_energy"]["method"] == "estimated"
    assert "2018" in found["base_energy"]["note"]
    assert found["dependencies"]["value"] == "bert"
    assert found["training_energy"]["status"] == "not known"


def test_no_figure_of_a_base_without_its_method() -> None:
    base = Base("bert", Figures(energy_j=exact(1.0, "J")), "a paper", "")
    found = fields(model(activity("fine-tuning", joules(3.6e9)), base=base))["base_energy"]
    assert (found["status"], found["value"]) == ("not given", None)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_below_the_measuring_floor_is_not_a_figure(lang: str) -> None:
    view = model(activity(energy_j=joules(3.6e3), floor="shorter than the counter's period"))
    found = fields(view, lang)["training_energy"]
    assert (found["status"], found["value"], found["text"]) == ("not known", None, None)
    most = "0.00000110 MWh" if lang == "en" else "0,00000110 MWh"
    assert most in found["reason"]  # its upper end, in words
    assert "shorter than the counter's period" in found["reason"]
    assert "| N/A |" in text(view, lang)
    assert fields(view, lang)["training_energy_method"]["status"] == "not known"


def test_what_is_left_out_of_a_figure_is_said() -> None:
    low = activity(energy_j=joules(3.6e3), floor="too short", own_time=True)
    found = fields(model(activity(energy_j=joules(3.6e9)), low))["training_energy"]
    assert found["value"] == 1.0
    assert "too short" in found["note"]


def test_unknown_has_the_ledgers_reason_or_the_owners() -> None:
    gap = Missing("energy_j", "no device was metered in the period", "run `footprint doctor`")
    view = model(activity(), missing=(gap,))
    assert fields(view)["training_energy"]["reason"] == gap.why
    assert "## Missing from the energy" in text(view)
    told = view._replace(given={"eu": {"energy_not_available_reason": "the cloud tells nothing"}})
    assert fields(told)["training_energy"]["reason"] == "the cloud tells nothing"
    assert "training" in fields(model())["training_energy"]["reason"]
    assert fields(model(activity()))["training_energy"]["reason"] == "no energy was metered"


def test_an_energy_of_which_nobody_knows_the_method_is_not_stated() -> None:
    found = fields(model(activity("training", joules(3.6e9), tiers={})))
    entry = found["training_energy"]
    assert (entry["status"], entry["value"], entry["low"]) == ("not known", None, None)
    assert entry["reason"]
