"""Energy of a token at an API: the physical model of inference over what is not known.

    J per token (accelerators)  =  coefficients(parameters, precision, GPU, batch)
    x  IT energy per accelerator energy      host, memory, machines that wait
    x  PUE                                   cooling and power distribution

Three boundaries come out of it: `accelerator`, `it`, `facility`. The middle is an H100 for all,
since providers do not say which accelerators they use; TPUs are not modelled.

What is not known of a system (its size, how many requests share a copy of it, its precision, the
board, whether a pass yields several tokens) is moved to each end alone; the
logarithms of the changes, and the model's own error, add in quadrature: none of them has to do
with another (`quantity.independent_product`).
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

from footprint.estimators.factors import Factor
from footprint.estimators.quantity import Quantity, exact, independent_product
from footprint.estimators.systems import packages
from footprint.estimators.systems.providers import OWN, span, tables
from footprint.estimators.systems.registry import Resolved
from footprint.estimators.systems.rows import ACTIVE, ENERGY_IN, ENERGY_OUT, PARAMS
from footprint.estimators.systems.sizes import Size, size

#: Tokens of a request at whose context the figures hold; means of chat traffic are of this order.
TOKENS_IN, TOKENS_OUT = 500.0, 500.0


class _Case(NamedTuple):
    """One set of what is not known."""

    total: float
    active: float
    batch: float
    precision: str
    gpu: str


def energy_factors(resolved: Resolved) -> tuple[Factor, ...]:
    """Parameters, and J per input and output token of the accelerators; empty for unknown size.

    Raises:
        SourceUnavailable: the size is known to EcoLogits alone, which is not installed.
    """
    of = size(resolved)
    if of is None:
        return ()
    base, changes = _cases(resolved, of)
    middle = _joules(base)
    spoken = exact(1.0, "1")
    if resolved.provider.id != OWN:
        spoken = span(tables()["speculative"]["energy_per_output_token"], "1")
    energies = [
        independent_product(
            (middle[index], *(_ratio(middle[index].mid, ends, index) for ends in changes), own),
            "J/token",
        )
        for index, own in enumerate((exact(1.0, "1"), spoken))
    ]
    served = f"footprint's model of inference; {_stated(base, changes)}; {_sized(of)}"
    least = changes[0][0].total
    total = Quantity(least, of.total_b.mid, of.total_b.high, "10^9")
    if least < of.total_b.low:
        of = of._replace(source=f"{of.source}; {tables()['closed']['source']}")
    theirs = of.source, of.version, of.license
    ours = served, packages.version(packages.OURS), packages.OUR_LICENSE
    rows = [(PARAMS, total, theirs)]
    rows += [(ACTIVE, of.active_b, theirs)] if of.moe else []
    rows += [(ENERGY_IN, energies[0], ours), (ENERGY_OUT, energies[1], ours)]
    return tuple(
        Factor(
            name=name,
            value=value,
            unit=value.unit,
            source=source,
            version=version,
            license=license_,
            used_for="energy_j",
            why=f"{resolved.written} at {resolved.provider.name}, boundary: accelerators",
            subject=resolved.subject,
        )
        for name, value, (source, version, license_) in rows
    )


def _cases(resolved: Resolved, of: Size) -> tuple[_Case, tuple[tuple[_Case, _Case], ...]]:
    """The middle case, and for each unknown its two ends: size, batch, precision, board."""
    precision = dict(tables()["precision"])
    own = resolved.system.precision if resolved.system else None
    if own is not None:
        precision = {"low": own, "mid": own, "high": own}
    board = tables()["accelerator"]
    batch = _batch(of, precision["mid"], board["mid"])
    least = of.total_b.low
    if of.closed and of.moe and of.total_b.low == of.total_b.high:
        least = max(least * tables()["closed"]["total_low"], of.active_b.low)
    base = _Case(of.total_b.mid, of.active_b.mid, batch.mid, precision["mid"], board["mid"])
    return base, (
        (
            base._replace(total=least, active=of.active_b.low),
            base._replace(total=of.total_b.high, active=of.active_b.high),
        ),
        (base._replace(batch=batch.high), base._replace(batch=batch.low)),
        (base._replace(precision=precision["low"]), base._replace(precision=precision["high"])),
        # The old board has no 8-bit floats: its end is taken in the middle's 16 bits.
        (base._replace(gpu=board["low"]), base._replace(gpu=board["high"], precision="bf16")),
    )


def _batch(of: Size, precision: str, gpu: str) -> Quantity:
    """Requests at once on one copy of the model.

    Of experts, the most are counted by accelerator: a larger model has more of them to fill.
    """
    table = tables()["batch"]
    if not of.moe:
        return span(table["dense"], "1")
    from footprint.estimators.predict.inference import predict

    least = float(table["moe_least"])
    copy = predict(
        params=of.total_b.mid * 1e9,
        active_params=of.active_b.mid * 1e9,
        precision=precision,
        gpu=gpu,
        batch=least,
        tokens_in=TOKENS_IN,
        tokens_out=TOKENS_OUT,
    )
    most = max(table["moe_most_per_accelerator"] * copy.gpus, least)
    return Quantity(least, math.sqrt(least * most), most, "1")


@lru_cache(maxsize=4096)
def _joules(case: _Case) -> tuple[Quantity, Quantity]:
    from footprint.estimators.predict.inference import coefficients

    return coefficients(
        params=case.total * 1e9,
        active_params=case.active * 1e9 if case.active < case.total else None,
        precision=case.precision,
        gpu=case.gpu,
        batch=case.batch,
        tokens_in=TOKENS_IN,
        tokens_out=TOKENS_OUT,
    )


def _ratio(middle: float, ends: tuple[_Case, _Case], index: int) -> Quantity:
    """What the ends of one unknown make of the figure, as a factor around 1."""
    ratios = [_joules(end)[index].mid / middle for end in ends]
    return Quantity(min(1.0, *ratios), 1.0, max(1.0, *ratios), "1")


def _stated(base: _Case, changes: tuple[tuple[_Case, _Case], ...]) -> str:
    """What the figure assumes, in the factor's source: it is pinned with it."""
    _, batch, precision, board = changes
    parts = [
        _either(precision[0].precision, base.precision),
        f"on {_either(board[0].gpu, base.gpu, board[1].gpu)}",
        f"{batch[1].batch:,.0f} to {batch[0].batch:,.0f} requests at once",
        f"at {TOKENS_IN:g} tokens in, {TOKENS_OUT:g} out",
    ]
    return "; ".join(parts)


def _sized(of: Size) -> str:
    """Whose size of the system it is: the model of inference is ours, the size need not be."""
    if of.license:
        return f"for the size that EcoLogits {of.version} has ({of.license})"
    return "for the size of our table" if of.version else "for the size in its name"


def _either(*words: str) -> str:
    return " to ".join(dict.fromkeys((words[0], words[-1])))
