"""Figures into CycloneDX documents that are there: everything else stays byte for byte."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from cyclonedx_documents import measured, real, rendered, wrong
from footprint.emitters.emitter import Options
from footprint.emitters.from_report import view
from footprint.emitters.sbom.cyclonedx import merge, read_back
from footprint.emitters.view import Base, Figures, Metric, View
from footprint.errors import OccupiedError, UsageError
from footprint.estimators.quantity import exact

FORCED = Options(force=True)
LLAMA = "meta-llama/Llama-3.1-8B-Instruct"
MINILM = "sentence-transformers/all-MiniLM-L6-v2"


def without_ours(document: bytes) -> Any:
    """What a document says apart from our figures and its own version."""
    whole = json.loads(document.decode("utf-8-sig"))
    whole.pop("version", None)

    def strip(node: Any) -> Any:
        if isinstance(node, list):
            return [strip(each) for each in node]
        if not isinstance(node, dict):
            return node
        kept = {key: strip(each) for key, each in node.items() if key != "modelCard"}
        if "modelCard" in node:
            card = {key: strip(each) for key, each in node["modelCard"].items()}
            considerations = dict(card.pop("considerations", {}))
            considerations.pop("environmentalConsiderations", None)
            kept["modelCard"] = {
                **card,
                **({"considerations": considerations} if considerations else {}),
            }
        return kept

    return strip(whole)


def unchanged_bytes(before: bytes, after: bytes) -> bool:
    """Whether all that changed is the document's version, and one stretch that was put in."""
    old = before.replace(b'"version": 1,', b'"version": 2,', 1)
    start = next(
        (i for i, pair in enumerate(zip(old, after, strict=False)) if len({*pair}) > 1), len(old)
    )
    new = len(after) - len(old)
    return any(after[:at] + after[at + new :] == old for at in range(max(0, start - 20), start + 1))


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., View]:
    """A recorded run's view, as if it were of the model asked for."""
    found = measured(tmp_path_factory.mktemp("ledger"), "net", "1")

    def named(model: str, version: str | None = None) -> View:
        return found._replace(model=model, version=version)

    return named


@pytest.mark.parametrize(
    ("name", "model", "version"),
    [
        ("owasp-aibom-all-minilm", MINILM, "c9745ed1"),
        ("owasp-aibom-all-minilm", MINILM, None),
        ("owasp-aibom-all-minilm", "all-MiniLM-L6-v2", "c9745ed1"),
        ("owasp-aibom-all-minilm", f"pkg:huggingface/{MINILM}@c9745ed1", None),
        ("owasp-aibom-all-minilm", "a model that it does not have", "3"),
        ("aloha-llama-3.1", LLAMA, "1"),
        ("aloha-llama-3.1", "Llama-3.1-8B-Instruct", "1"),
        ("aloha-llama-3.1", "a model that it does not have", None),
        ("aloha-all-minilm", MINILM, None),
        ("k8s-aibom-vllm", "a model that it does not have", None),
        ("specification-energy-1.6", "another", None),
        ("specification-energy-1.7", "another", None),
    ],
)
@pytest.mark.parametrize(
    "form",
    [
        pytest.param(lambda data: data, id="as found"),
        pytest.param(lambda data: data.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(lambda data: b"\xef\xbb\xbf" + data, id="byte order mark"),
        pytest.param(lambda data: data.rstrip() + b"\n", id="newline at its end"),
    ],
)
def test_real_documents_get_the_figures_and_stay_as_they_are(
    figures: Callable[..., View],
    name: str,
    model: str,
    version: str | None,
    form: Callable[[bytes], bytes],
) -> None:
    before, of = form(real(name)), figures(model, version)
    after = merge(of, before)
    assert wrong(after) == wrong(before)
    assert unchanged_bytes(before, after)
    if b"\r\n" in before:
        assert after.count(b"\n") == after.count(b"\r\n")
    assert merge(of, after) == after
    stated = {(one.kind, one.figure, one.per): one.value for one in read_back(after)}
    assert stated["training", "energy_j", "total"] == pytest.approx(14_400, rel=1e-12)
    assert stated["inference", "carbon_location_g", "total"] == pytest.approx(1, rel=1e-12)
    if "does not have" not in model and model != "another":
        assert without_ours(after) == without_ours(before)
        whole = json.loads(after.decode("utf-8-sig"))
        assert len(whole.get("components", [])) == len(
            json.loads(before.decode("utf-8-sig")).get("components", [])
        )
    assert json.loads(after.decode("utf-8-sig"))["version"] == 2


def test_one_line_documents_stay_on_one_line(figures: Callable[..., View]) -> None:
    whole = json.loads(real("aloha-llama-3.1"))
    for separators in ((",", ":"), (", ", ": ")):
        before = json.dumps(whole, separators=separators).encode()
        after = merge(figures(LLAMA), before)
        assert b"\n" not in after
        assert json.dumps(json.loads(after), separators=separators).count('":') == after.count(
            b'":'
        )
        assert json.loads(after) == json.loads(merge(figures(LLAMA), real("aloha-llama-3.1")))


def test_numbers_and_unknown_keys_stay_as_they_are_written(figures: Callable[..., View]) -> None:
    before = (
        b'{ "bomFormat":"CycloneDX" , "specVersion" : "1.6", "version": 1.0,\n'
        b'\t"x": [1.0, 1e5, 10000000000000000000001, -0.0, "\\u00e9\\/"], "components": [ ] }'
    )
    after = merge(figures("net"), before)
    assert after.startswith(before[: before.index(b"[ ]") + 1])
    assert after.endswith(b" ] }")
    assert b'"version": 1.0,' in after  # no whole number: left alone


def test_newer_figures_take_the_place_of_older_ones(
    figures: Callable[..., View], report: dict[str, Any]
) -> None:
    first = merge(figures(LLAMA), real("aloha-llama-3.1"))
    other = view(report, "net", "1")._replace(model=LLAMA, version=None)
    second = merge(other, first)
    assert second == merge(other, second)
    assert json.loads(second)["version"] == 3
    # As if the first had never been there.
    assert json.loads(second) == {
        **json.loads(merge(other, real("aloha-llama-3.1"))),
        "version": 3,
    }


def test_a_kind_that_fell_below_the_floor_is_taken_out_and_others_stay(
    figures: Callable[..., View],
) -> None:
    of = figures(LLAMA)
    first = merge(of, real("aloha-llama-3.1"))
    training, serving = of.activities
    low = of._replace(activities=(training, serving._replace(floor="0.1 s of calls")))
    assert {one.kind for one in read_back(merge(low, first))} == {"training"}
    alone = of._replace(activities=(serving,))
    assert {one.kind for one in read_back(merge(alone, first))} == {"training", "inference"}


def test_another_tools_figures_are_replaced_only_where_asked_for(
    figures: Callable[..., View],
) -> None:
    before, of = real("specification-energy-1.6"), figures("meta-llama/Llama-2-7b")
    with pytest.raises(OccupiedError, match=r"line 27: training has figures of another tool: --f"):
        merge(of, before)
    forced = merge(of, before, FORCED)
    assert wrong(forced) is None
    assert b"31.22" not in forced
    assert without_ours(forced) == without_ours(before)
    assert merge(of, forced) == forced
    serving = of._replace(activities=(of.activities[1],))
    beside = merge(serving, before)  # another activity: nothing is in the way
    assert unchanged_bytes(before, beside)
    assert {one.kind for one in read_back(beside)} == {"inference"}


def test_what_is_signed_is_changed_only_where_asked_for(figures: Callable[..., View]) -> None:
    whole = json.loads(real("aloha-llama-3.1"))
    signature = {"algorithm": "HS256", "value": "x"}
    whole["metadata"]["component"]["signature"] = signature
    for each in (whole, {**json.loads(real("aloha-llama-3.1")), "signature": signature}):
        before = json.dumps(each, indent=2).encode()
        with pytest.raises(OccupiedError, match=r"what changes is signed.*--force.*sign it anew"):
            merge(figures(LLAMA), before)
        forced = merge(figures(LLAMA), before, FORCED)
        assert merge(figures(LLAMA), forced) == forced  # nothing changes, so nothing is refused


def test_a_version_that_is_not_the_models_is_refused(figures: Callable[..., View]) -> None:
    before = real("owasp-aibom-all-minilm")
    with pytest.raises(OccupiedError, match=r"-MiniLM-L6-v2' version c9745ed1 is not version 9"):
        merge(figures(MINILM, "9"), before)
    assert unchanged_bytes(before, merge(figures(MINILM, "9"), before, FORCED))


def test_nested_components_are_found_and_several_are_refused(figures: Callable[..., View]) -> None:
    with pytest.raises(UsageError, match=r"2 components are 'meta-llama/.*component/3/.*/4/"):
        merge(figures(LLAMA), real("k8s-aibom-vllm"))
    whole = json.loads(real("specification-energy-1.6"))
    model = {"type": "machine-learning-model", "name": "net", "version": "2", "purl": "pkg:x/net"}
    whole["components"][0]["components"] = [
        {"type": "data", "name": "net"},
        {"type": "file", "name": "f", "components": [model, {**model, "version": "1"}]},
    ]
    after = merge(figures("net", "1"), json.dumps(whole, indent=2).encode())
    assert wrong(after) is None
    inner = json.loads(after)["components"][0]["components"][1]["components"]
    assert "modelCard" not in inner[0]
    assert "environmentalConsiderations" in inner[1]["modelCard"]["considerations"]


def test_a_model_of_another_owner_is_another_model(figures: Callable[..., View]) -> None:
    after = json.loads(merge(figures("other/Llama-3.1-8B-Instruct"), real("aloha-llama-3.1")))
    assert after["components"][0]["name"] == "other/Llama-3.1-8B-Instruct"
    assert "considerations" not in after["metadata"]["component"]["modelCard"]


def test_a_new_component_takes_no_bom_ref_that_another_has(figures: Callable[..., View]) -> None:
    whole = json.loads(real("specification-energy-1.6"))
    whole["components"].append({"type": "data", "bom-ref": "net", "name": "n"})
    after = merge(figures("net"), json.dumps(whole).encode())
    assert wrong(after) is None
    assert "bom-ref" not in json.loads(after)["components"][-1]


def test_metrics_of_ours_are_renewed_and_others_are_kept(figures: Callable[..., View]) -> None:
    whole = json.loads(real("specification-energy-1.7"))
    theirs = [{"type": "bleu", "value": "30"}, {"type": "f1", "value": "0.5", "slice": "a"}]
    whole["components"][0]["modelCard"] = {"quantitativeAnalysis": {"performanceMetrics": theirs}}
    before = json.dumps(whole, indent=2).encode()
    of = figures("Llama-2-7b")
    first = merge(of._replace(metrics=(Metric("f1", 0.7), Metric("bleu", 30))), before)
    assert wrong(first) is None

    def metrics(document: bytes) -> Any:
        card = json.loads(document)["components"][0]["modelCard"]
        return card["quantitativeAnalysis"]["performanceMetrics"]

    assert metrics(first) == [*theirs, {"type": "f1", "value": "0.7"}]
    newer = of._replace(metrics=(Metric("f1", 0.8),))
    second = merge(newer, first)
    assert metrics(second) == [*theirs, {"type": "f1", "value": "0.8"}]
    assert merge(newer, second) == second
    other = of._replace(metrics=(Metric("f1", 0.9, data="a"),))
    with pytest.raises(OccupiedError, match=r"f1 of a has another tool's value"):
        merge(other, second)
    assert metrics(merge(other, second, FORCED))[1]["value"] == "0.9"


def test_a_base_model_goes_to_the_pedigree(figures: Callable[..., View]) -> None:
    base = Base("big", Figures(energy_j=exact(3.6e9, "J")), "its card", "estimated")
    of = figures(LLAMA)._replace(base=base)
    first = merge(of, real("aloha-llama-3.1"))
    assert wrong(first) is None
    assert merge(of, first) == first
    [told] = json.loads(first)["metadata"]["component"]["pedigree"]["ancestors"]
    assert told["name"] == "big"
    more = of._replace(base=base._replace(figures=Figures(energy_j=exact(7.2e9, "J"))))
    second = merge(more, first)
    assert b'"value": 2000,' in second
    assert b'"value": 1000,' not in second
    whole = json.loads(real("aloha-llama-3.1"))
    whole["metadata"]["component"]["pedigree"] = {
        "ancestors": [{"type": "machine-learning-model", "name": "big", "purl": "pkg:x/big"}]
    }
    third = merge(of, json.dumps(whole, indent=4).encode())
    assert wrong(third) is None
    [told] = json.loads(third)["metadata"]["component"]["pedigree"]["ancestors"]
    assert told["purl"] == "pkg:x/big"
    assert "considerations" in told["modelCard"]


def test_what_stands_around_the_place_stays(figures: Callable[..., View]) -> None:
    """Considerations of others, a pedigree with commits alone, an empty model card."""
    base = Base("big", Figures(energy_j=exact(3.6e9, "J")), "its card", "estimated")
    of = figures(LLAMA)._replace(base=base, metrics=(Metric("f1", 0.7),))
    whole = json.loads(real("aloha-llama-3.1"))
    subject = whole["metadata"]["component"]
    subject["pedigree"] = {"commits": [{"uid": "7b2"}]}
    for card in ({}, {"considerations": {"users": ["anyone"]}}, {"considerations": {}}):
        subject["modelCard"] = card
        after = merge(of, json.dumps(whole, indent=2).encode())
        assert wrong(after) is None
        assert merge(of, after) == after
        found = json.loads(after)["metadata"]["component"]
        assert list(found["pedigree"]) == ["commits", "ancestors"]
        considerations = found["modelCard"]["considerations"]
        assert considerations.pop("environmentalConsiderations")["energyConsumptions"]
        assert considerations == card.get("considerations", {})
        assert found["modelCard"]["properties"] == [{"name": "footprint:metric", "value": "f1"}]


def test_a_new_document_takes_newer_figures(figures: Callable[..., View]) -> None:
    of = figures("net", "1")
    document = rendered(of).encode()
    assert merge(of, document) == document
    added = merge(figures("other"), document)
    assert wrong(added) is None
    assert json.loads(added)["components"][0]["name"] == "other"


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"", "line 1: it ends too early"),
        (
            b"<?xml version='1.0'?><bom/>",
            "this is XML, and figures are put into",
        ),
        (b"\xff\xfe{\x00}\x00", "line 1: not UTF-8, which JSON is in"),
        (b"[]", "this is no CycloneDX document"),
        (b'{"bomFormat": "SPDX"}', "this is no CycloneDX document"),
        (b'{"bomFormat": "CycloneDX"}', "this is CycloneDX without specVersion"),
        (
            b'{"bomFormat": "CycloneDX", "specVersion": "1.6",\n "components": {}}',
            "line 2: components is not a list",
        ),
        (
            b'{"bomFormat": "CycloneDX", "specVersion": "1.6",\n "metadata": []}',
            "line 2: metadata is not an object",
        ),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(
    figures: Callable[..., View], document: bytes, why: str
) -> None:
    with pytest.raises(UsageError) as caught:
        merge(figures("net"), document)
    assert str(caught.value).startswith(why)
    assert "\n" not in str(caught.value)


def test_older_versions_of_the_format_are_refused(figures: Callable[..., View]) -> None:
    with pytest.raises(UsageError, match=r"this is CycloneDX 1\.5: .* convert it to 1\.6 first"):
        merge(figures("x"), real("aibomgen-mnist-1.5"))
    with pytest.raises(UsageError, match=r"this is CycloneDX 1\.6, not 1\.7: a document keeps"):
        merge(figures(LLAMA), real("aloha-llama-3.1"), Options(spec="1.7"))


def test_figures_that_were_tampered_with_are_read_as_they_are(figures: Callable[..., View]) -> None:
    document = rendered(figures("net")).replace('"value": 0.004', '"value": 0.5')
    energy = next(one for one in read_back(document.encode()) if one.figure == "energy_j")
    assert energy.value == 1_800_000
    assert energy.step == pytest.approx(3.6)  # six digits, whatever is left of them
    broken = document.replace('"value": 0.5', '"value": "much"')
    with pytest.raises(UsageError, match=r"line \d+: a figure of training is no number"):
        read_back(broken.encode())
