"""No English is left in a French datasheet: every word is the catalogue's, or somebody's own."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from footprint.emitters.datasheet import HTML, MARKDOWN, speech
from footprint.emitters.emitter import Emitter, Options
from footprint.emitters.hugging_face import HUGGING_FACE
from footprint.emitters.view import Drift, Missing, View
from footprint.errors import UsageError
from footprint.words import Words

from .conftest import MARKER, rendered

#: What is the same in every language: units, percentiles, names of metrics and devices.
SAME = {
    MARKER, "J", "mJ", "kWh", "MWh", "g", "mg", "kg", "L", "mL", "ms", "p50", "p95", "p99", "net",
    "footprint", "accuracy", "f1", "loss", "glue", "sst2", "validation", "text-classification",
    "female", "male", "young", "sex", "age", "NVIDIA", "H100", "n1", "FRA", "EUR", "UTC", "g/kWh",
    "ancestor", "its", "paper", "a", "table", "0.1.0",
}  # fmt: skip


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every word of a catalogue stands in brackets, whichever language is asked for."""
    made = speech.words

    def bracketed(lang: str, domain: str) -> Words:
        own = made(lang, domain)
        texts = {key: f"⟦{text}⟧" for key, text in own._texts.items()}
        return Words(lang, texts)

    monkeypatch.setattr(speech, "words", bracketed)
    monkeypatch.setattr(speech, "said", lambda lang, text: f"⟦{text}⟧")


def outside(text: str) -> Iterator[str]:
    """Words that stand in no bracket."""
    depth, kept = 0, []
    for letter in text:
        depth += (letter == "⟦") - (letter == "⟧")
        kept.append(" " if depth or letter == "⟧" else letter)
    assert depth == 0
    yield from re.findall(r"[^\s|#()⟦⟧;,:]*[^\W\d_][^\s|#()⟦⟧;,:]*", "".join(kept))


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize("which", ["full", "plain"])
def test_every_other_word_is_the_catalogues(which: str, request: pytest.FixtureRequest) -> None:
    view: View = request.getfixturevalue(which)
    assert set(outside(rendered(view, MARKDOWN, "fr"))) - SAME == set()


def test_the_check_would_find_one() -> None:
    assert list(outside("⟦mesuré⟧ measured ⟦a ⟦b⟧ c⟧ 12.3 J")) == ["measured", "J"]


def test_the_headings_of_both_languages_differ(full: View) -> None:
    english, french = (
        [line for line in rendered(full, MARKDOWN, lang).splitlines() if line.startswith("#")]
        for lang in ("en", "fr")
    )
    assert len(english) == len(french)
    same = {line.lstrip("# ") for line in {*english} & {*french}}
    assert same == {"Motivation", "Composition", "Distribution", "Maintenance"}


def test_sentences_of_a_report_and_of_drift_are_french(full: View) -> None:
    told = Missing("energy_j", "no device was metered in the period", "run `footprint doctor`")
    text = rendered(full._replace(missing=(told,)), MARKDOWN, "fr")
    assert "aucun appareil n'a été mesuré pendant la période" in text
    assert "| latence p95 | 1 ms | 2 ms | 1,3 ms | latence p95 au-dessus de la référence" in text
    assert "la référence - 2" in text
    assert "baseline" not in text
    assert "aucune référence n'a été donnée" in text


def test_every_reason_of_drift_has_its_french() -> None:
    """The sentences that datasheets/drift.py can write, as they stand there."""
    from footprint.words.said import said

    source = (Path(__file__).parents[4] / "footprint" / "datasheets" / "drift.py").read_text()
    reasons = [
        "no baseline was given",
        "one is a fraction, the other in percent",
        "the ledger has no call in use that ended",
        "no metrics file has it",
    ]
    assert all(each in source for each in reasons)
    reasons += [
        "no metrics file has it, and no call counted its correct items",
        "bleu is no share: percentage points of it mean nothing",
        "the metrics file has 3 of it, for different data",
    ]
    for each in reasons:
        assert said("fr", each) != each


@pytest.mark.parametrize("emitter", [MARKDOWN, HTML])
def test_a_language_that_is_not_there(emitter: Emitter, plain: View) -> None:
    with pytest.raises(UsageError, match="use en or fr"):
        rendered(plain, emitter, "de")


def test_the_states_of_drift_have_words(plain: View) -> None:
    for state in ("ok", "drifted", "unknown"):
        one = Drift("f1", "", 1.0, 1.0, 1.0, "", state)
        assert rendered(plain._replace(drift=(one,)), MARKDOWN, "fr")


@pytest.mark.parametrize("emitter", [MARKDOWN, HUGGING_FACE], ids=lambda each: each.name)
def test_a_version_of_a_source_is_no_number(emitter: Emitter, full: View) -> None:
    factor = dict(full.factors[0]) | {"source": "a table", "version": "3.3.2"}
    out = io.StringIO()
    emitter.render(full._replace(factors=(factor,)), out, Options("fr"))
    assert "a table 3.3.2" in out.getvalue()
