"""A program that runs for long goes on in further parts of its journal; a report knows none."""

from __future__ import annotations

from footprint.accounts.opened import open_ledger
from footprint.ledger import format as fmt

BODY = """
    import threading
    import footprint
    from footprint.tracking import recorder, session

    @footprint.track
    def call(n):
        footprint.current().add(items=n)
        threading.Event().wait(0.0012)

    def calls(count):
        for n in range(count):
            call(n)
        footprint.flush()
"""


def test_a_journal_that_has_grown_is_followed_by_another(program):
    done = program(
        BODY
        + """
    recorder.PART_BYTES = 4000
    with footprint.measure("whole"):
        threading.Event().wait(1.1)  # old enough to be recorded while it is open
        for _ in range(8):
            calls(25)
"""
    )
    assert (done.returncode, done.stderr) == (0, "")
    parts = done.facts()
    numbers = sorted(one.part for one in parts)
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > 2
    (whole,), issues = open_ledger(done.ledger).facts()
    assert issues == []
    assert len(whole.rows["span"]) == 201
    assert len({row[0] for row in whole.rows["span"]}) == 201
    assert sum(row[2] for row in whole.rows["unit"]) == 8 * sum(range(25))
    (opened,) = whole.rows["open"]
    assert whole.paths[opened[2]].name == "whole"
    assert sum(bool(one.rows["open"]) for one in parts) > 1
    assert whole.end is not None
    assert whole.end["reason"] == "exit"
    assert {one.end["reason"] for one in parts if one.end} == {"exit", fmt.ROTATED}
    entries = open_ledger(done.ledger).book().entries
    assert len(entries) == 201


def test_after_midnight_another_part_is_begun(program):
    done = program(
        BODY
        + """
    from footprint import clock
    calls(10)
    true = clock.anchor
    def tomorrow():
        t, utc = true()
        return t, utc + recorder.DAY
    recorder.clock.anchor = tomorrow
    calls(10)
    calls(10)
"""
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(one.part for one in done.facts()) == [0, 1]
    (whole,), issues = open_ledger(done.ledger).facts()
    assert {issue.kind for issue in issues} == {"clock-skew"}  # it is not tomorrow here
    assert len(whole.rows["span"]) == 30
    day_ns = 86_400 * 10**9
    first, last = (whole.utc_ns(whole.rows["span"][n][5]) // day_ns for n in (0, -1))
    assert last == first + 1
