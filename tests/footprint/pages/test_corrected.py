"""Corrections and pages: what a report is made of is what reading the whole ledger says."""

from __future__ import annotations

import json
import pickle
import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from footprint import report
from footprint.accounts.opened import Ledger, open_ledger
from footprint.engines import engine
from footprint.ledger.corrections.correction import Correction, Target, checked
from footprint.ledger.corrections.journals import add
from footprint.ledger.format import JOURNALS
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.stores.local import LocalStore
from footprint.pages import make
from footprint.pages.kept import Kept
from footprint.pages.page import Page
from footprint.pages.tasks import Asked, Task, page_of, tasks
from footprint.reports import groups
from random_ledgers import LENGTH, random_journals
from recorded import UTC
from report_ledgers import CPU, GPU, Recorder
from sealers import GONE

S = 1_000_000_000
#: What a millisecond of a random ledger is here, ns: 100 s, so that it is three and a half days.
UNIT = 100 * S
HOUR, DAY = 3600 * S, 86_400 * S
MIDNIGHT = UTC - UTC % DAY
NONE = Target()
#: Instants, in units after the begin: midnights are among them (every 864 units).
TIMES = st.none() | st.integers(0, LENGTH) | st.sampled_from([500, 864, 865, 1728])


def naming(entry: Any, facts: Any) -> tuple[Any, ...]:
    path = entry.path
    tags = tuple(sorted(path.tags.items()))
    return facts.host, path.name, path.model, path.kind, tags, entry.status


ASKED = Asked(naming, name="all of it")


def utc(units: int | None) -> int | None:
    return None if units is None else MIDNIGHT + units * UNIT


def correction(number: int, action: str, target: Target = NONE, **said: object) -> Correction:
    one = Correction(f"{number:032x}", action, target, "A. Meyer", "why", 10**18 + number)
    return checked(one._replace(**said))


@st.composite
def targets(draw: st.DrawFn, **fields: Any) -> Target:
    since, until = draw(TIMES), draw(TIMES)
    if since is not None and until is not None and since >= until:
        since, until = until, since + 1
    found = {name: draw(st.sampled_from(values)) for name, values in fields.items()}
    return Target(**found, since_utc_ns=utc(since), until_utc_ns=utc(until))


CALLS = targets(
    name=["a", "b", "call", "call", "run"],
    first_seq=[None, None, 3, 12],
    last_seq=[None, None, 20],
    host=[None, None, "host-0"],
)
READINGS = targets(device=["GPU-0", "GPU-1", "cpu:0"])
RUNS = targets(host=["host-0", "host-1"])
VALUES = st.fixed_dictionaries(
    {
        "declared": st.sampled_from(
            [{"model": "m"}, {"model": "n", "tag.team": "x"}, {"kind": "data"}, {"devices": [1]}]
        ),
        "amounts": st.sampled_from([{}, {"items": 3.0}, {"tokens_out": 1.0}]),
        "scales": st.sampled_from([{}, {"tokens_in": 0.5}]),
    }
)
SORTS = ["void", "void", "replace", "annotate", "readings", "run", "of"]


@st.composite
def corrections(draw: st.DrawFn) -> list[Correction]:
    found: list[Correction] = []
    for number in range(draw(st.integers(1, 5))):
        sort = draw(st.sampled_from(SORTS))
        if sort == "of" and found:
            other = draw(st.sampled_from(found))
            found.append(correction(number, "void", corrects=(other.id,)))
        elif sort == "readings":
            found.append(correction(number, "void", draw(READINGS)))
        elif sort == "run":
            said = draw(st.sampled_from([{"zone": "FRA"}, {"zone": "DEU"}, {"pue": 1.5}]))
            found.append(correction(number, "replace", draw(RUNS), declared=said))
        elif sort == "replace":
            found.append(correction(number, "replace", draw(CALLS), **draw(VALUES)))
        else:
            action = "annotate" if sort == "annotate" else "void"
            found.append(correction(number, action, draw(CALLS)))
    return found


def whole(ledger: Ledger, asked: Asked = ASKED) -> list[Page]:
    """The pages from all rows, corrected at once."""
    facts, _, _ = ledger.corrected()
    return list(make.pages(facts, asked.naming, asked.period, asked.cuts))


def by_page(ledger: Ledger, asked: Asked, name: str = "local") -> list[Page]:
    """The pages from what each of them needs."""
    found = engine(name).pages(list(tasks(ledger.outline(), asked)))
    return [plain(page) for page in found]


def plain(page: Page) -> Page:
    return page._replace(margin_ns=0)


def with_kept(ledger: Ledger) -> tuple[list[Page], int]:
    """The pages, those that were kept as they are, and how many that were; all are kept then."""
    pages: list[Page] = []
    known = 0
    for task in tasks(ledger.outline(), ASKED):
        found = Kept().page(task)
        known += found is not None
        page = page_of(task) if found is None else found
        Kept().keep(task, page)
        pages.append(plain(page))
    return pages, known


def recorded(folder: Path, seed: int, unsealed: int = 0) -> Path:
    """A random ledger over several days; the last of its journals are not sealed."""
    ledger = Path(tempfile.mkdtemp(dir=folder)) / "L"
    random_journals(random.Random(seed), ledger, 30, MIDNIGHT, UNIT)
    journals = sorted((ledger / JOURNALS).iterdir())
    late = [(path, path.read_bytes()) for path in journals[len(journals) - unsealed :]]
    for path, _ in late:
        path.unlink()
    seal(LocalStore(ledger), GONE)
    for path, data in late:
        path.write_bytes(data)
    return ledger


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corrected")


#: An example seals a ledger and makes its pages several times.
FEW = settings(max_examples=3, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))


@FEW
@given(
    st.integers(0, 2**32), corrections(), st.sampled_from([0, 0, 1]), st.none() | st.integers(0, 9)
)
def test_pages_say_what_reading_the_whole_says(
    folder: Path, seed: int, every: list[Correction], unsealed: int, begin: int | None
) -> None:
    path = recorded(folder, seed, unsealed)
    since = None if begin is None else utc(begin * 300 + 7)
    asked = ASKED._replace(period=(since, None if since is None else since + DAY))
    ledger = open_ledger(path)
    ledger.proposed = every[:1]
    for each in every[1:]:
        add(LocalStore(path), each)
    assert list(ledger.outline().corrections) == ledger.corrected()[2]
    assert by_page(ledger, asked) == whole(ledger, asked)
    assert list(ledger.outline().corrections) == ledger.corrected()[2]  # as it was kept


@settings(FEW, max_examples=2)
@given(st.integers(0, 2**32), corrections())
def test_what_was_kept_under_other_corrections_is_used_where_it_holds(
    folder: Path, seed: int, every: list[Correction]
) -> None:
    ledger = open_ledger(recorded(folder, seed))
    ledger.proposed = every[:-1]
    with_kept(ledger)
    ledger.proposed = every
    pages, _ = with_kept(ledger)
    assert pages == whole(ledger)
    assert with_kept(ledger) == (pages, len(pages))


def test_processes_correct_their_pages(folder: Path) -> None:
    ledger = open_ledger(recorded(folder, 11))
    ledger.proposed = [
        correction(1, "void", Target(name="a")),
        correction(2, "replace", Target(name="b"), declared={"model": "m"}),
        correction(3, "void", Target(device="GPU-0", since_utc_ns=utc(500), until_utc_ns=utc(900))),
    ]
    asked = Asked(groups.naming(("name", "model", "status")))
    work = list(tasks(ledger.outline(), asked))
    assert any(each.corrections for each in work)
    assert by_page(ledger, asked, "duckdb") == whole(ledger, asked)
    assert pickle.loads(pickle.dumps(work[0])).corrections == work[0].corrections  # Spark's way


# -- exact: a service of five days, a call an hour

DAYS = 5


@pytest.fixture
def service(tmp_path: Path) -> Path:
    one = Recorder(tmp_path / "L", utc_ns=MIDNIGHT)
    calls = {name: one.path(name, model=name) for name in ("a", "b")}
    for hour in range(24 * DAYS):
        begin = hour * HOUR + 600 * S
        one.span(calls["ab"[hour % 2]], begin, begin + 600 * S, items=2)
    one.counter(GPU, [100.0] * (24 * DAYS * 6), 600 * S)
    one.counter(CPU, [50.0] * (24 * DAYS * 6), 600 * S)
    one.close(24 * DAYS * HOUR - S)
    seal(LocalStore(tmp_path / "L"), GONE)
    return tmp_path / "L"


def of_day(day: int, **fields: Any) -> Target:
    since = MIDNIGHT + day * DAY
    return Target(**fields, since_utc_ns=since, until_utc_ns=since + DAY)


def changed(ledger: Ledger, *every: Correction) -> set[int]:
    """The days whose kept pages do not hold under some corrections; they are as they should be."""
    ledger.proposed = []
    with_kept(ledger)
    ledger.proposed = every
    days = {
        task.part.day - MIDNIGHT // DAY
        for task in tasks(ledger.outline(), ASKED)
        if Kept().page(task) is None
    }
    assert with_kept(ledger)[0] == whole(ledger)
    return days


def test_a_correction_of_a_day_leaves_the_pages_of_others(service: Path) -> None:
    ledger = open_ledger(service)
    assert changed(ledger, correction(1, "void", of_day(2, name="a"))) == {2}
    said = correction(1, "replace", of_day(1, name="b"), amounts={"items": 3.0})
    assert changed(ledger, said) == {1}
    assert changed(ledger, correction(1, "annotate", of_day(3, name="b"))) == set()
    assert changed(ledger, correction(1, "void", of_day(3, name="nobody"))) == set()
    every = set(range(DAYS))
    assert changed(ledger, correction(1, "void", Target(name="b"))) == every
    zone = correction(1, "replace", Target(host="host-a"), declared={"zone": "FRA"})
    assert changed(ledger, zone) == every


def test_void_readings_bear_on_the_days_beside_them_at_most(service: Path) -> None:
    ledger = open_ledger(service)
    void = correction(1, "void", of_day(2, device=GPU.id))
    assert changed(ledger, void) <= {1, 2, 3}
    (applied,) = ledger.outline().corrections
    assert (applied.readings, applied.writers) == (144, 1)


def test_counts_are_of_the_ledger_whatever_the_period(service: Path) -> None:
    void = correction(1, "void", Target(name="a"))
    add(LocalStore(service), void)
    found = json.loads(report(service, since="2023-11-15", until="2023-11-16").to_json())
    assert found["corrections"][0]["effect"]["calls"] == 12 * DAYS
    assert [each["spans"] for each in found["groups"]] == [12]


def test_spans_over_midnight_count_where_they_end(tmp_path: Path) -> None:
    one = Recorder(tmp_path, utc_ns=MIDNIGHT)
    late = one.path("late")
    one.span(late, 20 * HOUR, 28 * HOUR)
    one.span(late, 60 * HOUR, 61 * HOUR)
    one.counter(GPU, [100.0] * (72 * 6), 600 * S)
    one.close(72 * HOUR - S)
    seal(LocalStore(tmp_path), GONE)
    ledger = open_ledger(tmp_path)
    assert changed(ledger, correction(1, "void", of_day(0, name="late"))) == set()
    assert changed(ledger, correction(1, "void", of_day(1, name="late"))) == {0, 1}
    (applied,) = ledger.outline().corrections
    assert applied.calls == 1


def test_what_hangs_below_void_calls_of_another_day_and_process(tmp_path: Path) -> None:
    outer = Recorder(tmp_path, 1, utc_ns=MIDNIGHT)
    names = [outer.path(name) for name in ("whole", "begun", "inner")]
    whole_ = outer.span(names[0], 0, 70 * HOUR)
    begun = outer.span(names[1], HOUR, 2 * HOUR, parent=whole_)
    outer.counter(CPU, [100.0] * (72 * 6), 600 * S)
    outer.close(72 * HOUR - S)
    above = {"writer": outer.writer_id.hex, "seq": begun}
    inner = Recorder(tmp_path, 2, utc_ns=MIDNIGHT, parent=above)
    inner.span(inner.path("inner"), 50 * HOUR, 52 * HOUR)
    inner.counter(CPU, [100.0] * (72 * 6), 600 * S)
    inner.close(72 * HOUR - S)
    seal(LocalStore(tmp_path), GONE)
    ledger = open_ledger(tmp_path)
    assert changed(ledger, correction(1, "void", of_day(0, name="begun"))) == {0}
    assert changed(ledger, correction(1, "void", Target(name="whole"))) == {0, 1, 2}
    task: Task = list(tasks(ledger.outline(), ASKED))[2]
    used = {
        name: sum(part.energy.mid_nj for part in parts)
        for (name, _), parts in page_of(task).groups.items()
    }
    assert used["host-a", "inner", None, "other", (), 0] == 2 * 100 * HOUR
