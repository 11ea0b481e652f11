"""What a report says of its figures: their boundary, and the assumptions they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from footprint.pages.total import Total
from footprint.reports.beside import Beside
from footprint.reports.booked import Booked
from footprint.reports.figures import share
from footprint.reports.groups import Made
from footprint.reports.places import Places

_KINDS = {"gpu": "GPU", "cpu": "CPU package", "dram": "memory", "host": "whole host"}


def boundary(book: Total, absorption: str) -> Iterator[str]:
    """What the figures cover and what they do not."""
    counts: dict[str, int] = {}
    for kind, _ in {(each.device.kind, each.device.id) for each in book.devices}:
        counts[kind] = counts.get(kind, 0) + 1
    metered = ", ".join(
        f"{counts[kind]} x {name}" for kind, name in _KINDS.items() if kind in counts
    )
    yield f"Energy is electricity drawn by the devices that were metered: {metered or 'none'}."
    yield (
        "Totals are all that these devices drew in the period: calls, runs' own time, idle, and"
        " unattributed. Unattributed is what other programs on the same hosts used."
    )
    yield (
        "Groups hold what their own spans used, without the spans called from them, and add up to"
        " what was attributed."
    )
    yield (
        "Per item: calls only; runs' own time, idle and unattributed are left out."
        if absorption == "none"
        else "Per item: calls with their share of idle; not runs' own time or unattributed."
    )
    if absorption == "full":
        yield (
            "Full absorption: each device's idle energy is spread over its spans in proportion to"
            " their energy; the conservation table shows it as it was metered."
        )
    yield (
        "Not covered: disks, networks, mainboards, fans and losses of power supplies; cooling and"
        " power distribution unless a PUE is known; of the hardware's manufacture all but GPUs and"
        " CPUs. What API providers use is estimated, as a line of its own."
    )


def assumptions(
    book: Total, booked: Booked, places: Places, made: Sequence[Made], beside: Sequence[Beside]
) -> Iterator[str]:
    """What the figures rest on, one line each."""
    yield from dict.fromkeys([*places.assumptions(), *(n for b in beside for n in b.assumptions)])
    yield from book.notes
    if book.assumed:
        yield ("nothing said which GPUs the work ran on: all visible ones are counted (devices=)")
    for device in booked.mixed:
        yield (
            f"{device.device.name} ({device.device.id}) was used by runs with different zones, PUEs"
            " or tariffs: its idle and unattributed energy is priced as the first run declared"
        )
    yield from _devices(book)
    yield from _items(made)


def _devices(book: Total) -> Iterator[str]:
    lines: dict[str, None] = {}
    for each in book.devices:
        device = each.device
        if device.gain_low != 1.0 or device.gain_high != 1.0:
            source = f" ({device.gain_source})" if device.gain_source else ""
            lines[
                f"{device.name}: its energy is taken to be {device.gain_low:g} to"
                f" {device.gain_high:g} times what was read{source}"
            ] = None
        if each.estimated_nj:
            part = share(each.estimated_nj / each.metered_nj) if each.metered_nj else "0 %"
            lines[
                f"{device.name} ({device.id}): {part} of its energy is filled in from readings"
                " nearby, for moments between two readings or before the first"
            ] = None
        for note in device.notes:
            lines[f"{device.name}: {note}"] = None
    yield from lines


def _items(made: Sequence[Made]) -> Iterator[str]:
    calls = [each.group for each in made if not each.group.own_time]
    bare = sum(not group.items_declared for group in calls)
    if bare:
        which = "no group" if bare == len(calls) else f"{bare} of {len(calls)} groups"
        text = "declared items" if bare == len(calls) else "declared no items"
        yield f"{which} {text} (add(items=...)): there an item is a call"
    if any(each.group.own_time for each in made):
        yield (
            "a run's own time is what its tracked calls leave of it: it counts as attributed, and"
            " in no per-item figure"
        )
