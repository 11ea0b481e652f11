"""A ledger's outline with what corrections do: told without the rows of sealed segments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from footprint.accounts.folded import Compaction, remarked
from footprint.accounts.outline import Outline
from footprint.ledger.corrections.active import Standing
from footprint.ledger.corrections.apply import correct, declared
from footprint.ledger.corrections.apply import remarked as applied
from footprint.ledger.corrections.correction import VOID, Correction
from footprint.ledger.corrections.did import added
from footprint.ledger.corrections.scan import Scan, scan
from footprint.ledger.reader import Facts, PathInfo


def corrected(
    recorded: Outline, every: Standing, done: Sequence[Compaction], *, fresh: bool
) -> Outline:
    """What is to be reported of what was recorded.

    Args:
        recorded: without corrections.
        every: all corrections, and which of them hold.
        done: compactions: they say what is to be told of corrections of dates without calls.
        fresh: what was kept of what corrections do is worked out again.

    Raises LedgerError where a ledger's place fails.
    """
    facts, of_runs = declared(recorded.facts, every.held)
    sources = [(place.where, source) for place in recorded.places for source in place.sources]
    found = scan(facts, sources, every.held, fresh=fresh)
    counts = remarked(applied(every, added([of_runs, found.effects.done])), done)
    sealed = {journal.boot_id for _, source in sources for journal in source.journals.values()}
    # Where all rows of a boot are here already, they are corrected once.
    here = [at for at, one in enumerate(facts) if one.boot_id not in sealed]
    for at, one in zip(here, correct([facts[at] for at in here], every.held), strict=True):
        facts[at] = one
    return recorded._replace(
        facts=_with_paths(facts, found, every.held, sealed),
        corrections=tuple(counts),
        void_readings=tuple(_void_readings(every.held)),
        touches={boot: each for boot, each in found.touches.items() if boot in sealed},
        missing=found.missing,
    )


def _void_readings(held: Iterable[Correction]) -> Iterator[Correction]:
    return (each for each in held if each.action == VOID and each.target.device is not None)


def _with_paths(
    facts: Sequence[Facts], found: Scan, held: Sequence[Correction], sealed: set[str]
) -> list[Facts]:
    """Writers that know what their calls should have declared: a report asks which fields are."""
    from footprint.ledger.corrections.calls import replaced

    said: dict[str, list[tuple[int, Mapping[str, object]]]] = {}
    for (at, writer), each in sorted(found.effects.touches.items(), key=lambda item: item[0]):
        if held[at].of_calls():
            said.setdefault(writer, []).extend(
                (path, held[at].of_calls()) for path in sorted(each.paths)
            )
    result: list[Facts] = []
    for one in facts:
        known = said.get(one.writer, []) if one.boot_id in sealed else []
        more: dict[int, PathInfo] = {}
        last = max(one.paths, default=0) if known else 0
        for path, values in known:
            if path in one.paths:
                more[last + 1 + len(more)] = replaced(one.paths[path], values)
        result.append(one.with_paths(more) if more else one)
    return result
