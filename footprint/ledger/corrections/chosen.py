"""Which calls of a writer a correction is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from footprint.ledger.corrections.correction import Target
from footprint.ledger.reader import Facts

if TYPE_CHECKING:
    from footprint.estimators.columns import Flags


class Choice(NamedTuple):
    """Which of a writer's calls are meant: all that is given must hold. None: it does not matter.

    Attributes:
        paths: the numbers of their paths.
        first_seq, last_seq: their sequences, both included.
        since, until: they ended in [since, until), boot-time ns.
    """

    paths: tuple[int, ...] | None
    first_seq: int | None
    last_seq: int | None
    since: int | None
    until: int | None

    def of(self, path: Any, seq: Any, ends: Any) -> Flags:
        """Which calls of columns are meant.

        Args:
            path, seq: their paths' numbers, and their sequences as they are in rows (unsigned).
            ends: when each of them ended, boot-time ns.
        """
        import numpy as np

        found: Flags = np.ones(len(path), bool)
        if self.paths is not None:
            found &= np.isin(path, np.array(self.paths, path.dtype))
        if self.first_seq is not None:
            found &= seq >= np.uint64(self.first_seq)
        if self.last_seq is not None:
            found &= seq <= np.uint64(self.last_seq)
        if self.since is not None:
            found &= ends >= self.since
        if self.until is not None:
            found &= ends < self.until
        return found


def choice(one: Facts, target: Target) -> Choice | None:
    """Which of a writer's calls are meant; None: none of them can be."""
    if not of_writer(one, target):
        return None
    asked = {"name": target.name, "model": target.model, "version": target.version}
    paths = None
    if any(wanted is not None for wanted in asked.values()):
        paths = tuple(
            number
            for number, path in sorted(one.paths.items())
            if all(wanted in (None, getattr(path, name)) for name, wanted in asked.items())
        )
        if not paths:
            return None
    return Choice(paths, target.first_seq, target.last_seq, *period(one, target))


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
