"""The document as text: what it says, and what is read back from it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import footprint
from eu_views import activity, joules, model, text
from footprint.emitters import emitter
from footprint.emitters.eu_ai_act import EU_AI_ACT
from footprint.emitters.from_report import GROUPED_BY, view
from footprint.emitters.stated import current
from footprint.errors import UsageError
from footprint.words import LANGUAGES
from report_ledgers import CPU, GPU, Recorder, S


def read(document: str) -> dict[str, tuple[float, float]]:
    found = EU_AI_ACT.read
    assert found is not None
    return {each.kind: (each.value, each.step) for each in found(document.encode())}


def test_it_is_in_the_list() -> None:
    assert emitter("eu-ai-act") is EU_AI_ACT
    assert emitter("eu-ai-act").languages == ("en", "fr")


@pytest.mark.parametrize("lang", LANGUAGES)
@given(joule=st.floats(1e-6, 1e16))
@settings(max_examples=20, deadline=None)
def test_energy_is_read_back_to_the_precision_printed(lang: str, joule: float) -> None:
    document = text(model(activity(energy_j=joules(joule, 0.0))), lang)
    value, step = read(document)["training"]
    assert abs(value - joule) <= step / 2 * (1 + 1e-9)
    assert step <= joule / 10  # two significant figures at least


def test_a_real_ledger_gives_a_document_that_agrees_with_it(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L")
    train = one.path("train", kind="training", model="net", version="1")
    tune = one.path("tune", kind="fine-tuning", model="net", version="1")
    one.counter(GPU, [300.0] * 600)
    one.counter(CPU, [100.0] * 600)
    one.span(train, 0, 20 * S)
    one.span(tune, 20 * S, 30 * S)
    one.close()
    report = json.loads(footprint.report(tmp_path / "L", by=GROUPED_BY).to_json())
    found = view(report, "net", "1")
    for lang in LANGUAGES:
        document = text(found, lang)
        read_back = EU_AI_ACT.read
        assert read_back is not None
        stated = read_back(document.encode())
        assert {each.kind for each in stated} == {"training", "fine-tuning"}
        for each in stated:
            energy = current(found, each)
            assert energy is not None
            assert each.agrees(energy)
        assert document == text(found, lang)  # the same bytes
    assert "1 x Test GPU, 1 x Test CPU" in text(found)
    assert read(text(found))["training"] == (7992.0, pytest.approx(36.0))  # 0.00000222 MWh


def test_users_names_break_no_table() -> None:
    view = model(given={"model": {"organisation": "A | B\n| <b>"}})._replace(model="n|<et")
    said = text(view)
    assert "| A \\| B \\| &lt;b> |" in said
    rows = [line for line in said.splitlines() if line.startswith("| Model name")]
    assert rows == ["| Model name | n\\|&lt;et | declared in the measured code | the ledger |"]
    assert read(said) == {}


def test_french_has_the_reports_sentences_in_french() -> None:
    said = text(model(), "fr")
    assert "L'énergie est l'électricité consommée" in said
    assert "Energy is electricity" not in said


def test_a_changed_document_is_still_read() -> None:
    document = text(model(activity(energy_j=joules(3.6e9, 0.0))))
    changed = document.replace("\n", "\r\n").replace("| 1.00 MWh |", "|  2.5 MWh  |")
    assert read("\ufeff" + changed)["training"] == (9e9, pytest.approx(3.6e8))


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"# A card\n", "no document of the EU AI Act"),
        (b"", "no document of the EU AI Act"),
        (b"\x89PNG\xff\x00", "no text in UTF-8"),
        (b"| a | Amount of energy used for training | 1.0 MWh |\n", "no document"),
        (b"| Amount of energy used for training | 1.2.3 MWh | x |\n", "line 1: 1.2.3 is no number"),
    ],
)
def test_what_is_no_such_document_is_one_line(document: bytes, message: str) -> None:
    assert EU_AI_ACT.read is not None
    with pytest.raises(UsageError, match=message) as caught:
        EU_AI_ACT.read(document)
    assert "\n" not in str(caught.value)
