"""Figures in SPDX documents that are there already: others' bytes stay as they are."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
import spdx_python_model

from footprint.emitters.emitter import Options
from footprint.emitters.from_report import view
from footprint.emitters.sbom.spdx import SPDX
from footprint.emitters.view import Base, Figures, View
from footprint.errors import OccupiedError, UsageError
from footprint.estimators.quantity import Quantity
from spdx_documents import DATA, energies_kwh, statements, validate

HTR = (DATA / "simplehtr.spdx3.json").read_bytes()
SENTIMENT = (DATA / "sentimentdemo.spdx3.json").read_bytes()
DEMO = "Sentiment Demo: A Simple AI Application and its AI BOM Example"


def merged(of: View, document: bytes, *, force: bool = False) -> bytes:
    assert SPDX.merge is not None
    return SPDX.merge(of, document, Options(force=force))


@pytest.fixture
def of_word_model(report: dict[str, Any]) -> View:
    return view(report, "net", "1")._replace(model="word-model", version="0.0")


def without_ours(document: bytes) -> Any:
    """The document's data without what was put into it."""
    parsed = json.loads(document)
    graph = parsed["@graph"]
    ours = {e["creationInfo"] for e in graph if "footprint.spdx/1" in e.get("statement", "")}
    parsed["@graph"] = [
        {key: value for key, value in e.items() if key != "ai_energyConsumption"}
        for e in graph
        if e.get("creationInfo") not in ours and e.get("@id") not in ours
    ]
    return parsed


def test_everything_else_stays_byte_for_byte(of_word_model: View) -> None:
    after = merged(of_word_model, HTR)
    validate(after, HTR)
    assert energies_kwh(after, "word-model") == {
        "training": [2.77778e-6],
        "inference": [2.77778e-6],
    }
    assert energies_kwh(after, "line-model") == {}
    lines = after.splitlines(keepends=True)
    rest = iter(lines)
    for line in HTR.splitlines(keepends=True):  # every line is there still, in its order
        assert any(line.rstrip(b"\r\n,") == other.rstrip(b"\r\n,") for other in rest), line
    assert without_ours(after) == without_ours(HTR) == json.loads(HTR)


def test_a_second_run_changes_nothing(of_word_model: View) -> None:
    once = merged(of_word_model, HTR)
    assert merged(of_word_model, once) == once


def test_new_figures_replace_the_old_ones(of_word_model: View) -> None:
    once = merged(of_word_model, HTR)
    training = of_word_model.activities[0]
    more = Figures(energy_j=Quantity(3.6e6, 3.6e6, 3.6e6, "J"))
    later = of_word_model._replace(
        activities=(training._replace(total=more),), tool="footprint 99", end="2027-01-01T00:00:00Z"
    )
    twice = merged(later, once)
    validate(twice, HTR)
    assert energies_kwh(twice, "word-model") == {"training": [1.0]}
    assert len(statements(twice)) == 2
    assert twice.count(b'"footprint 99"') == 1
    assert without_ours(twice) == json.loads(HTR)
    assert merged(later, merged(of_word_model, twice)) == twice


def test_two_models_of_one_document_do_not_touch_each_other(of_word_model: View) -> None:
    both = merged(of_word_model._replace(model="line-model"), merged(of_word_model, HTR))
    validate(both, HTR)
    assert energies_kwh(both, "line-model") == energies_kwh(both, "word-model")
    assert merged(of_word_model, both) == both


def test_a_base_model_comes_and_goes(of_word_model: View) -> None:
    base = Base("big", Figures(energy_j=Quantity(1e9, 2e9, 3e9, "J")), "a paper", "estimated")
    once = merged(of_word_model._replace(base=base), HTR)
    validate(once, HTR)
    assert energies_kwh(once, "big") == {"training": [555.556]}
    assert merged(of_word_model._replace(base=base), once) == once
    without = merged(of_word_model, once)
    validate(without, HTR)
    assert b'"big"' not in without
    assert without_ours(without) == json.loads(HTR)


def test_energy_of_another_tool_is_replaced_only_by_force(of_word_model: View) -> None:
    demo = of_word_model._replace(model=DEMO)  # its package there has no version
    with pytest.raises(OccupiedError, match="footprint did not write: use --force"):
        merged(demo, SENTIMENT)
    forced = merged(demo, SENTIMENT, force=True)
    validate(forced, SENTIMENT)
    assert energies_kwh(forced, DEMO) == {"training": [2.77778e-6], "inference": [2.77778e-6]}
    assert without_ours(forced) == without_ours(SENTIMENT)
    assert merged(demo, forced) == forced  # ours from now on


def test_energy_of_another_tool_stays_where_none_is_known(of_word_model: View) -> None:
    nothing = tuple(each._replace(total=Figures()) for each in of_word_model.activities)
    after = merged(of_word_model._replace(model=DEMO, activities=nothing), SENTIMENT)
    validate(after, SENTIMENT)
    assert energies_kwh(after, DEMO) == {"training": [0.0048269], "inference": [0.0000036]}


def test_energy_of_ours_that_is_no_longer_known_goes(of_word_model: View) -> None:
    nothing = tuple(each._replace(total=Figures()) for each in of_word_model.activities)
    after = merged(of_word_model._replace(activities=nothing), merged(of_word_model, HTR))
    validate(after, HTR)
    assert energies_kwh(after, "word-model") == {}


def test_our_own_document_is_updated_with_its_list_of_elements(report: dict[str, Any]) -> None:
    out = io.StringIO()
    before = view(report, "net", "1")
    SPDX.render(before, out)
    document = out.getvalue().encode()
    assert merged(before, document) == document
    later = before._replace(activities=before.activities[:1], tool="footprint 99")
    after = merged(later, document)
    validate(after, HTR)
    graph = json.loads(after)["@graph"]
    elements = {
        each["spdxId"] for each in graph if each["type"] not in ("SpdxDocument", "CreationInfo")
    }
    [listed] = [each["element"] for each in graph if each["type"] == "SpdxDocument"]
    assert sorted(listed) == sorted(elements)
    assert merged(later, after) == after


def test_a_name_without_its_owner_is_found(of_word_model: View) -> None:
    owned = of_word_model._replace(model="harald/word-model")
    after = merged(owned, HTR)
    assert energies_kwh(after, "word-model")["training"] == [2.77778e-6]
    assert merged(owned, after) == after
    theirs = HTR.replace(b'"word-model"', b'"harald/word-model"')
    assert energies_kwh(merged(of_word_model, theirs), "harald/word-model")
    with pytest.raises(UsageError, match="no ai_AIPackage named 'tom/word-model'"):
        merged(of_word_model._replace(model="tom/word-model"), theirs)


def test_another_version_is_taken_by_force(of_word_model: View) -> None:
    other = of_word_model._replace(version=None)
    with pytest.raises(UsageError, match="use --force to take the one there is"):
        merged(other, HTR)
    assert energies_kwh(merged(other, HTR, force=True), "word-model")["training"]


def test_a_document_that_another_tool_wrote_anew_is_updated(report: dict[str, Any]) -> None:
    base = Base("big", Figures(energy_j=Quantity(1e9, 2e9, 3e9, "J")), "a paper", "estimated")
    of = view(report, "net", "1")._replace(base=base)
    out = io.StringIO()
    SPDX.render(of, out)
    model: Any
    model, objects = spdx_python_model.load_data(json.loads(out.getvalue()))
    anew = io.BytesIO()
    model.JSONLDSerializer().write(objects, anew, indent=1)
    later = of._replace(tool="footprint 99", base=None)
    after = merged(later, anew.getvalue())
    validate(after)
    assert (after.count(b'"footprint 99"'), after.count(b'"big"')) == (1, 0)
    assert len(statements(after)) == 3
    assert merged(later, after) == after


@pytest.mark.parametrize("odd", ["1", "null", '"text"', "[]", '{"type": ["x"], "spdxId": {}}'])
def test_odd_things_in_a_graph_stay(of_word_model: View, odd: str) -> None:
    document = HTR.replace(b'"@graph": [', b'"@graph": [' + odd.encode() + b",", 1)
    assert document != HTR
    after = merged(of_word_model, document)
    assert json.loads(after)["@graph"][0] == json.loads(odd)
    assert merged(of_word_model, after) == after
    assert SPDX.read is not None
    assert len(SPDX.read(after)) == 6


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_endings_and_byte_order_marks_stay(
    of_word_model: View, newline: bytes, mark: bytes
) -> None:
    document = mark + HTR.replace(b"\r\n", b"\n").replace(b"\n", newline)
    after = merged(of_word_model, document)
    assert after.startswith(mark + b"{")
    assert after.count(b"\n") == after.count(newline)
    validate(after.removeprefix(mark), HTR)
    assert merged(of_word_model, after) == after


def test_a_document_on_one_line_stays_on_one(of_word_model: View) -> None:
    document = json.dumps(json.loads(HTR), separators=(",", ":")).encode()
    after = merged(of_word_model, document)
    validate(after, HTR)
    assert b"\n" not in after
    assert merged(of_word_model, after) == after


@pytest.mark.parametrize(
    ("model", "version", "why"),
    [
        ("word-modell", "0.0", "Did you mean word-model"),
        ("zzz", "0.0", "has no ai_AIPackage named 'zzz'. It has"),
        ("word-model", "9", "versions there: 0.0"),
        ("word-model", None, "without a version is in the document 0 times"),
        ("numpy", "1.19.5", "has no place for energy: make it an ai_AIPackage"),
    ],
)
def test_a_package_that_is_not_there(
    of_word_model: View, model: str, version: str | None, why: str
) -> None:
    with pytest.raises(UsageError) as error:
        merged(of_word_model._replace(model=model, version=version), HTR)
    assert why in str(error.value)


def test_other_peoples_elements_stay_where_they_share_our_creation_information(
    of_word_model: View,
) -> None:
    parsed = json.loads(merged(of_word_model, HTR))
    ours = next(e["creationInfo"] for e in parsed["@graph"] if e["type"] == "Annotation")
    theirs = [
        {"type": "Tool", "spdxId": "urn:theirs:1", "creationInfo": ours, "name": "a scanner"},
        {"type": "Annotation", "spdxId": "urn:theirs:2", "creationInfo": ours,
         "annotationType": "review", "subject": "https://my-first-aibom.com/word-model",
         "statement": "seen footprint.spdx/1"},
    ]  # fmt: skip
    parsed["@graph"][3:3] = theirs
    later = of_word_model._replace(tool="footprint 99")
    after = merged(later, json.dumps(parsed, indent=2).encode())
    validate(after, HTR)
    graph = json.loads(after)["@graph"]
    assert all(each in graph for each in theirs)
