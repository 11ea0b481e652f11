"""The report in French: complete, from the headings to the last gap, with French numbers."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from footprint import report
from footprint.reports.as_json import as_dict
from footprint.reports.blocks import Facts, Page, Table
from footprint.reports.tables import page
from footprint.reports.view import Report
from footprint.words import words
from report_ledgers import CPU, GPU, MS, Recorder, S

RECORDED = Path(__file__).parents[2] / "data/audit-ledger"
FACTORS = """
[[factor]]
name = "PUE"
zone = "FRA"
value = 1.2
unit = "1"
[[instrument]]
name = "vent"
kind = "certificate"
share = 0.75
g_per_kwh = 0
market = "FRA"
[[extra]]
name = "salaires"
price = "36 USD"
per = "hour"
"""

#: Words that no French text of ours has; names and citations of others may.
ENGLISH = re.compile(
    r"\b(the|of|and|is|are|was|were|with|which|what|not|from|this|that|they|its|has|have|been|by|"
    r"for|only|than|per|at|in|each|known|energy|carbon dioxide|readings?|calls?|water|run|runs)\b"
)

#: Sources within sentences, which are cited as they are.
CITED = (
    "Cloud Carbon Footprint, methodology, Appendix I (AWS means of SPECpower_ssj2008); interval:"
    " extremes over micro-architectures in ccf-coefficients 2026-03-09",
    "Cloud Carbon Footprint, methodology, Memory (mean of Crucial and Micron); interval:"
    " codecarbon's 5 W per module of 128 GB and of 8 GB",
)


def texts(shown: Page) -> Iterator[str]:
    """All that a page shows, in order."""
    yield shown.title
    for name, said in shown.head:
        yield from (name, said)
    for block in shown.blocks:
        yield from (block.title, block.note)
        if isinstance(block, Table):
            yield from (heading for heading, _ in block.headings)
            yield from (cell for row in block.rows for cell in row)
        elif isinstance(block, Facts):
            yield from (text for row in block.rows for text in row)
        else:
            yield from block.items


def own(value: Any) -> Iterator[str]:
    """The strings of a report's JSON: names, sources, ids; and sentences, which `said` has."""
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else ():
        yield from own(each)
    for each in value if isinstance(value, list) else ():
        yield from own(each)


def left(made: Report) -> list[str]:
    """What the French page has of English: whole texts, or words in a text."""
    english, french = list(texts(page(made, "en"))), list(texts(page(made, "fr")))
    assert len(english) == len(french)
    both = {lang: words(lang, "report")._texts for lang in ("en", "fr")}
    same = {text for key, text in both["en"].items() if both["fr"][key] == text}
    same |= {"SCI"}
    document = as_dict(made)
    sentences = [*document["boundary"], *document["assumptions"]]
    sentences += [text for gap in document["gaps"] for text in gap.values()]
    sentences += [factor["why"] for factor in document["factors"] if "why" in factor]
    names = {text for text in own(document) if text and text not in sentences}
    names |= {*made.ledgers, *made.totals.cost, *CITED}
    found = []
    for one, other in zip(english, french, strict=True):
        rest = other
        for name in sorted((name for name in names if name in other), key=len, reverse=True):
            rest = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", rest)
        rest = re.sub(r"`[^`]*`|--[\w-]+|add\([\w=.]+\)|@[\w.]+|\[\[\w+\]\]|\w+ = \w+", " ", rest)
        whole = one == other and re.search(r"[A-Za-z]{3}", rest) and other not in same
        if whole or ENGLISH.search(rest):
            found.append(other)
    return list(dict.fromkeys(found))


@pytest.fixture
def rich(tmp_path: Path) -> dict[str, Report]:
    """The report of recorded work, and one in which all that can be missing is."""
    shutil.copytree(RECORDED, tmp_path / "A")
    (tmp_path / "own.toml").write_text(FACTORS)
    one = Recorder(tmp_path / "L", declared={"zone": "DEU", "tariff_per_kwh": "0.3 EUR"})
    one.counter(GPU._replace(gain_low=0.95, gain_high=1.05), [100.0] * 10 + [300.0] * 20)
    one.counter(CPU, [20.0] * 5)
    run = one.span(one.path("run", background=True), 0, 3 * S)
    path = one.path("embed", model="minilm", kind="inference", devices=[0, "GPU-9"])
    one.span(path, S, 2 * S, parent=run, items=3, status=1)
    one.fold(one.path("short", devices=["cpu"]), 2 * S, [MS // 4] * 1000)
    one.writer.gap("GPU-1", one.t0, one.t0 + S, "lost", "Test GPU: lost")
    journal = one.close(ended=False)
    journal.write_bytes(journal.read_bytes() + b"cut")
    own_file = tmp_path / "own.toml"
    return {
        "recorded": report(tmp_path / "A", tariff_per_kwh="0.18 EUR", factors=own_file),
        "odd": report(tmp_path / "L", by="model,kind,tag.team"),
        "absorbed": report(tmp_path / "L", absorption="full", zone="FRA", factors=own_file),
        "empty": report(tmp_path / "L", since="2030-01-01"),
    }


@pytest.mark.parametrize("name", ["recorded", "odd", "absorbed", "empty"])
def test_no_english_is_left(rich: dict[str, Report], name: str) -> None:
    assert left(rich[name]) == []


def test_english_that_is_left_is_found(rich: dict[str, Report]) -> None:
    made = rich["odd"]
    odd = made._replace(boundary=(*made.boundary, "Nobody has said this of the work before."))
    assert left(odd) == ["Nobody has said this of the work before."]


def test_numbers_and_dates_are_french(rich: dict[str, Report]) -> None:
    text = rich["odd"].render("text", "fr")
    assert "du 22/11/2026 11:00:00 au 22/11/2026 11:00:03 UTC" in text
    assert "1\u202f000" in text  # calls
    assert not re.search(r"\d\.\d+ (J|kJ|Wh|mg|g|USD|EUR|%)", text)
    assert re.search(r"\d,\d+ (J|mg)", text)
    calls = rich["recorded"].render("md", "fr")
    assert " J/jeton (" in calls
    assert " USD/Mjeton " in calls
    assert "USD/Mtok" not in calls
    assert " J/token" not in calls
    for made in rich.values():
        for format_ in ("text", "md", "html"):
            assert "Traceback" not in made.render(format_, "fr")
        assert made.render("json", "fr") == made.render("json", "en")
