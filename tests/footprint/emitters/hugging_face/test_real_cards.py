"""Real cards get figures of a measured run: they parse, say them, and keep every other byte."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from huggingface_hub import ModelCard
from huggingface_hub.repocard_data import model_index_to_eval_results

from footprint.emitters import hugging_face
from footprint.emitters.emitter import Options
from footprint.emitters.stated import current
from footprint.emitters.view import View
from footprint.errors import OccupiedError

DATA = Path(__file__).parents[1] / "data" / "hugging_face"
CARDS = sorted(path.name for path in DATA.glob("*.md") if path.name != "README.md")
#: What is ours in a front matter, and in a body.
OURS = re.compile(r"co2_eq_emissions:(\r?\n .*)+\r?\n?")
SECTION = re.compile(r"<!-- footprint:begin [\s\S]*<!-- footprint:end -->\r?\n")


def merged(name: str, view: View, lang: str = "en") -> tuple[bytes, bytes]:
    before = (DATA / name).read_bytes()
    return before, hugging_face.merge(view, before, Options(lang=lang, force=True))


def front(document: bytes) -> str:
    found = re.match(r"---\r?\n([\s\S]*?\r?\n)---", document.decode())
    return found[1] if found else ""


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("name", CARDS)
def test_a_second_run_changes_nothing(name: str, lang: str, measured: View) -> None:
    before, after = merged(name, measured, lang)
    assert before != after
    assert hugging_face.merge(measured, after, Options(lang=lang)) == after


@pytest.mark.parametrize("name", CARDS)
def test_huggingface_hub_reads_ours_and_everything_else_as_before(
    name: str, measured: View
) -> None:
    before, after = merged(name, measured)
    old = ModelCard(before.decode()).data.to_dict()
    new = ModelCard(after.decode()).data.to_dict()
    assert new["co2_eq_emissions"] == {
        "emissions": 0.024,
        "source": new["co2_eq_emissions"]["source"],
        "training_type": "pre-training",
        "geographical_location": "FRA",
        "hardware_used": "Test GPU",
    }
    ours = {"co2_eq_emissions", "model-index"}
    assert {key: each for key, each in new.items() if key not in ours} == {
        key: each for key, each in old.items() if key not in ours
    }
    _, results = model_index_to_eval_results(new["model-index"])
    _, others = (
        model_index_to_eval_results(old["model-index"]) if "model-index" in old else ("", [])
    )
    assert all(each in results for each in others)
    assert [each.metric_value for each in results if each.dataset_type == "digits"] == [0.97, 0.5]


@pytest.mark.parametrize("name", CARDS)
def test_the_rest_stays_byte_for_byte(name: str, served: View) -> None:
    """Without metrics and training only the section is new: cut out, the card is as it was."""
    before = (DATA / name).read_bytes()
    after = hugging_face.merge(served._replace(metrics=()), before)
    pieces = [
        after[at : len(after) - len(before) + at].decode()
        for at in range(len(before) + 1)
        if after.startswith(before[:at]) and after.endswith(before[at:])
    ]
    assert pieces  # one piece was put in, nothing else
    section = next(filter(SECTION.search, pieces))
    assert re.fullmatch(r"\s*(## Environmental impact)?\s*", SECTION.sub("", section))


@pytest.mark.parametrize("name", [each for each in CARDS if each != "no-metadata.md"])
def test_the_other_keys_keep_their_text(name: str, measured: View) -> None:
    before, after = merged(name, measured._replace(metrics=()))
    assert OURS.sub("", front(after)) == OURS.sub("", front(before))


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("name", CARDS)
def test_reading_back_gives_the_joules_and_grams(name: str, lang: str, measured: View) -> None:
    _, after = merged(name, measured, lang)
    stated = hugging_face.read(after)
    for each in stated:
        found = current(measured, each)
        assert found is not None
        assert each.agrees(found)
        assert abs(each.value - found.mid) <= each.step / 2 * 1.000001
    said = {(each.kind, each.figure, each.per): each.value for each in stated}
    assert said["training", "energy_j", "total"] == 1200.0
    assert said["training", "carbon_location_g", "total"] == pytest.approx(0.024)
    assert said["inference", "energy_j", "call"] == 60.0
    assert said["inference", "energy_j", "item"] == 7.5
    assert said["inference", "carbon_location_g", "1000 tokens"] == pytest.approx(0.024)
    assert said["inference", "cost_eur", "total"] == pytest.approx(0.00024)
    assert len(stated) == 1 + 4 * 2 + 4 * 4  # energy, carbon, water, cost


def test_another_tools_figure_is_shown_and_kept(measured: View, served: View) -> None:
    card = (DATA / "aira-2-1b1.md").read_bytes()
    theirs = hugging_face.foreign(card)
    assert theirs is not None
    assert theirs.startswith("line 33: co2_eq_emissions is there already")
    assert "1710" in theirs
    with pytest.raises(OccupiedError, match=r"line 33: .*1710.*--force"):
        hugging_face.merge(measured, card)
    kept = hugging_face.merge(served._replace(metrics=()), card)  # nothing of ours goes there
    assert front(kept) == front(card)


def test_windows_line_breaks_stay_the_only_ones(measured: View) -> None:
    _, after = merged("windows-line-breaks.md", measured)
    assert b"\n" not in after.replace(b"\r\n", b"")


def test_verified_results_stay(measured: View) -> None:
    """Even of the same name, data and metric."""
    before = (DATA / "distilbert-conll03.md").read_bytes()
    metric = measured.metrics[0]._replace(
        data="conll2003", task="token-classification", config="conll2003", split="validation"
    )
    name = "elastic/distilbert-base-uncased-finetuned-conll03-english"
    after = hugging_face.merge(measured._replace(model=name, metrics=(metric,)), before)
    assert OURS.sub("", front(after)) == front(before)


def test_under_the_templates_own_heading(measured: View) -> None:
    _, after = merged("hub-template.md", measured)
    assert re.search(
        r"\n## Environmental Impact\n\n<!-- footprint:begin [^\n]*-->\n", after.decode()
    )
    assert after.count(b"## Environmental") == 1
