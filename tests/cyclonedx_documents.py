"""CycloneDX documents: other people's validators, real documents, and a real ledger's view."""

from __future__ import annotations

import importlib.resources
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from jsonschema import Draft7Validator
from referencing import Registry, Resource

import footprint
from footprint.emitters.emitter import Options
from footprint.emitters.from_report import GROUPED_BY, view
from footprint.emitters.sbom.cyclonedx import render
from footprint.emitters.view import View
from report_ledgers import GPU, Recorder, S

REAL = Path(__file__).parent / "footprint/emitters/data/cyclonedx"
SPECS = ("1.6", "1.7")


def _each_text_once(name: str) -> None:
    """Has both validators parse an address once: theirs is a grammar that takes 10 ms for each."""
    checkers = Draft7Validator.FORMAT_CHECKER.checkers
    check, raises = checkers[name]
    known = cache(check)
    checkers[name] = (lambda value: known(value) if isinstance(value, str) else True, raises)


_each_text_once("iri-reference")


def real(name: str) -> bytes:
    return (REAL / f"{name}.cdx.json").read_bytes()


def rendered(of: View, spec: str = "1.6") -> str:
    out = io.StringIO()
    render(of, out, Options(spec=spec))
    return out.getvalue()


def wrong(document: str | bytes) -> str | None:
    """What two validators have against a document; None where both take it."""
    text = document if isinstance(document, str) else document.decode("utf-8-sig")
    return _wrong(json.dumps(json.loads(text)))


@cache  # a second and a half for 12 kB with many addresses
def _wrong(text: str) -> str | None:
    whole = json.loads(text)
    spec = whole["specVersion"]
    strict = strict_validator(spec).validate_str(text)
    plain = next((error.message for error in schema(spec).iter_errors(whole)), None)
    assert (strict is None) == (plain is None), (strict, plain)
    return plain


@cache
def strict_validator(spec: str) -> JsonStrictValidator:
    """The validator of the CycloneDX project's Python library."""
    return JsonStrictValidator(SchemaVersion.from_version(spec))


@cache
def schema(spec: str) -> Draft7Validator:
    """The official schema, with those that it refers to, by jsonschema alone."""
    there = importlib.resources.files("cyclonedx.schema._res")
    names = ("spdx", "jsf-0.82", "cryptography-defs")
    files = {name: f"{name}.SNAPSHOT.schema.json" for name in (*names, f"bom-{spec}")}
    read = {file: json.loads((there / file).read_text()) for file in files.values()}
    own = read.pop(files[f"bom-{spec}"])
    base = own["$id"].rpartition("/")[0]  # they refer to each other by their files' names
    registry: Registry[Any] = Registry().with_resources(
        [(f"{base}/{file}", Resource.from_contents(each)) for file, each in read.items()]
    )
    return Draft7Validator(own, registry=registry)


def measured(ledger: Path, model: str, version: str | None = None) -> View:
    """Training of 14,400 J (0.004 kWh) and inference of 7,200 J, recorded, at 500 g/kWh."""
    declared: dict[str, Any] = {"model": model, "devices": [0]}
    if version is not None:
        declared["version"] = version
    one = Recorder(ledger)
    one.counter(GPU, [360.0] * 600)
    train = one.path("train", kind="training", **declared)
    serve = one.path("serve", kind="inference", **declared)
    one.span(train, 0, 40 * S)
    one.span(serve, 40 * S, 60 * S, items=100)
    one.close()
    report = footprint.report(ledger, by=GROUPED_BY, carbon_intensity_g_per_kwh=500)
    return view(json.loads(report.to_json()), model)
