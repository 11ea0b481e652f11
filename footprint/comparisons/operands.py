"""What is compared, as it is written.

    minilm  minilm@int8  model=minilm,tag.dtype=int8      spans of the ledger (`selection`)
    LEDGER  LEDGER:minilm                                 spans of a ledger of their own
    report.json  report.json:minilm                       a group of a report
    own:llama-3.1-70b@H100x4  own:8B:int8@L40S            a model on own hardware, predicted
    api:gpt-4o  api:azure/gpt-4o                          a model behind an API, estimated

A directory or a file of a name wins over a model of that name: write model=NAME for the model.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from footprint.errors import UsageError

OWN, API = "own:", "api:"
_DEFAULT_GPU = "H100 SXM"
_OWN = re.compile(r"(?P<model>[^:@]+)(?::(?P<precision>[^@]*))?(?:@(?P<gpu>.+))?")


class InLedger(NamedTuple):
    """Spans of a ledger; `ledger` None: the one that the command names."""

    label: str
    selector: str
    ledger: Path | None


class InReport(NamedTuple):
    """A group of a report."""

    label: str
    selector: str
    path: Path


class Own(NamedTuple):
    """A model on own hardware; `gpus` None: the fewest that hold it."""

    label: str
    model: str
    precision: str | None
    gpu: str
    gpus: int | None


class Api(NamedTuple):
    """A model behind an API; its provider may be in the name, as `azure/gpt-4o`."""

    label: str
    model: str


Operand = InLedger | InReport | Own | Api


def parse(text: str) -> Operand:
    """What a text stands for. Raises UsageError where it stands for nothing."""
    if not text.strip():
        raise UsageError("an empty name: name a group, a ledger, own:MODEL or api:MODEL")
    if text.startswith(OWN):
        return _own(text)
    if text.startswith(API):
        if not text[len(API) :].strip():
            raise UsageError(f"{text!r} names no model: write {API}gpt-4o")
        return Api(text, text[len(API) :])
    path, selector = _path(text)
    if path is None:
        return InLedger(text, text, None)
    if path.is_dir():
        return InLedger(text, selector, path)
    return InReport(text, selector, path)


def _path(text: str) -> tuple[Path | None, str]:
    """The directory or report that a text begins with, and what follows its colon."""
    for colon in (len(text), *(found.start() for found in re.finditer(":", text))):
        path = Path(text[:colon])
        if path.is_dir() or (path.suffix == ".json" and path.exists()):
            return path, text[colon + 1 :]
    head = text.partition(":")[0]
    if head.endswith(".json") or ("/" in head and "=" not in head and "@" not in head):
        raise UsageError(f"{head}: there is no such file or ledger: name one that is there")
    return None, text


def _own(text: str) -> Own:
    from footprint.estimators.errors import EstimatorError
    from footprint.estimators.hardware.accelerators import accelerator

    found = _OWN.fullmatch(text[len(OWN) :])
    if found is None:
        raise UsageError(
            f"{text!r} names no model: write own:MODEL@GPU, own:MODEL@GPUxN or "
            "own:MODEL:PRECISION@GPU"
        )
    gpu, gpus = found["gpu"] or _DEFAULT_GPU, None
    counted = re.fullmatch(r"(.+?)\s*x\s*(\d+)", gpu)
    if counted:  # a GPU's own name may end like this: GTX1080
        try:
            accelerator(gpu)
        except EstimatorError:
            gpu, gpus = counted[1], int(counted[2])
    return Own(text, found["model"], found["precision"] or None, gpu, gpus)
