"""A ledger of several models, versions and activities, with exact figures.

36 g/kWh are 0.01 g/kJ, and 0.36 USD/kWh are 0.0001 USD/kJ.
"""

from __future__ import annotations

from pathlib import Path

from report_ledgers import GPU, MS, Recorder, S

#: What the ledger is priced by, as settings and as options.
PRICES = {"carbon_intensity_g_per_kwh": 36, "tariff_per_kwh": "0.36 USD"}
PRICED = ("--carbon-intensity", "36", "--tariff", "0.36")

#: What BoAmps asks of a model's owner; its document is of one activity.
SHEET = """\
[model]
task = "text-classification"
modality_in = ["text"]

[boamps]
infrastructure = "onPremise"
stage = "inference"
"""

#: Model, version and kind -> J.
ENERGY_J = {
    ("net", "1", "training"): 3000.0,
    ("net", "2", "fine-tuning"): 1000.0,
    ("net", "2", "inference"): 400.0,
    ("tiny", None, "inference"): 200.0,
}


def several(ledger: Path, inferences: int = 4) -> Path:
    """Writes it: `net` 1 trained, `net` 2 fine-tuned and served, `tiny` served, an API called.

    A second of other work and an idle second of 50 W each end it.

    Args:
        inferences: of `net` 2, 1 s and 100 J each, 8 items and 125 tokens each.
    """
    one = Recorder(ledger)
    tail = 2 + inferences
    one.counter(GPU, [300.0] * 100 + [200.0] * 50 + [100.0] * 10 * tail + [50.0] * 20)
    train = one.path("train", model="net", version="1", kind="training", devices=[0])
    one.span(train, 0, 10 * S, items=1000)
    tune = one.path("tune", model="net", version="2", kind="fine-tuning", devices=[0])
    one.span(tune, 10 * S, 15 * S, items=500)
    serve = one.path("serve", model="net", version="2", kind="inference", devices=[0])
    at = 15 * S
    for _ in range(inferences):
        one.span(serve, at, at + S, items=8, tokens_in=100, tokens_out=25)
        at += S
    tiny = one.path("tiny", model="tiny", kind="inference", devices=[0])
    for _ in range(2):
        one.span(tiny, at, at + S)
        at += S
    ask = {"model": "gpt-4o", "kind": "api", "devices": [], "tags": {"provider": "openai"}}
    one.span(one.path("ask", **ask), 2 * S, 3 * S, tokens_in=500, tokens_out=300)
    one.span(one.path("other work", kind="data", devices=[0]), at, at + S)
    one.close()
    return ledger


def short(ledger: Path) -> Path:
    """Three calls of 5 ms each: far below what a counter of 100 ms can tell."""
    one = Recorder(ledger)
    one.counter(GPU, [100.0] * 20)
    path = one.path("embed", model="quick", version="1", kind="inference", devices=[0])
    for number in range(3):
        one.span(path, number * 300 * MS, number * 300 * MS + 5 * MS)
    one.close()
    return ledger
