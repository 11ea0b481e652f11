"""Pages of compacted dates: from the groups that were kept in place of single calls.

`footprint compact` keeps a page of each boot's day, and one of each hour of it, under the finest
names (`finest`). A report renames and adds them; what they are of is not booked again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple, cast

from footprint.accounts.compacted import files as of_groups
from footprint.accounts.days import DAY_NS, Part
from footprint.accounts.entries import Entry
from footprint.accounts.lines import GroupEnergy, Period, add_parts
from footprint.accounts.outline import Place
from footprint.errors import LedgerVersionError
from footprint.ledger import columns
from footprint.ledger.reader import Facts, Issue
from footprint.ledger.sealed.groups import LostError
from footprint.ledger.sealed.groups import read as read_rows
from footprint.ledger.sealed.manifest import Chain, SealedFile, read_chains
from footprint.ledger.sealed.plan import Source
from footprint.ledger.sealed.tables import GROUP
from footprint.ledger.stores import Store, open_store
from footprint.pages import stored
from footprint.pages.finest import Finest, entry_of
from footprint.pages.labels import label
from footprint.pages.page import (
    BOOT,
    CALLS,
    OWN_TIME,
    Combination,
    DeviceLine,
    Grouper,
    Member,
    Naming,
    Page,
    Tally,
)
from footprint.pages.page import Place as Where
from footprint.pages.rows import around
from footprint.pages.total import total

if TYPE_CHECKING:
    from footprint.pages.tasks import Task

#: The format of a kept page. Unlike `stored.SCHEMA`, every version that was ever written is read.
SCHEMA = "footprint.groups/2"
#: Those that are read: the first one has no hours and no stretches (`DeviceLine`).
READ = ("footprint.groups/1", SCHEMA)
HOUR_NS = DAY_NS // 24
#: Kinds of issues: an hour of groups was taken as a whole; calls that no group stands for.
WHOLE_HOURS, APART = "whole-hours", "compacted-apart"


class Kept(NamedTuple):
    """A kept page, of [since, until) in UTC ns: a day, or an hour."""

    boot: str
    since: int
    until: int
    page: Page

    @property
    def is_day(self) -> bool:
        """Whether it is that of the boot's whole day."""
        return self.until - self.since == DAY_NS


def files(places: Iterable[Place], boot: str, day: int) -> list[tuple[str, SealedFile]]:
    """(place, file) of the kept groups of a boot's UTC day; none where it is not compacted."""
    named = date_of(day)
    return [
        (where, file)
        for where, file in of_groups(places)
        if file.date == named and any(boot in group.boots for group in file.groups)
    ]


def date_of(day: int) -> str:
    """A day, counted from 1970-01-01, as YYYY-MM-DD."""
    return datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()


def day_of(named: str) -> int:
    """The other way round."""
    return (date.fromisoformat(named) - date(1970, 1, 1)).days


def read(store: Store, file: SealedFile, boot: str | None = None) -> list[Kept]:
    """The kept pages of a file, of one boot or of all.

    Raises LostError where the file cannot be read, LedgerVersionError for one of a newer footprint.
    """
    where = f"{store.where}/{file.path}"
    rows = read_rows(store, file, boot)
    return [Kept(each.boot, each.since, each.until, _page(each.page, where)) for each in rows]


def _page(text: str, where: str) -> Page:
    found = stored.of_text(text, READ)
    if found is None:
        raise LedgerVersionError(
            f"{where} has groups that this footprint cannot read: it was damaged (`footprint"
            " verify` tells) or written by a newer one: upgrade footprint"
        )
    return found


def page_of(task: Task) -> Page | None:
    """The page of a task whose date is compacted; None for any other."""
    found = files(task.places, task.part.boot, task.part.day)
    if not found:
        return None
    where, file = found[0]
    kept: list[Kept] = []
    issues = list(_apart(task, file))
    try:
        kept = read(open_store(where), file, task.part.boot)
    except LostError as error:
        issues.append(error.issue)
    pages, cut = chosen(kept, task.part, task.asked.period)
    if cut:
        text = _WHOLE_HOURS.format(date=file.date)
        issues.append(Issue(WHOLE_HOURS, file.path, text, _FULL_HOURS))
    facts = {one.writer: one for one in task.facts}
    cuts = task.asked.cuts
    named = [
        renamed(recut(each.page, each.since, cuts), task.asked.naming, facts) for each in pages
    ]
    return _added(named, cuts)._replace(issues=tuple(issues))


_WHOLE_HOURS = (
    "the calls of {date} are kept by the hour: those hours are in the figures whose beginning is in"
    " the period"
)
_FULL_HOURS = "begin and end the period at full hours"


def _apart(task: Task, taken: SealedFile) -> Iterator[Issue]:
    """Calls of this boot's day that are not in its groups, and cannot be shared out with them.

    They were sealed elsewhere, or came after the date was compacted.
    """
    text = _APART.format(path=taken.path)
    wanted = around(task, 0)
    for place in task.places:
        for source in place.sources:
            here = taken.path in {file.path for file in source.files}
            ours = {_seal(file) for file in source.files if file.table == GROUP}
            for file in source.files:
                if file.table not in ("span", "fold", GROUP):
                    continue
                # What a compaction left as rows is in its groups too, like what crosses midnight.
                if here and (_seal(file) in ours or file.date > taken.date):
                    continue
                if any(
                    wanted.wants(group.boots, group.first_utc_ns, group.last_utc_ns)
                    for group in file.groups
                ):
                    yield Issue(APART, file.path, text, _EACH)
    sources = [source for place in task.places for source in place.sources]
    if any(file.table != GROUP for source in sources for file in source.files):
        since, until = task.part.bounds.closed
        for one in task.facts:  # the rows of journals that are not sealed travel along
            if any(one.rows.count(name) for name in ("span", "fold")) and any(
                ((rows["start"] < until) & (rows["device_end"] >= since)).any()
                for rows in (columns.of(one.rows, name) for name in ("span", "fold"))
            ):
                yield Issue(APART, one.where, text, _EACH)


def _seal(file: SealedFile) -> str:
    return file.path.rpartition("/")[2]


_APART = (
    "calls of this host were compacted apart from these, in {path}: what these used is in no figure"
)
_EACH = "report on each ledger by itself"


def refreshed(task: Task, issues: Sequence[Issue]) -> Task | None:
    """The task with the files that count now, where some that are missing were replaced meanwhile.

    Args:
        issues: what is missing of the task's files.
    """
    missing = {issue.where for issue in issues}
    places: list[Place] = []
    found = False
    for place in task.places:
        chains = read_chains(open_store(place.where))
        replaced = {old.path for one in chains for each in one.manifests for old in each.replaces}
        if replaced.isdisjoint(missing):
            places.append(place)
            continue
        found = True
        keys = {key for source in place.sources for key in source.journals}
        sources = tuple(_as_now(source, chains) for source in place.sources)
        places.append(Place(place.where, sources).of(keys))
    now = tuple(places)
    return task._replace(places=now) if found and now != task.places else None


def _as_now(source: Source, chains: Iterable[Chain]) -> Source:
    """A chain's part with the files that count now."""
    journals = set(source.journals)
    for chain in chains:
        if journals <= {journal.key for journal in chain.journals}:
            return source._replace(files=tuple(chain.files))
    return source


def chosen(kept: Iterable[Kept], part: Part, period: Period) -> tuple[list[Kept], bool]:
    """The kept pages that a part is made of, and whether its period cuts an hour."""
    if part.whole:
        return [each for each in kept if each.is_day], False
    since, until = (each for each in period)
    hours = [
        each
        for each in kept
        if not each.is_day
        and (since is None or each.since >= since)
        and (until is None or each.since < until)
    ]
    begin, end = part.day * DAY_NS, (part.day + 1) * DAY_NS
    cut = any(each is not None and begin < each < end and each % HOUR_NS for each in period)
    return hours, cut


def recut(page: Page, since: int, cuts: Sequence[int]) -> Page:
    """The page with other stretches: what was used in an hour goes where the hour begins.

    Args:
        since: UTC ns, when it begins.
        cuts: UTC ns, those within its day.
    """
    begins = [since, *page.cuts]
    stretch = [bisect_right(cuts, at) for at in begins]

    def by(own: Mapping[int, int], whole: int) -> dict[int, int]:
        if not cuts:
            return {}
        found: dict[int, int] = {}
        for number, amount in own.items() if page.cuts else [(0, whole)]:
            if amount:
                found[stretch[number]] = found.get(stretch[number], 0) + amount
        return found

    def line(each: DeviceLine) -> DeviceLine:
        idle, other = by(each.idle_by, each.idle_nj), by(each.unattributed_by, each.unattributed_nj)
        return each._replace(idle_by=idle, unattributed_by=other)

    def part(each: GroupEnergy) -> GroupEnergy:
        return each._replace(by_stretch=by(each.by_stretch, each.energy.mid_nj))

    groups = {key: tuple(map(part, parts)) for key, parts in page.groups.items()}
    return page._replace(devices=tuple(map(line, page.devices)), groups=groups, cuts=tuple(cuts))


def renamed(page: Page, naming: Naming, facts: Mapping[str, Facts]) -> Page:
    """The page with its groups under other names, where their writers say they ran now."""
    grouper = Grouper(list(facts.values()), naming)
    numbers = {writer: number for number, writer in enumerate(facts)}
    entries: dict[Hashable, Entry] = {}
    names: dict[Hashable, Combination] = {}
    places: dict[Hashable, Where] = {}
    for name in page.members:
        finest = cast(Finest, name)
        one = facts[finest[0]]
        # They are kept: what is known of a path goes by its identity.
        entries[name] = entry_of(finest)._replace(writer=numbers[finest[0]])
        names[name] = grouper.combination(entries[name])
        places[name] = label(one), one.boot_id
    members: dict[Hashable, Member] = {}
    tallies: dict[Combination, Tally] = {}
    for name, member in page.members.items():
        own = member._replace(places=frozenset({places[name]}))
        combination = names[name]
        known = members.get(combination[0])
        members[combination[0]] = own if known is None else known.plus(own)
        if grouper.is_cut:
            tally = _tally(own, background=entries[name].path.background)
            before = tallies.get(combination)
            tallies[combination] = tally if before is None else before.plus(tally)
    groups: dict[tuple[Hashable, Where], dict[str, GroupEnergy]] = {}
    for (name, place), parts in _placed(page, places):
        whole, cuts = names.get(name, (name, ()))
        for each in (whole, *cuts):
            add_parts(groups.setdefault((each, place), {}), parts)
    return page._replace(
        groups={key: tuple(here.values()) for key, here in groups.items()},
        members=members,
        tallies=tallies,
    )


def _tally(member: Member, *, background: bool) -> Tally:
    doing = member.doing
    calls = 0 if background else doing.calls
    return Tally(calls, doing.errors, doing.units, member.places, member.api)


def _placed(
    page: Page, places: Mapping[Hashable, Where]
) -> Iterator[tuple[tuple[Hashable, Where], tuple[GroupEnergy, ...]]]:
    """The groups where they ran; those across all names too.

    These have closer bounds than the sum of their parts. They are kept as they are as long as what
    ran at one place is said to have run at one place.
    """
    now: dict[Where, set[Where]] = {}
    for name, place in page.groups:
        if name in places:
            now.setdefault(place, set()).add(places[name])
    for (name, place), parts in page.groups.items():
        here = now.get(place, {place})
        if name in places:
            yield (name, places[name]), parts
            if len(here) > 1:
                background = entry_of(cast(Finest, name)).path.background
                yield (OWN_TIME if background else CALLS, places[name]), parts
                yield (BOOT, places[name]), parts
        elif len(here) == 1:
            yield (name, next(iter(here))), parts


def _added(pages: Sequence[Page], cuts: Sequence[int]) -> Page:
    """Pages of one boot and day as one."""
    if len(pages) == 1:
        return pages[0]
    return total((), (), pages, ()).page._replace(cuts=tuple(cuts))
