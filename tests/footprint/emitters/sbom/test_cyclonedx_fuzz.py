"""Whatever a file holds: one clear line, or a document that is as good as it was."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyclonedx_documents import measured, real, rendered
from footprint.emitters.emitter import Options
from footprint.emitters.sbom.cyclonedx import merge, read_back
from footprint.emitters.view import Base, Figures, Metric, View
from footprint.errors import UsageError
from footprint.estimators.quantity import exact

KEYS = st.sampled_from(
    [
        "type", "name", "version", "group", "purl", "bom-ref", "components", "metadata",
        "component", "modelCard", "considerations", "environmentalConsiderations",
        "energyConsumptions", "properties", "activity", "value", "signature", "pedigree",
        "ancestors", "quantitativeAnalysis", "performanceMetrics", "slice", "activityEnergyCost",
    ]
)  # fmt: skip
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(
        [
            "machine-learning-model",
            "net",
            "1",
            "big",
            "training",
            "inference",
            "footprint:kind",
            "f1",
        ]
    )
)
SHAPES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=40,
)


@pytest.fixture(scope="module")
def of(tmp_path_factory: pytest.TempPathFactory) -> View:
    base = Base("big", Figures(energy_j=exact(1, "J")), "its card", "estimated")
    found = measured(tmp_path_factory.mktemp("ledger"), "net", "1")
    return found._replace(base=base, metrics=(Metric("f1", 0.5),))


def one_line_or(what: Callable[[], Any]) -> Any:
    """What it gives; the error's text, which is one line, where it refuses."""
    try:
        return what()
    except UsageError as error:
        return str(error)


def holds(of: View, document: bytes, options: Options) -> None:
    after = one_line_or(lambda: merge(of, document, options))
    if isinstance(after, str):
        assert "\n" not in after
    else:
        assert json.loads(after.decode("utf-8-sig"))
        assert merge(of, after, options) == after
    assert "\n" not in str(one_line_or(lambda: read_back(document)))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes(of: View, document: bytes, force: bool) -> None:
    holds(of, document, Options(force=force))


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(KEYS, SHAPES, max_size=5), st.booleans(), st.sampled_from([None, 2]))
def test_any_shape(of: View, body: dict[str, Any], force: bool, indent: int | None) -> None:
    whole = {"bomFormat": "CycloneDX", "specVersion": "1.6", **body}
    text = json.dumps(whole, indent=indent).replace("Infinity", "1e9999999999999999999999")
    holds(of, text.encode(), Options(force=force))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 4), st.sampled_from(["ours", "theirs"]))
def test_any_damage_to_a_real_document(of: View, seed: int, hits: int, whose: str) -> None:
    chance = random.Random(seed)
    found = rendered(of).encode() if whose == "ours" else real("specification-energy-1.6")
    document = bytearray(found)
    for _ in range(hits):
        at = chance.randrange(len(document))
        match chance.randrange(3):
            case 0:
                document[at] = chance.randrange(256)
            case 1:
                del document[at : at + chance.randrange(1, 30)]
            case _:
                document[at:at] = chance.choice([b'"', b"{", b"]", b",", b"\\u", b"1e999", b"\r\n"])
    holds(of, bytes(document), Options(force=True))
