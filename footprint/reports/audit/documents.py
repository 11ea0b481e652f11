"""Reports that were kept: the JSON of a file, whether it is JSON, a page (HTML) or a PDF.

Somebody may have edited such a file, or named another one: what is read of it here is checked.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from footprint.errors import UsageError, shown
from footprint.estimators.errors import EstimatorError
from footprint.estimators.quantity import Quantity
from footprint.reports.view import QUANTITIES, SCHEMA

#: What a PDF carries the JSON as.
ATTACHED = "report.json"

#: Figures of the totals: key of the JSON -> unit.
TOTALS = {
    "energy_kwh": "kWh",
    **{name: unit for name, unit in QUANTITIES.items() if name != "energy_j"},
    "cost_usd": "USD",
}

_MADE_BY = "name a report that `footprint report` wrote as JSON, HTML or PDF"


class Document(NamedTuple):
    """A report that was kept.

    Attributes:
        path: its file.
        form: `json`, `html` or `pdf`.
        data: the file's bytes.
        text: the JSON in it.
        content: the report, as its JSON has it.
    """

    path: Path
    form: str
    data: bytes
    text: str
    content: Mapping[str, Any]

    @property
    def sha256(self) -> str:
        """Of the file."""
        return hashlib.sha256(self.data).hexdigest()

    def total(self, name: str) -> Quantity | None:
        """A figure of the totals (`TOTALS`); None where it was not known.

        Raises UsageError where it is no figure.
        """
        try:
            told = self.content["totals"][name]
            if told is None:
                return None
            return Quantity(told["low"], told["mid"], told["high"], TOTALS[name])
        except (KeyError, TypeError, AttributeError, EstimatorError) as error:
            raise self.wrong(f"totals.{name}: {error}") from error

    def section(self, name: str, kind: type[dict[str, Any]] | type[list[Any]]) -> Any:
        """A part of it; an empty one where an older version had none. Raises UsageError."""
        told = self.content.get(name)
        if told is None:
            return kind()
        if not isinstance(told, kind):
            raise self.wrong(f"{name} is {shown(told)}")
        return told

    def entries(self, name: str) -> list[Mapping[str, Any]]:
        """A list of objects in it. Raises UsageError."""
        told = self.section(name, list)
        if not all(isinstance(each, dict) for each in told):
            raise self.wrong(f"{name} has entries that are no objects")
        return list(told)

    def wrong(self, why: str) -> UsageError:
        """That it is not what a report looks like."""
        return UsageError(f"{self.path} is no report, or was edited ({why}): {_MADE_BY}")


def read(path: Path) -> Document:
    """Reads a report that was kept.

    Raises UsageError: no such file, no report in it, another schema, a package that is missing.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}: {_MADE_BY}") from error
    form = "pdf" if data.startswith(b"%PDF") else "html" if _is_page(data) else "json"
    text = {"pdf": _of_pdf, "html": _of_page, "json": _of_json}[form](path, data)
    try:
        content = json.loads(text, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no JSON ({error}): {_MADE_BY}") from error
    schema = content.get("schema") if isinstance(content, dict) else None
    if schema != SCHEMA:
        remedy = _MADE_BY
        if isinstance(schema, str) and schema.startswith(SCHEMA.rpartition("/")[0] + "/"):
            remedy = "upgrade footprint to read it"
        raise UsageError(f"{path} has the schema {shown(schema)}, not {SCHEMA!r}: {remedy}")
    return Document(path, form, data, text, content)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number")
    return number


def _is_page(data: bytes) -> bool:
    return data.lstrip()[:9].lower() in (b"<!doctype", b"<html") or b"<html" in data[:1000].lower()


def _of_json(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is no text ({error.reason}): {_MADE_BY}") from error


def _of_page(path: Path, data: bytes) -> str:
    from footprint.reports.html import embedded

    try:
        return embedded.read(_of_json(path, data))
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error


def _of_pdf(path: Path, data: bytes) -> str:
    try:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    except ImportError as error:
        raise UsageError(
            f"{path}: reading a PDF needs a package: run pip install 'footprint-ledger[pdf]', or"
            " name the report's JSON"
        ) from error
    try:
        (content, *_) = PdfReader(io.BytesIO(data)).attachments[ATTACHED]
        return str(content, "utf-8")
    except (PyPdfError, KeyError, ValueError) as error:
        raise UsageError(
            f"{path} has no {ATTACHED} attached: name a PDF that `footprint report --format pdf`"
            " wrote, or the report's JSON"
        ) from error
