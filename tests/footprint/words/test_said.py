"""What reports say, in French: complete over the sources, exact, and quick on any text."""

from __future__ import annotations

import json
import re
import time
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasheet_ledgers import several, short
from footprint import report
from footprint.errors import UsageError
from footprint.estimators import factors
from footprint.estimators.costs.rental_table import TERMS
from footprint.estimators.instruments import KINDS
from footprint.estimators.systems import rows
from footprint.estimators.systems.registry import systems
from footprint.words import typeset
from footprint.words.said import said, template, templates, untranslated
from report_ledgers import CPU, GPU, Recorder, S
from said_in_source import HOLE, literals, module_files

NOT_SAID = tomllib.loads(Path(__file__).with_name("not_said.toml").read_text(encoding="utf-8"))
SILENT = tuple(f"footprint.{name}" for names in NOT_SAID["modules"].values() for name in names)
TEXTS = {text for texts in NOT_SAID["texts"].values() for text in texts}
PACKAGES = (
    "estimators",
    "reports",
    "factors",
    "accounts",
    "probes",
    "meter",
    "ledger",
    "pages",
    "datasheets",
    "comparisons",
)
MODULES = [
    (module, file)
    for module, file in module_files(*PACKAGES)
    if not any(module == each or module.startswith(f"{each}.") for each in SILENT)
]

#: A file of a sealed segment, as gaps name it.
SEALED = "sealed/span/date=2026-01-31/20260201T000001Z-0123456789abcdef.parquet"

#: Sentences that are made of parts in more than one place, whole.
WHOLE = (
    "grid intensity is taken from codecarbon and, where it has no value, ecologits",
    "exchange rate EUR/USD is of 2025-01-02, 400 days from the end of the period (2026-02-06):"
    " give one of that time",
    "no group declared items (add(items=...)): there an item is a call",
    "neither an electricity tariff nor a rental price was declared by 1 of 2 sorts of runs",
    "openai/gpt-4o: 1 entry before the first known price, from 2024-05-13, is priced at it",
    "openai/gpt-4o: 3 entries before the first known price, from 2024-05-13, are priced at it",
    "openai/gpt-4o: 1 entry after 2026-09-27, when the last known price ended, is priced at it",
    "openai/gpt-4o: 3 entries after 2026-09-27, when the last known price ended, are priced at it",
    "1 entry of openai/gpt-9: its size is not known",
    "1,200 entries of openai/gpt-9: its size is not known",
    "1 entry of openai/gpt-9: a price by the token is not known",
    "3 entries of openai/gpt-9: a price by the token is not known",
    "Llama 3.1 8B: on own hardware there is no price by the token: its cost is that of the"
    " hardware",
    "grid intensity from watttime: cannot be reached: no route; the next source is asked",
    "Mistral AI: geometric mean of its zones, all of FRA, SWE",
    "HTTP 401 (the key is not accepted)",
    "HTTP 403 (the key may not read this)",
    "HTTP 429 (too many requests) (3 tries)",
    "HTTP 302: redirects to elsewhere.example, which is not followed",
    "run pip install 'footprint-ledger[api]'",
    "the row of France, as declared: report argument",
    "given: pyproject.toml",
    f"{SEALED}: the sealed file is missing: what it held is in no figure (span of 2026-01-31,"
    " rows: 1)",
    f"{SEALED}: the sealed file is damaged and cannot be read: what it held is in no figure (span"
    " of 2026-01-31, rows: 1234)",
    f"{SEALED}: the sealed file is not one that footprint wrote (its schema is None): what it held"
    " is in no figure (span of 2026-01-31, rows: 12)",
    f"{SEALED}: the sealed file has 7 rows and not the 12 of its manifest: what it held is in no"
    " figure (span of 2026-01-31, rows: 12)",
    f"{SEALED}: the sealed file is damaged: rows that are not what was sealed are in no figure"
    " (span of 2026-01-31, rows 0 to 2047)",
    "energy per item",
    "energy of the IT equipment per output token",
    "carbon, market-based (CO2e) per run",
    "cost per call",
    "time per images",
    "latency p50",
    "latency p95",
    "Llama 3.1 70B in bf16 on 4 x H100 SXM, predicted",
    "a model of 8B parameters in int8 on 1 x L40S, predicted",
    "GPT-4o at OpenAI, estimated",
    "measured",
    "estimated",
    "noise",
    "energy per item, a and b against c: -40 % (-41 to -38): measured difference",
    "time per run, own:x against api:y: 0 %: not distinguishable from noise",
    "energy per call, b against a: +854 % (-89 to no limit): estimated, not measured",
    "energy per call, b against a: 1,234 times (9 to 2,345): not tested",
    "energy per call, b against a: 12.3 times (9 to no limit): too few spans",
    "duration: 2.5 d measured, 10 h predicted: 6 times",
    "energy of the IT equipment per output token: 6 J measured, 188 mJ (148 to 271) predicted:"
    " 1,234 times, outside the predicted interval",
    "own:x against api:y: own hardware is always cheaper: own hardware has no fixed cost, and each"
    " token costs less than from the API",
    "own:x against api:y: own hardware is never cheaper: each token costs more on own hardware,"
    " beside its fixed cost, than from the API; at the favourable end of the inputs it pays",
    "own:x against api:y: own hardware is cheaper from 1,460 million tokens a month",
    "own:x against api:y: own hardware is cheaper from 0.5 million tokens a month (0.4 to 1.2), at"
    " every volume from 3 million",
    "own:x against api:y: own hardware is cheaper from 586 million tokens a month (586 to no"
    " limit), at every volume from 900 million; at the unfavourable end of the inputs never: even a"
    " machine at full capacity costs more per token than the API",
    "the outcome's energy is that of the metered devices (none); no PUE on either side",
)


@pytest.mark.parametrize(("module", "file"), MODULES, ids=[name for name, _ in MODULES])
def test_every_sentence_of_the_sources_has_its_french(module: str, file: Path) -> None:
    without = [
        f"{file.name}:{each.line}: {shown}"
        for each in literals(module, file)
        if (shown := each.text.replace(HOLE, "{}")) not in TEXTS
        and all(untranslated("fr", [text]) for text in each.samples())
    ]
    assert not without, "give it in said.fr.toml, or say in not_said.toml why it needs none"


def test_a_new_sentence_is_missed(tmp_path: Path) -> None:
    file = tmp_path / "new.py"
    file.write_text(
        """
def gap(name):
    why = "the moon was full" if name else "the moon was new"
    raise ValueError("this ends the command")
    yield Gap(f"energy of {name}", f"{name}: {why}", "wait " + "for another night")
"""
    )
    texts = [each for each in literals("footprint.clock", file) if HOLE not in each.text[:1]]
    assert [each.text.replace(HOLE, "{}") for each in texts] == [
        "energy of {}",
        "wait for another night",
    ]
    moons = [each for each in literals("footprint.clock", file) if each not in texts]
    assert [each.text for each in moons] == [
        f"{HOLE}: the moon was full",
        f"{HOLE}: the moon was new",
    ]
    for each in (*moons, texts[1]):
        assert all(untranslated("fr", [text]) for text in each.samples())


def test_sentences_of_parts_are_known_whole() -> None:
    assert untranslated("fr", WHOLE) == []


def test_every_name_has_its_french() -> None:
    api = [value for name, value in vars(rows).items() if name.isupper() and is_api(value)]
    assert len(api) > 10
    for name in (*factors.NAMES, *api, rows.tier_of(1), rows.in_tier(rows.INPUT, 2)):
        assert said("fr", name) != name or name in ("PUE", "WUE"), name
    for terms in TERMS:
        assert not untranslated("fr", [f"{terms} price of aws, p5.48xlarge, 98.32 / 8"])
    for kind in KINDS:
        text = f"{kind}, covers 1.5 kWh; meets the quality criteria as answered"
        assert not untranslated("fr", [text])
    notes = [f"{each.name}: {each.note}" for each in systems().values() if each.note]
    assert notes
    assert not untranslated("fr", notes)


def is_api(value: object) -> bool:
    return isinstance(value, str) and value.startswith("API ")


AGREED = """
[[factor]]
name = "grid intensity"
zone = "FRA"
value = 0.036
unit = "g/kWh"
[[factor]]
name = "PUE"
zone = "FRA"
value = 1.2
unit = "1"
[[instrument]]
name = "wind"
kind = "certificate"
share = 0.75
g_per_kwh = 0
market = "FRA"
[[purchase]]
device = "H100 SXM"
price = "17520 EUR"
lifetime_years = 2
utilisation = 0.5
[[extra]]
name = "licence"
price = "36 USD"
per = "hour"
"""

SETTINGS: tuple[dict[str, Any], ...] = (
    {},
    {"zone": "FRA", "tariff_per_kwh": "0.18 USD", "absorption": "full"},
    {"zone": "USA-CA", "pue": 1.2, "wue_l_per_kwh": 0.5, "tariff_per_kwh": "0.18 EUR"},
    {"zone": "gcp:europe-west9", "instance": "p5.48xlarge"},
    {"carbon_intensity_g_per_kwh": 0.4, "rental_per_device_hour": "2.10"},
    {"zone": "FRA", "factors": AGREED},
)


def spoken(made: Mapping[str, Any]) -> Iterator[str]:
    """All that a report says in words."""
    yield from made["boundary"]
    yield from made["assumptions"]
    for gap in made["gaps"]:
        yield from (gap["what"], gap["why"], gap.get("remedy") or "")
    for factor in made["factors"]:
        yield from (factor["name"], factor.get("why") or "")
    yield from (group.get("floor") or "" for group in made["groups"])


def odd(ledger: Path) -> Path:
    """Two writers: one of another zone that was killed, with a device that is not there."""
    one = Recorder(ledger, declared={"zone": "DEU", "tariff_per_kwh": "0.3 EUR"})
    one.counter(GPU, [300.0] * 10 + [100.0] * 10)
    one.counter(
        CPU._replace(notes=("psys is there too: it holds the packages and is not added to them",)),
        [20.0] * 5,
    )
    path = one.path("embed", kind="inference", devices=["GPU-9", "gpu"])
    one.span(path, 0, 2 * S)
    one.writer.gap("GPU-1", one.t0, one.t0 + S, "lost", "Test GPU: lost")
    one.writer.gap(None, one.t0, one.t0, "back", "it can be read again")
    one.writer.record(
        {
            "type": "unavailable",
            "probe": "nvidia",
            "what": "GPU 1",
            "reason": "the driver gives neither energy nor power",
            "remedy": "run nvidia-smi",
        }
    )
    one.close(ended=False)
    two = Recorder(ledger, 2, declared={"zone": "FRA"})
    two.span(two.path("ask", kind="api", model="gpt-4o"), 0, S)
    journal = two.close()
    journal.write_bytes(journal.read_bytes() + b"cut")
    return ledger


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda each: "-".join(each) or "nothing")
@pytest.mark.parametrize("write", [several, short, odd], ids=lambda each: each.__name__)
def test_reports_are_said_in_french_from_end_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Any, settings: dict[str, Any]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    if "factors" in settings:
        file = tmp_path / "own.toml"
        file.write_text(settings["factors"])
        settings = {**settings, "factors": file}
    made = report(write(tmp_path / "L"), by=("model", "tag.team"), **settings)
    texts = [text for text in spoken(json.loads(made.to_json())) if text]
    assert len(texts) > 20
    assert untranslated("fr", texts) == []


def test_this_machine_is_described_in_french() -> None:
    from footprint.probes import discover

    found = discover()
    texts = [note for each in found.sources for note in each.device.notes]
    texts += [each.device.gain_source for each in found.sources if "%" in each.device.gain_source]
    texts += [text for each in found.unavailable for text in (each.what, each.reason, each.remedy)]
    assert untranslated("fr", texts) == []


@pytest.mark.parametrize(
    ("english", "french"),
    [
        (
            "Test GPU (GPU-1) was not metered in up to 12.5 % of the active time of a group:"
            " what it drew then is not in the sum",
            "Test GPU (GPU-1) n'a pas été mesuré pendant jusqu'à 12,5 % du temps d'activité d'un"
            " groupe : ce qu'il a alors consommé n'est pas dans la somme",
        ),
        ("0.5 hour", "0,5 heure"),
        ("2 x 12.5 month", "2 x 12,5 mois"),
        ("1 of 5 groups declared none", "1 groupe sur 5 n'en a déclaré aucun"),
        (
            "1,234 of 5,000 groups declared none",
            "1\u202f234 groupes sur 5\u202f000 n'en ont déclaré aucun",
        ),
        (
            "memory, 7.6 GB: modelled, not measured: 7.6 GB at 0.392 W/GB, Source",
            "mémoire, 7,6 Go : modélisé, non mesuré : 7,6 Go à 0,392 W/Go, Source",
        ),
        (
            "instrument 'wind' is not applied: it lacks 1 emission_rate (not answered),"
            " 4 vintage (answered no)",
            "l'instrument 'wind' n'est pas appliqué : il lui manque 1 emission_rate (sans"
            " réponse), 4 vintage (réponse : non)",
        ),
    ],
)
def test_a_sentence_as_it_is_said(english: str, french: str) -> None:
    assert said("fr", english) == typeset("fr", french)


def test_what_is_not_ours_stays_as_it_is() -> None:
    for text in ("", "look at me", "CPU: made by hand", "own.toml: a : b", "énergie : 1"):
        assert said("fr", text) == text
    assert untranslated("fr", ["energy_j", "groups.items, groups.per_item", "odd text"]) == [
        "odd text"
    ]


def test_what_an_estimate_of_an_api_assumes_is_said_within_a_sentence() -> None:
    stated = "footprint's model of inference; fp8 to bf16; on B200 to A100 SXM 80GB; "
    stated += "64 to 1,400 requests at once; at 500 tokens in, 500 out; "
    for size, french in (
        ("for the size of our table", "pour la taille de notre table"),
        ("for the size that EcoLogits 0.11.3 has (MPL-2.0)", "EcoLogits 0.11.3 (MPL-2.0)"),
    ):
        text = said("fr", f"openai/gpt-4o: energy from {stated}{size}")
        assert text.startswith("openai/gpt-4o\xa0: énergie d'après le modèle d'inférence")
        assert "64 à 1\u202f400 requêtes simultanées" in text
        assert text.endswith(french)


def test_english_stays_and_other_languages_are_refused() -> None:
    assert said("en", "the ledger is empty") == "the ledger is empty"
    with pytest.raises(UsageError, match="use en or fr"):
        said("de", "the ledger is empty")


def test_the_catalogue_says_each_sentence_once_with_the_same_holes() -> None:
    every = templates("fr")
    kinds = [(each.literals, tuple(kind for _, kind in each.holes)) for each in every]
    assert len(set(kinds)) == len(kinds)
    for each in every:
        names = sorted(name for name, _ in each.holes)
        for text in each.texts:
            assert sorted(set(re.findall(r"\{(\w+)\}", text))) == names, text
            assert not re.search(r" [:;!?%»]( |$)", text), text


def test_what_cannot_be_read_as_a_template_is_refused() -> None:
    for text in ("{a}{b}", "{a:numbr} kWh"):
        with pytest.raises(ValueError, match="not a template"):
            template(text, text)


@given(st.lists(st.sampled_from([": ", "; ", " (", ")", ", ", " at ", "given", "1", "x", " of "])))
def test_any_text_is_answered_quickly(parts: list[str]) -> None:
    text = "".join(parts) * 40
    start = time.process_time()
    said("fr", text)
    assert time.process_time() - start < 1


def test_hundreds_of_sentences_take_no_time() -> None:
    texts = [f"{one} of {all_} groups declared none" for one in range(20) for all_ in range(15)]
    said("fr", "read the catalogue")
    start = time.process_time()
    for text in texts:
        said("fr", text)
    assert time.process_time() - start < 0.5
