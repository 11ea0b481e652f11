"""Laws that hold for every format: of any view it makes a document that reads back as the view."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from huggingface_hub import ModelCard
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import boamps_documents
import cyclonedx_documents
import spdx_documents
from datasheet_ledgers import PRICES, several, short
from footprint.datasheets import make
from footprint.emitters import own
from footprint.emitters.emitter import Emitter, Options
from footprint.emitters.stated import current
from footprint.emitters.view import (
    ORDER,
    UNITS,
    Activity,
    Base,
    Figures,
    Hardware,
    Metric,
    Missing,
    View,
)
from footprint.errors import UsageError
from footprint.estimators.quantity import Quantity

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
START, END = "2026-11-20T11:00:00.250000Z", "2026-11-22T11:00:00Z"

#: Needs of a view what not every view has: it says so and writes nothing.
DEMANDING = ("boamps", "spdx")


def _schema(name: str) -> Callable[[str], None]:
    schema = json.loads((REFERENCE / name).read_text(encoding="utf-8"))
    return lambda text: jsonschema.validate(json.loads(text), schema)


def _cyclonedx(text: str) -> None:
    assert cyclonedx_documents.wrong(text) is None


def _card(text: str) -> None:
    ModelCard(text, ignore_metadata_errors=False)


VALID: dict[str, Callable[[str], None]] = {
    "hf": _card,
    "json": _schema("datasheet.schema.json"),
    "cyclonedx": _cyclonedx,
    "spdx": spdx_documents.validate,
    "boamps": lambda text: boamps_documents.validator().validate(json.loads(text)),
    "eu-ai-act-json": _schema("eu-ai-act.schema.json"),
}


def ways(emitter: Emitter) -> list[Options]:
    """In each language, and of each version."""
    return [
        Options(lang, spec) for lang in emitter.languages for spec in (emitter.specs or (None,))
    ]


def holds(emitter: Emitter, view: View) -> None:
    """Renders it in every way; each document is valid, stays the same, and says what is so."""
    for options in ways(emitter):
        try:
            data = make.document(view, emitter, options)
        except UsageError:
            if emitter.name not in DEMANDING:
                raise
            continue
        assert make.document(view, emitter, options) == data
        text = data.decode("utf-8")
        if emitter.name in VALID:
            VALID[emitter.name](text)
        assert emitter.read is not None
        stated = emitter.read(data)
        known = {each.kind for each in view.activities if each.stated.energy_j is not None}
        assert {each.kind for each in stated if each.figure == "energy_j"} <= known
        for each in stated:
            now = current(view, each)
            assert now is not None, each
            assert abs(each.value - now.mid) <= each.step * 0.500001 + 1e-300, (each, now)
            assert each.agrees(now), (each, now)
            assert each.model in (None, view.model)
            assert each.model is None or each.version == view.version


#: What a name can hold that is markup, or the end of something, in one of the formats.
HOSTILE = st.sampled_from(
    [
        "a|b", "a`b", "<b>x</b>", "--> x", "a\nb", "a: b", "- a", "# a", "'a\"b", "{a}", "%s",
        "\u2028", "*a*", "[a](b)", "null", "0x1", "&amp;", "footprint:kind", "| Total |", "\\",
        "<!-- footprint:end -->", "é à", "e\u0301", "\U0001f600", "a" * 300, "---", "...", "@a",
    ]
)  # fmt: skip
NAMES = HOSTILE | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12
)
AMOUNTS = st.sampled_from([0.0, 1e-9, 0.5, 999.5, 1e15]) | st.floats(1e-12, 1e15)


@st.composite
def quantities(draw: st.DrawFn, unit: str) -> Quantity:
    low, mid, high = sorted(draw(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS)))
    return Quantity(low, mid, high, unit)


@st.composite
def activities(draw: st.DrawFn) -> Activity:
    currencies = draw(st.sets(st.sampled_from(["EUR", "USD", "JPY"]), max_size=2))
    total = Figures(
        **{name: draw(st.none() | quantities(unit)) for name, unit in UNITS.items()},
        cost={each: draw(quantities(each)) for each in sorted(currencies)},
    )
    ends = draw(st.sampled_from([("", ""), (START, END), (START, START)]))
    return Activity(
        kind=draw(st.sampled_from(ORDER)),
        calls=draw(st.integers(0, 10**9)),
        errors=draw(st.integers(0, 3)),
        items=draw(st.sampled_from([0, 1, 7.5, 1e6])),
        own_time=draw(st.booleans()),
        complete=draw(st.booleans()),
        total=total,
        latency_ms=draw(st.sampled_from([{}, {"p50": 0.001, "p95": 500.0, "p99": 1e7}])),
        tiers=draw(st.sampled_from([{}, {"counter": 1.0}, {"counter": 0.25, "nameplate": 0.75}])),
        tokens_in=draw(st.none() | AMOUNTS),
        tokens_out=draw(st.none() | AMOUNTS),
        start=ends[0],
        end=ends[1],
        busy_s=draw(st.none() | AMOUNTS),
        active_s=draw(st.none() | AMOUNTS),
        peak_host_memory_bytes=draw(st.none() | st.just(2.0**30)),
        hardware=tuple(
            Hardware(draw(NAMES), kind, draw(NAMES), "counter", "id")
            for kind in draw(st.sampled_from([(), ("gpu",), ("cpu", "dram")]))
        ),
        zones=draw(st.sampled_from([(), ("FRA",), ("DEU", "USA-CA")])),
        floor=draw(st.none() | st.none() | NAMES),
    )


@st.composite
def views(draw: st.DrawFn) -> View:
    several = draw(st.lists(activities(), max_size=4, unique_by=lambda x: (x.kind, x.own_time)))
    order = {kind: place for place, kind in enumerate(ORDER)}
    factor: dict[str, Any] = {"name": draw(NAMES), "value": 56.039, "unit": draw(NAMES)}
    metric = Metric(draw(NAMES), 0.97, data=draw(NAMES), task=draw(NAMES | st.just("")))
    base = Base(draw(NAMES), Figures(energy_j=draw(quantities("J"))), draw(NAMES), "estimated")
    return View(
        model=draw(NAMES),
        version=draw(st.none() | NAMES),
        activities=tuple(sorted(several, key=lambda each: (order[each.kind], each.own_time))),
        metrics=draw(st.sampled_from([(), (metric,)])),
        start=draw(st.sampled_from(["", START])),
        end=draw(st.sampled_from(["", END])),
        boundary=draw(st.lists(NAMES, max_size=2).map(tuple)),
        hardware=(),
        zone=draw(st.just("") | NAMES),
        factors=draw(st.sampled_from([(), (factor,)])),
        assumptions=draw(st.lists(NAMES, max_size=2).map(tuple)),
        missing=draw(st.lists(st.builds(Missing, NAMES, NAMES, NAMES), max_size=2).map(tuple)),
        given=draw(st.sampled_from([{}, boamps_documents.SHEET])),
        base=draw(st.none() | st.just(base)),
    )


EMPTY = View("net", None, (), (), "", "", (), (), "", (), (), ())


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, View]:
    """Views of real ledgers: one that has everything, one of which all is below the floor."""
    ledgers = tmp_path_factory.mktemp("every")
    (ledgers / "metrics.json").write_text('{"accuracy": 0.97, "f1": 0.9, "baseline": {"f1": 1}}')
    report = make.booked([several(ledgers / "L")], zone="FRA", pue=1.2, **PRICES)
    full = make.make(report, "net", "2", metrics=ledgers / "metrics.json", base="net:1")
    floor = make.make(make.booked([short(ledgers / "Q")]))
    given = boamps_documents.SHEET
    return {"full": full._replace(given=given), "floor": floor._replace(given=given)}


@pytest.mark.parametrize("emitter", own(), ids=lambda each: each.name)
def test_of_a_real_ledger(recorded: dict[str, View], emitter: Emitter) -> None:
    full = recorded["full"]
    holds(emitter, full)
    assert emitter.read is not None
    data = make.document(full, emitter)
    assert {each.kind for each in emitter.read(data)} >= {"fine-tuning"}


@pytest.mark.parametrize("emitter", own(), ids=lambda each: each.name)
@pytest.mark.parametrize("name", ["floor", "empty"])
def test_of_what_nobody_may_state_nothing_is_stated(
    recorded: dict[str, View], emitter: Emitter, name: str
) -> None:
    view = recorded.get(name, EMPTY)
    holds(emitter, view)
    if emitter.name not in DEMANDING:
        assert emitter.read is not None
        assert list(emitter.read(make.document(view, emitter))) == []


@pytest.mark.parametrize("emitter", own(), ids=lambda each: each.name)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(view=views())
@example(view=EMPTY)
def test_of_any_view(emitter: Emitter, view: View) -> None:
    holds(emitter, view)


def figures_in(emitter: Emitter, data: bytes) -> set[tuple[str, str, str, float]]:
    assert emitter.read is not None
    return {(each.kind, each.figure, each.per, each.value) for each in emitter.read(data)}


@pytest.mark.parametrize(
    "emitter", [each for each in own() if each.merge is not None], ids=lambda each: each.name
)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(view=views(), times=st.sampled_from([0.5, 3.0]))
def test_a_document_that_gets_later_figures_says_those_and_then_stays(
    emitter: Emitter, view: View, times: float
) -> None:
    assert emitter.merge is not None
    more = tuple(each._replace(total=each.total.per(1 / times)) for each in view.activities)
    later = view._replace(activities=more)
    try:
        first, wanted = (make.document(each, emitter) for each in (view, later))
    except UsageError:
        if emitter.name not in DEMANDING:
            raise
        return
    merged = emitter.merge(later, first, Options())
    assert figures_in(emitter, merged) == figures_in(emitter, wanted)
    assert emitter.merge(later, merged, Options()) == merged
    if emitter.name in VALID:
        VALID[emitter.name](merged.decode("utf-8"))
    back = emitter.merge(view, merged, Options())
    assert figures_in(emitter, back) == figures_in(emitter, first)
