"""A ledger's calls by what could have been chosen otherwise: precision, batch, hardware.

A cell holds the calls of one activity (model, name, kind) of one version, on one host, in one
precision and batch. What spans say of them is what was declared:

    precision   a tag `precision`, `dtype` or `quantization`; else a version that names one (int8)
    batch       a tag `batch` or `batch_size`: a number
    hardware    the devices that its energy was metered on, by name; GPUs are counted
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from footprint.advice.view import Key
from footprint.estimators.errors import EstimatorError
from footprint.estimators.hardware.precisions import PRECISIONS as COMPUTED
from footprint.estimators.hardware.precisions import spelled
from footprint.estimators.predict.precisions import precision as held_in
from footprint.ledger.reader import Facts
from footprint.reports.groups import Made
from footprint.reports.view import OnDevice
from footprint.reports.workings import Workings

PRECISION_TAGS = ("precision", "dtype", "quantization")
BATCH_TAGS = ("batch", "batch_size")

#: All parameters of the model, and those that one token uses.
SIZE_TAGS = ("params", "active_params")

#: Requests or items at once: more is a slip of the pen.
MOST_AT_ONCE = 1e9

#: What may be chosen otherwise.
CHOICES = ("precision", "batch", "hardware")

_ACTIVITY = ("model", "name", "kind")


class Cell(NamedTuple):
    """Calls that differ in nothing that is looked at.

    Attributes:
        made: what they did and used: a group of the report by `fields`.
        precision: as tables spell it (`bf16`); None where none was declared.
        batch: as declared; None where none was.
        hardware: `2 x NVIDIA H100 80GB HBM3`, or the CPU's name where no GPU was used.
        host: where they ran.
    """

    made: Made
    precision: str | None
    batch: float | None
    hardware: str
    host: str | None

    @property
    def values(self) -> Mapping[str, str | None]:
        """The values of its key's fields."""
        return dict(self.made.group.key)

    @property
    def key(self) -> Key:
        """Its key without what was not declared."""
        return tuple((field, value) for field, value in self.made.group.key if value is not None)

    @property
    def name(self) -> str:
        """Its key in a word, for messages."""
        return "/".join(value for _, value in self.key if value)

    @property
    def gpus(self) -> tuple[OnDevice, ...]:
        """The GPUs that its energy was metered on."""
        return tuple(
            each
            for each in self.made.used.devices
            if each.device_kind == "gpu" and each.energy_j.high
        )

    @property
    def activity(self) -> Key:
        """What it is: model, name, kind."""
        return tuple((field, self.values.get(field)) for field in _ACTIVITY)

    def way(self, choice: str) -> object:
        """What was chosen of one of `CHOICES`; None where it is not known."""
        if choice == "hardware":
            return self.hardware or None
        return self.precision if choice == "precision" else self.batch

    def alike(self, *, but: str) -> tuple[object, ...]:
        """What another cell has to have in common with it to differ in one thing alone.

        Args:
            but: one of `CHOICES`.
        """
        version = self.values.get("version")
        names_precision = version is not None and _precision((version,)) is not None
        common = {
            "precision": self.precision,
            "batch": self.batch,
            "hardware": (self.host, self.hardware),
        }
        common.pop(but)
        own = None if names_precision else version
        return (
            self.activity,
            own,
            *(self.values.get(f"tag.{tag}") for tag in SIZE_TAGS),
            *common.values(),
        )


def fields(facts: Iterable[Facts]) -> tuple[str, ...]:
    """The fields that cells are told apart by; of tags those that are there."""
    known: set[str] = set()
    for one in facts:
        known |= {tag for path in one.paths.values() for tag in path.tags}
        known |= set((one.context.get("declared") or {}).get("tags") or ())
    tags = tuple(f"tag.{tag}" for tag in (*PRECISION_TAGS, *BATCH_TAGS, *SIZE_TAGS) if tag in known)
    return (*_ACTIVITY, "version", "host", *tags)


def cells(of: Workings) -> Iterator[Cell]:
    """The cells of a ledger that was worked out by `fields`, those that used most first.

    Left out: what runs used between their calls, calls to API providers, and calls of which some
    energy is not known.
    """
    for made in of.made:
        group = made.group
        is_metered = group.per_item is not None and group.amounts.energy_j is not None
        if group.own_time or made.api is not None or not is_metered or not made.used.devices:
            continue
        values = dict(group.key)
        declared = [values.get(f"tag.{tag}") for tag in PRECISION_TAGS]
        yield Cell(
            made,
            _precision([*declared, values.get("version")]),
            _number(values.get(f"tag.{tag}") for tag in BATCH_TAGS),
            _hardware(made),
            values.get("host"),
        )


def _precision(texts: Iterable[str | None]) -> str | None:
    """The first of some texts that names a precision, as tables spell it."""
    for text in texts:
        if text is None:
            continue
        try:
            return held_in(text).name
        except EstimatorError:
            if spelled(text) in COMPUTED:  # tf32: no weights are held in it
                return spelled(text)
    return None


def _number(texts: Iterable[str | None]) -> float | None:
    """The first of some texts that is a number of 1 or more."""
    for text in texts:
        try:
            number = float(text) if text is not None else 0.0
        except ValueError:
            continue
        if 1.0 <= number <= MOST_AT_ONCE:  # NaN is neither
            return number
    return None


def _hardware(made: Made) -> str:
    used = [each for each in made.used.devices if each.energy_j.high]
    gpus = [each.name for each in used if each.device_kind == "gpu"]
    if gpus:
        return " + ".join(f"{gpus.count(name)} x {name}" for name in sorted(set(gpus)))
    return " + ".join(sorted({each.name for each in used if each.device_kind == "cpu"}))
