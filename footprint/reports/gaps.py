"""What is missing from a report, why, and what to do: the ledger's gaps and the report's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from footprint.estimators.errors import Gap
from footprint.ledger.reader import Issue
from footprint.model import Device
from footprint.pages.total import Total
from footprint.reports.beside import Beside
from footprint.reports.figures import amount, share
from footprint.reports.groups import Made
from footprint.reports.keys import label
from footprint.reports.places import Places
from footprint.reports.view import QUANTITIES, Amounts, Group, Line

_LEDGER = "see `footprint ledger info`"
_PERIOD = "choose another period: `footprint ledger info` says when something was recorded"
#: Of many groups so many are named in a gap.
_NAMED = 5

BARE = Gap("everything", "nothing was recorded in the period", _PERIOD)
EMPTY = Gap("everything", "the ledger is empty", "record with `footprint run -- CMD`")


def collect(
    book: Total,
    places: Places,
    made: Sequence[Made],
    fields: Sequence[str],
    beside: Sequence[Beside],
    *,
    is_bare: bool = False,
) -> list[Gap]:
    """All gaps of a report, each once; `is_bare`: of a period without records, which is the one."""
    found: list[Gap] = []
    if is_bare:
        found.append(BARE)
        found.extend(gap for each in beside for gap in each.gaps)
        found.extend(map(of_issue, book.issues))
        return list(dict.fromkeys(found))
    if not book.facts:
        found.append(EMPTY)
    elif not book.entries:
        remedy = "track calls (@footprint.track), or choose another period"
        found.append(Gap("groups", "no span lies in the period", remedy))
    found.extend(places.gaps())
    found.extend(gap for each in beside for gap in each.gaps)
    found.extend(_energy(book, made))
    found.extend(_figures(made))
    found.extend(_tags(book, fields))
    found.extend(_recorded(book))
    found.extend(map(of_issue, book.issues))
    return list(dict.fromkeys(found))


def of_totals(totals: Amounts, lines: Sequence[Line]) -> Iterator[Gap]:
    """Figures that are not known of the totals since they are not known of one of the lines."""
    for name in (*QUANTITIES, "cost"):
        without = [line.part for line in lines if not getattr(line.amounts, name)]
        if not getattr(totals, name) and without and len(without) < len(lines):
            yield Gap(
                f"totals.{name}",
                f"it is not known of {', '.join(without)}, so it is not known of the sum",
                "see the gaps of these; the other lines stand for themselves",
            )


def _energy(book: Total, made: Sequence[Made]) -> Iterator[Gap]:
    """Energy that was not metered."""
    if book.facts and not any(each.metered for each in book.devices):
        if any(one.devices or one.unavailable for one in book.facts):
            yield Gap("energy_j", "no device was metered in the period", "run `footprint doctor`")
        else:
            why = "no device was found before the programs ended: they may have been too short"
            yield Gap("energy_j", why, "track longer work, or run `footprint doctor`")
    yield from _nameless(book)
    for own in book.devices:
        if not own.metered:
            name = f"{own.device.name} ({own.device.id})"
            yield Gap(f"energy of {name}", "it was not read in the period", _LEDGER)
    missing: dict[Device, float] = {}
    for each in made:
        for device, part in each.used.missing.items():
            missing[device] = max(part, missing.get(device, 0.0))
    for device, part in sorted(missing.items(), key=lambda each: each[0].id):
        yield Gap(
            "energy_j",
            f"{device.name} ({device.id}) was not metered in up to {share(part)} of the active time"
            " of a group: what it drew then is not in the sum",
            _LEDGER,
        )


def _nameless(book: Total) -> Iterator[Gap]:
    """Calls on devices that do not exist."""
    for each in book.nameless:
        yield Gap(
            "groups.energy_j",
            f"{each.name} was declared on device {each.element}, which was not seen: what it"
            f" used of it is not in the sum. GPUs that were seen: {each.gpus}",
            "correct devices=...",
        )


def _few(groups: Sequence[Made]) -> str:
    """The names of the first of some groups."""
    names = [label(each.group.key) for each in groups]
    rest = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f", +{rest}" if rest > 0 else "")


def _figures(made: Sequence[Made]) -> Iterator[Gap]:
    """Figures of groups that are null."""
    calls = [each for each in made if not each.group.own_time]
    partly = [each for each in calls if each.used.unmetered and each.group.amounts.energy_j]
    if partly:
        yield Gap(
            "groups.energy_j",
            f"some spans of {len(partly)} of {len(calls)} groups were not metered at all: their"
            f" energy is not in the sum, and nothing is said per item of {_few(partly)}",
            _LEDGER,
        )
    if any(each.group.items == 0 for each in calls):
        yield Gap("groups.per_item", "a group counted no items in the period", "add(items=...)")
    if len(calls) < len(made):
        yield Gap(
            "groups.items, groups.per_item",
            "a run's own time has no items",
            "track the calls in it (@footprint.track)",
        )
    if any(each.group.latency_ms is None for each in made):
        yield Gap("groups.latency_ms", "a group has no call that ended in the period", _LEDGER)
    yield from _theirs(made)
    yield from _doings(made)
    for unit in ("tokens_in", "tokens_out"):
        without = sum(unit not in each.group.units for each in made)
        if without:
            yield Gap(
                f"groups.{unit}",
                f"{without} of {len(made)} groups declared none",
                f"add({unit}=...) where they matter",
            )


def _theirs(made: Sequence[Made]) -> Iterator[Gap]:
    """Figures of groups of API calls that this host's part is not in."""
    for name in (*QUANTITIES, "cost"):
        without = sum(name in each.theirs for each in made)
        if without:
            yield Gap(
                f"groups.{name}",
                f"of {without} of {len(made)} groups this host's part is not known: theirs is that"
                " of the providers of APIs alone",
                f"see the gaps of {name}",
            )


def _doings(made: Sequence[Made]) -> Iterator[Gap]:
    """What is not known of the groups' calls, and energy that is too small to be told."""
    of = f" of {len(made)} groups"
    low = sum(each.group.floor is not None for each in made)
    if low:
        yield Gap(
            "groups.energy_j",
            f"the energy of {low}{of} is below what the meters can tell (its `floor` says why):"
            " calls were shorter than the counter's period and too few",
            "measure more or longer calls, one kind at a time",
        )
    if any(each.group.active_s is None for each in made):
        yield Gap(
            "groups.busy_s, groups.active_s",
            "a group has only API calls that were booked without how long they took",
            "track the calls as they are made (@footprint.track)",
        )
    on_host = sum(each.group.peak_host_memory_bytes is None for each in made)
    on_gpu = sum(_gpu_memory_unknown(each.group) for each in made)
    for without, why in (
        (on_host, f"host memory was not sampled near any call of {on_host}{of}"),
        (on_gpu, f"GPU memory was not sampled near any call of {on_gpu}{of}"),
    ):
        if without:
            yield Gap("groups.peak_memory_bytes", why, "run `footprint doctor`")


def _gpu_memory_unknown(group: Group) -> bool:
    on_gpu = any(each.device_kind == "gpu" for each in group.devices)
    return on_gpu and group.peak_gpu_memory_bytes is None


def _tags(book: Total, fields: Sequence[str]) -> Iterator[Gap]:
    known: set[str] = set()
    for one in book.facts:
        known.update((one.context.get("declared") or {}).get("tags") or {})
        for path in one.paths.values():
            known.update(path.tags)
    for field in fields:
        if field.startswith("tag.") and field[4:] not in known and book.facts:
            tags = ", ".join(sorted(known)[:10]) or "none"
            yield Gap(f"groups.key.{field}", f"nothing has this tag; known tags: {tags}", "")


def _recorded(book: Total) -> Iterator[Gap]:
    """What the writers themselves recorded as missing."""
    names = {device.id: device.name for one in book.facts for device in one.devices.values()}
    times: dict[tuple[str, str], list[float]] = {}
    for one in book.facts:
        for each in one.unavailable:
            yield Gap(f"energy of {each['what']}", str(each["reason"]), str(each["remedy"]))
        for record in one.gaps:
            device = record.get("device")
            what = f"{names.get(device, device)} ({device})" if device else "the meter"
            text = str(record.get("text") or record.get("reason"))
            end = record.get("end")
            length = (end - record["t"]) / 1e6 if end is not None else 0.0
            times.setdefault((what, text), []).append(length)
        for record in one.dropped:
            yield Gap("spans, readings", _dropped(record), "give the ledger's disk more room")
        if one.newer_records:
            yield Gap(
                "spans, readings",
                f"{one.where} has {one.newer_records} records that this version does not know",
                "upgrade footprint",
            )
    for (what, text), lengths in times.items():
        often = f" ({len(lengths)} times)" if len(lengths) > 1 else ""
        lasted = f", {amount(sum(lengths), 'ms')} in all" if sum(lengths) else ""
        yield Gap(f"energy of {what}", f"{text}{often}{lasted}", _LEDGER)
    yield from _ends(book)


def _dropped(record: dict[str, Any]) -> str:
    return f"{record['rows']} records were dropped: {record['reason']}"


def _ends(book: Total) -> Iterator[Gap]:
    """Writers that did not come to their end."""
    cut = [one for one in book.facts if one.end is None]
    if cut:
        which = cut[0].where + (f" and {len(cut) - 1} others" if len(cut) > 1 else "")
        yield Gap(
            "the last second",
            f"{which}: the program still runs, or was killed: at most its last second is missing",
            "report again when it has ended",
        )
    left = book.left_open
    if left:
        yield Gap(
            "groups.latency_ms",
            f"spans that never ended ({left}) are booked up to their program's last record, and are"
            " in no latency",
            "report again when the program has ended",
        )


def of_issue(issue: Issue) -> Gap:
    """What is wrong with a part of the ledger."""
    return Gap(f"ledger ({issue.kind})", f"{issue.where}: {issue.text}", issue.remedy or _LEDGER)
