"""Documents in French: what is ours in them is French, wherever it came from."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest

from footprint.emitters import own
from footprint.emitters.emitter import Options
from footprint.emitters.from_report import view
from footprint.emitters.view import Base, Figures, View
from footprint.estimators.quantity import Quantity

#: Said by reports in English -> in French; and the formats that say it.
SAID = {
    "the same ledger": ("le même registre", ("hf", "md", "html", "eu-ai-act")),
    "memory, 23.5 GB": ("mémoire, 23,5 Go", ("md", "html")),
    "energy of NVIDIA GPUs": ("énergie des GPU NVIDIA", ("hf", "md", "html")),
    "given": ("valeur indiquée", ("hf", "md", "html")),
}


def rendered(name: str, found: View, lang: str) -> str:
    (emitter,) = [each for each in own() if each.name == name]
    out = StringIO()
    emitter.render(found, out, Options(lang=lang))
    return out.getvalue()


@pytest.mark.parametrize("name", ["hf", "md", "html", "eu-ai-act"])
def test_names_and_sources_that_reports_give_are_in_french(
    name: str, report: dict[str, Any]
) -> None:
    memory = {**report["conservation"][0], "device_kind": "dram", "name": "memory, 23.5 GB"}
    report["conservation"].append(memory)
    report["factors"].append({"name": "WUE", "value": 1.8, "unit": "L/kWh", "source": "given"})
    why = "the NVIDIA management library (libnvidia-ml.so.1) is not there"
    report["gaps"].append({"what": "energy of NVIDIA GPUs", "why": why, "remedy": ""})
    took = Figures(energy_j=Quantity(4.0, 5.0, 6.0, "J"))
    base = Base("base", took, "the same ledger", "measured", "2026-11-22")
    text = rendered(name, view(report, "net", "1")._replace(base=base), "fr")
    for english, (french, formats) in SAID.items():
        if name in formats:
            assert french in text
            assert f" {english}" not in text


@pytest.mark.parametrize("name", ["hf", "md", "html"])
def test_a_factor_is_printed_with_enough_digits_to_compute_with_it(
    name: str, report: dict[str, Any]
) -> None:
    report["factors"][0]["value"] = 56.039
    assert "56.039" in rendered(name, view(report, "net", "1"), "en")
