"""Which calls of a writer a correction is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from footprint.ledger.corrections.correction import Target
from footprint.ledger.reader import Facts

if TYPE_CHECKING:
    from footprint.estimators.columns import Flags


def of_writer(one: Facts, target: Target) -> bool:
    """Whether a writer is one of those that are meant; its calls may still not be."""
    return all(
        wanted is None or wanted == own
        for wanted, own in (
            (target.writer, one.writer),
            (target.run, one.context.get("run", one.writer)),
            (target.host, one.host),
        )
    )


def of_run(one: Facts, target: Target) -> bool:
    """Whether what a writer declared is meant: it is of the run, and began in the period."""
    since, until = target.since_utc_ns, target.until_utc_ns
    begun = one.utc_ns(int(one.context["t"]))
    inside = (since is None or begun >= since) and (until is None or begun < until)
    return inside and of_writer(one, target)


def period(one: Facts, target: Target) -> tuple[int | None, int | None]:
    """[since, until) on the writer's clock, boot-time ns."""
    since, until = target.since_utc_ns, target.until_utc_ns
    return (
        None if since is None else one.boot_ns(since),
        None if until is None else one.boot_ns(until),
    )


def calls(one: Facts, target: Target, table: Any, ends: Any) -> Flags:
    """Which rows of spans, folds or open spans are meant.

    Args:
        table: the rows, as `columns.of` gives them.
        ends: when each of them ended, boot-time ns.
    """
    import numpy as np

    found: Flags = np.full(len(table), of_writer(one, target))
    if not found.any():
        return found
    asked = {"name": target.name, "model": target.model, "version": target.version}
    if any(wanted is not None for wanted in asked.values()):
        paths = [
            number
            for number, path in one.paths.items()
            if all(wanted in (None, getattr(path, name)) for name, wanted in asked.items())
        ]
        found &= np.isin(table["path"], np.array(paths, np.uint32))
    if target.first_seq is not None:
        found &= table["seq"] >= np.uint64(target.first_seq)
    if target.last_seq is not None:
        found &= table["seq"] <= np.uint64(target.last_seq)
    since, until = period(one, target)
    if since is not None:
        found &= ends >= since
    if until is not None:
        found &= ends < until
    return found
