"""Comparisons in French: every kind, in every format, with nothing of ours left in English."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from footprint import report
from footprint.comparisons.formats import rendered
from footprint.comparisons.make import ByToken, compare
from footprint.comparisons.measured import Ask
from footprint.comparisons.plan import compared as outcome
from footprint.comparisons.view import TOKENS, Change, Comparison, Ratio
from footprint.comparisons.wording import percent, signed
from footprint.errors import UsageError
from footprint.words import typeset
from footprint.words.said import untranslated
from report_ledgers import CPU, GPU, Recorder, S

PAIR = ("minilm@fp32", "minilm@int8")
OWN, API = "own:llama-3.1-70b@H100x4", "api:gpt-4o"
FRANCE = {"zone": "FRA", "tariff_per_kwh": "0.18 EUR", "pue": 1.2}

#: Words that no French text of ours has; names of sources and users are what they are.
ENGLISH = re.compile(
    r"\b(the|of|and|is|are|with|which|not|its|has|were|given|tokens|hours|from|per|to|for|by|energy"
    r"|water|time|noise|against|hardware|month|limit|what|once|items? a|estimated|predicted)\b"
)


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def made(
    tmp_path: Path, alternating: Callable[..., Path], serving: Callable[[Path], Path]
) -> Callable[[str], Comparison]:
    """Makes a comparison of a kind."""

    def reports() -> Comparison:
        operands = []
        for seed, name in enumerate(("a", "b"), 1):
            ledger = alternating(tmp_path / name, calls=10, seed=seed)
            kept = report(ledger, by=("model", "version"), **FRANCE).to_json()
            (tmp_path / f"{name}.json").write_text(kept)
            operands.append(f"{name}.json:minilm@int8")
        return compare(operands)

    def metrics() -> Comparison:
        file = tmp_path / "m.csv"
        file.write_text("group,accuracy,steps\nminilm@fp32,0.912,12345\nminilm@int8,0.905,\n")
        return compare(PAIR, [alternating(tmp_path / "L")], Ask(), file)

    def planned() -> Comparison:
        document = {
            "schema": "footprint.estimate/1",
            "kind": "inference",
            "inputs": {"requests": 2.0, "tokens_in": 100.0, "tokens_out": 100.0, "flops": 1e20},
            "it_energy_kwh": {"low": 1e-4, "mid": 2e-4, "high": 3e-4},
            "duration_s": None,
            "carbon_location_g": None,
            "cost": {"EUR": {"low": 1.0, "mid": 1.0, "high": 1.0}},
        }
        (tmp_path / "plan.json").write_text(json.dumps(document))
        return outcome(tmp_path / "plan.json", "llama", (serving(tmp_path / "L"),), Ask())

    kinds: dict[str, Callable[[], Comparison]] = {
        "groups": lambda: compare(PAIR, [alternating(tmp_path / "L")], Ask(place=FRANCE)),
        "three": lambda: compare((*PAIR, "minilm"), [alternating(tmp_path / "L")]),
        "runs": lambda: compare(PAIR, [alternating(tmp_path / "L")], Ask("run", place=FRANCE)),
        "few": lambda: compare(PAIR, [alternating(tmp_path / "L", calls=4)], Ask("call")),
        "much": lambda: compare(PAIR[::-1], [alternating(tmp_path / "L", ratio=0.05)]),
        "modelled": lambda: compare(("a", "b"), [modelled(tmp_path / "L")], Ask("tokens_out")),
        "reports": reports,
        "metrics": metrics,
        "planned": planned,
        "tokens": lambda: tokens(rental_per_device_hour="2.5 USD"),
        "listed": tokens,
        "euros": lambda: tokens(rental_per_device_hour="2.5 EUR", **FRANCE),
        "measured": lambda: compare(
            ["llama", API],
            [serving(tmp_path / "L")],
            Ask(place={"rental_per_device_hour": "2.5 USD"}),
        ),
    }
    return lambda kind: kinds[kind]()


def on_a_line(text: str) -> str:
    """Without line ends and indents; no-break spaces stay."""
    return re.sub(r"[ \n]+", " ", text)


def tokens(**place: Any) -> Comparison:
    return compare([OWN, "own:8B:int8@L40S", API], (), Ask(place=place), None, ByToken(1e3, 500.0))


def modelled(ledger: Path) -> Path:
    """Calls of two kinds, on a GPU and on a CPU that is modelled."""
    one = Recorder(ledger)
    one.counter(GPU, [300.0] * 200)
    one.counter(CPU._replace(tier="utilisation"), [20.0, 40.0] * 100)
    for number, kind in enumerate(("inference", "training")):
        path = one.path("f", kind=kind, model="ab"[number], devices=[0])
        for call in range(6):
            start = (2 * call + number) * S
            one.span(path, start, start + S // (1 + number), tokens_out=1000.0)
    one.close(20 * S)
    return ledger


KINDS = (
    "groups", "three", "runs", "few", "much", "modelled", "reports", "metrics", "planned",
    "tokens", "listed", "euros", "measured",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_but_names_is_english(made: Callable[[str], Comparison], kind: str) -> None:
    found = made(kind)
    assert untranslated("fr", sentences(found)) == []
    sources = {each.to_json()["source"] for each in found.factors}
    bare = found._replace(factors=())
    shown = {format_: rendered(bare, format_, "fr") for format_ in ("text", "md", "html")}
    for text in shown.values():
        assert not ENGLISH.findall(seen(text, {*sources, str(Path.cwd())}))
    assert max(map(len, shown["text"].splitlines())) <= 100
    cells = re.findall(r"<(?:td|text)[^>]*>([-+≈]?\d.*?)</", shown["html"], re.DOTALL)
    assert any("," in cell for cell in cells)
    assert not [cell for cell in cells if re.search(r"\d\.\d| %|(?<![\d,])\d{5}", cell)]
    assert rendered(found, "json", "fr") == rendered(found, "json")


def seen(text: str, names: Iterable[str]) -> str:
    """What is read of a page, without names."""
    plain = re.sub(r"<style.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL)
    line = on_a_line(unescape(plain).replace("\\", ""))
    for name in names:
        line = line.replace(name, "")
    return line


def sentences(found: Comparison) -> Iterator[str]:
    """All that a comparison says in words, by the token without the labels that it begins with."""
    yield from found.findings
    yield from (row.label for row in found.rows if not row.figure.startswith("metric."))
    changes = [change for row in found.rows for change in row.changes if change is not None]
    yield from (change.verdict for change in changes if change.verdict)
    yield from (each.found.reason for each in found.crossings if each.found.reason)
    yield from (gap.remedy for gap in found.gaps if gap.remedy)
    heads = [f"{side.label}: " for side in found.sides] if found.kind == TOKENS else []
    for text in (*found.assumptions, *(gap.why for gap in found.gaps)):
        yield text.removeprefix(next((each for each in heads if text.startswith(each)), ""))


def test_a_page_in_french(made: Callable[[str], Comparison]) -> None:
    page = rendered(made("groups"), "html", "fr")
    assert '<html lang="fr">' in page
    assert f"<title>{typeset('fr', 'Comparaison : minilm@fp32, minilm@int8')}</title>" in page
    titles = re.findall(r"<(?:title|desc) id[^>]*>(.*?)</(?:title|desc)>", page, re.DOTALL)
    assert titles[0] == typeset("fr", "Côte à côte : minilm@fp32, minilm@int8")
    assert titles[1].startswith("Barres pour énergie par élément, carbone (CO2e) par élément, ")
    drawn = re.findall(r"<text[^>]*>(.*?)</text>", page, re.DOTALL)
    assert "énergie par élément" in drawn
    assert any(re.fullmatch(r"\d+,\d J", each) for each in drawn)
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page)
    assert heads[-3:] == ["rapport", "variation (de-à)", "verdict"]


def test_what_a_plan_was_given_and_what_came_of_it(made: Callable[[str], Comparison]) -> None:
    text = on_a_line(rendered(made("planned"), "text", "fr"))
    assert "requêtes 2, jetons d'entrée 100, jetons de sortie 100, FLOP 1×10²⁰" in text
    text = text.replace(f"{Path.cwd()}/", "")
    assert "prévu plan.json" in text
    assert "mesuré L, 10 appels, 1 exécution, Test GPU" in text


def test_numbers_of_findings(made: Callable[[str], Comparison]) -> None:
    text = on_a_line(rendered(made("tokens"), "text", "fr"))
    assert "moins cher à partir de 1\u202f460 millions de jetons par mois" in text
    assert "sur 1\u202f000 jetons, 667 sont d'entrée et 333 de sortie" in text
    text = on_a_line(rendered(made("metrics"), "text", "fr"))
    assert "steps 12\u202f345 -" in text
    assert "m.csv n'en a pas pour minilm@int8" in text


@pytest.mark.parametrize(
    ("ratio", "english", "french"),
    [
        (Ratio(0.58, 0.604, 0.62), "-40 % (-42 to -38)", "-40 % (-42 à -38)"),
        (Ratio(1.0, 1.0, 1.0), "0 %", "0 %"),
        (Ratio(0.5, 1.5, None), "+50 % (-50 to no limit)", "+50 % (-50 ou plus, sans limite)"),
        (Ratio(9.0, 12.3, 1500.4), "12.3 times (9 to 1,500)", "12,3 fois (9 à 1\u202f500)"),
        (
            Ratio(9, 12.3, None),
            "12.3 times (9 to no limit)",
            "12,3 fois (9 ou plus, sans limite)",
        ),
    ],
)
def test_changes(ratio: Ratio, english: str, french: str) -> None:
    change = Change(ratio)
    assert percent(change) == english
    assert percent(change, "fr") == typeset("fr", french)


def test_signs_and_points() -> None:
    assert [signed(each) for each in (1.0213, 3.5, 21.0)] == ["+2.1", "+250", "+2,000"]
    assert [signed(each, "fr") for each in (1.0213, 21.0)] == ["+2,1", "+2\u202f000"]


def test_kinds_have_their_names(made: Callable[[str], Comparison]) -> None:
    text = on_a_line(rendered(made("modelled"), "text", "fr"))
    told = "les groupes sont de types différents (a : inférence, b : entraînement)"
    assert typeset("fr", told) in text


def test_one_of_a_thing_is_singular(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L")
    one.counter(GPU, [300.0] * 40)
    for model in "ab":
        one.span(one.path("f", model=model, devices=[0]), 0, S, items=1.0)
    one.close(4 * S)
    found = compare(("a", "b"), [tmp_path / "L"])
    assert "1 call, 1 item, 1 run" in on_a_line(rendered(found, "text"))
    assert "1 appel, 1 élément, 1 exécution" in on_a_line(rendered(found, "text", "fr"))
    one_by_one = compare([OWN, API], (), Ask(place=FRANCE), None, ByToken(1e3, 500.0, batch=1.0))
    assert ", 1 request at once" in on_a_line(rendered(one_by_one, "text"))
    assert ", 1 requête à la fois" in on_a_line(rendered(one_by_one, "text", "fr"))


def test_a_ratio_of_thousands_has_no_exponent(made: Callable[[str], Comparison]) -> None:
    found = made("much")
    (row, *rest) = found.rows
    change = row.changes[1]
    assert change is not None
    large = row._replace(changes=(None, change._replace(ratio=Ratio(1e3, 1234.0, 2e3))))
    text = rendered(found._replace(rows=(large, *rest)), "text", "fr")
    assert "1\u202f234  1\u202f234 fois (1\u202f000 à 2\u202f000)" in text


def test_languages_that_there_are_none_of(made: Callable[[str], Comparison]) -> None:
    found = made("few")
    for format_ in ("text", "json", "md", "html"):
        with pytest.raises(UsageError, match="use en or fr"):
            rendered(found, format_, "de")
