"""An estimate as text, JSON and Markdown."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest

from footprint.errors import UsageError
from footprint.estimators.declared import declare
from footprint.estimators.predict.estimate import Estimate, estimate
from footprint.estimators.predict.inference import predict
from footprint.estimators.predict.served import served
from footprint.estimators.predict.training import training
from footprint.estimators.systems.estimate import api_estimate, api_use
from footprint.reports.estimates import FORMATS, of_file, rendered, rows


@pytest.fixture
def made() -> Estimate:
    prediction = training(params=7e9, tokens=2e12, gpu="A100", gpus=256)
    return estimate(prediction, declare(zone="FRA", pue=1.2, tariff="0.18 EUR"))


def test_text_has_figures_how_they_came_about_assumptions_and_gaps(made: Estimate) -> None:
    text = rendered(made, "text")
    assert text.startswith("Estimate: training\n  gpus: 256\n  params: 7,000,000,000\n")
    assert "  tokens: 2,000,000,000,000\n" in text
    lines = text.splitlines()
    assert max(map(len, lines)) <= 100
    for title in ("How it came about", "Factors", "Assumptions", "Gaps"):
        assert title in lines
    energy = next(line for line in lines if line.startswith("  energy "))
    assert "kWh  (" in energy
    assert " to " in energy
    assert next(line for line in lines if line.startswith("  cost, EUR"))


def test_figures_that_are_not_known_have_no_row(made: Estimate) -> None:
    names = [name for name, _, _ in rows(made)]
    assert "energy" in names
    assert "energy, IT equipment alone" in names
    bare = estimate(training(gpu_hours=1, watts=1))
    assert [name for name, _, _ in rows(bare)] == ["energy"]


def test_an_exact_figure_has_no_interval() -> None:
    bare = estimate(training(gpu_hours=1000, watts=400))
    assert rows(bare) == [("energy", "400 kWh", "")]
    assert "  energy  400 kWh\n" in rendered(bare, "text")


def test_energy_is_in_watt_hours_as_the_steps_have_it() -> None:
    small = estimate(training(gpu_hours=0.001, watts=400))
    assert rows(small) == [("energy", "0.4 Wh", "")]


def test_a_year_that_the_source_names_is_not_said_twice() -> None:
    made = estimate(training(gpu_hours=1, gpu="H100"))
    lines = rendered(made, "md").splitlines()
    tdp = next(line for line in lines if line.startswith("- design power"))
    assert tdp.endswith("datasheet (2023)")
    for line in lines:
        year = line[-4:]
        assert line[-6:-4] != ", " or not year.isdigit() or line.count(year) == 1


def test_money_has_cents_where_it_is_little() -> None:
    rented = estimate(training(gpu_hours=1.5, watts=400), declare(rental="2.10"))
    assert ("cost, USD", "3.15", "") in rows(rented)
    large = estimate(training(gpu_hours=2.788e6, watts=700), declare(rental="2"))
    assert ("cost, USD", "5,576,000", "") in rows(large)


def test_inputs_are_named_in_words_for_people() -> None:
    made = estimate(training(gpu_hours=184_320, watts=400))
    assert "  gpu hours: 184,320\n  watts: 400\n" in rendered(made, "text")
    assert json.loads(rendered(made, "json"))["inputs"] == {"gpu_hours": 184_320, "watts": 400}


def test_json_is_the_document(made: Estimate) -> None:
    assert json.loads(rendered(made, "json")) == made.to_json()


def test_markdown_has_a_table(made: Estimate) -> None:
    text = rendered(made, "md")
    assert text.startswith("# Estimate: training\n\n- gpus: 256\n")
    table = [line for line in text.splitlines() if line.startswith("| ")]
    assert table[0] == "| figure | best estimate | from-to |"
    assert all(line.count(" | ") == 2 for line in table)
    assert "\n## Assumptions\n" in text


def test_names_cannot_break_lines() -> None:
    made = estimate(training(gpu_hours=1, watts=1))._replace(inputs=(("gpu", "a\x1b[2J\nb|c"),))
    for format_ in ("text", "md"):
        text = rendered(made, format_)
        assert "\x1b" not in text
        assert "\nb|c" not in text


def test_formats_by_name_and_by_file() -> None:
    assert [of_file(name) for name in (None, "a", "a.JSON", "b.md", "c.txt")] == [
        "text",
        "text",
        "json",
        "md",
        "text",
    ]
    with pytest.raises(UsageError, match=r"a\.pdf: no format has the suffix \.pdf"):
        of_file("a.pdf")
    with pytest.raises(UsageError, match=r"format 'jsn' is not known.*Did you mean json"):
        rendered(estimate(training(gpu_hours=1, watts=1)), "jsn")
    assert set(FORMATS) == {"text", "json", "md", "html"}


#: Words that no French text of ours has; sources are cited as they are.
ENGLISH = re.compile(r"\b(the|of|and|is|are|with|which|not|its|has|were|given|tokens|hours)\b")


@pytest.mark.parametrize("format_", ["text", "md", "html"])
@pytest.mark.parametrize("kind", ["training", "inference", "api"])
def test_in_french_all_but_cited_sources_is_french(kind: str, format_: str) -> None:
    place = declare(zone="FRA", pue=1.2, tariff="0.18 EUR")
    made = {
        "training": lambda: estimate(
            training(params=7e9, tokens=2e12, gpu="A100", gpus=256), place
        ),
        "inference": lambda: estimate(
            served(predict(params=7e10, tokens_in=500, tokens_out=400), {}), place
        ),
        "api": lambda: api_estimate(api_use("gpt-4o", tokens_in=1200, tokens_out=400)),
    }[kind]()
    cited = {each.to_json()["source"] for each in made.factors}
    made = made._replace(factors=tuple(each for each in made.factors if each.name == "PUE"))
    text = re.sub(r"<style.*?</style>", "", rendered(made, format_, "fr"), flags=re.DOTALL)
    text = " ".join(unescape(text).split())
    for source in cited:
        text = text.replace(source, "")
    assert not ENGLISH.findall(text)
    assert "Estimation : " in text
    assert re.search(r"énergie\W", text)
    assert rendered(made, "json", "fr") == rendered(made, "json")


def test_a_language_that_is_not_there_is_refused(made: Estimate) -> None:
    with pytest.raises(UsageError, match="use en or fr"):
        rendered(made, "text", "de")
