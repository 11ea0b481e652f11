"""What a device draws is shared, and never given twice."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from footprint.ledger.reader import PathInfo
from footprint.model import Device
from footprint.top.programs import Program, _Ended
from footprint.top.sharing import shares, trees
from report_ledgers import S

GPUS = [Device(f"GPU-{n}", "gpu", "a GPU", "counter", "gpu", number=n) for n in range(3)]
CPU = Device("cpu:b:0", "cpu", "a CPU", "counter", "package")


def program(
    number: int, *, parent: str | None = None, boot: str = "boot-a", **more: Any
) -> Program:
    """One with spans on some devices, or a run as a whole."""
    made = Program(f"{number:032x}")
    made.facts.context = {
        "boot_id": boot,
        "t": 0,
        "utc_ns": 0,
        "parent": None if parent is None else {"writer": parent, "seq": 1},
    }
    for at, on in enumerate(more.get("spans", ())):
        info = PathInfo(
            0, "f", "inference", "net", None, None, {}, on, "own", more.get("run", False)
        )
        made.facts.paths[at] = info
        made._open[at] = at, 0
    for at, (on, many, inner) in enumerate(more.get("lately", ()), 100):
        made.facts.paths[at] = PathInfo(
            0, "g", "inference", "net", None, None, {}, on, "own", False
        )
        made._busy_ns[at, inner] = round(many * S)
    made._past.extend([_Ended(0, 0, {}), _Ended(S, 0, dict(made._busy_ns))])
    made._sums._shares = {"cpu": more.get("cpu", 0.5), "dram": 0.1}
    return made


on = st.one_of(st.none(), st.sets(st.integers(0, 2)).map(tuple))


@given(
    st.lists(
        st.tuples(
            st.lists(on, max_size=3),
            st.floats(0, 1),
            st.integers(-1, 5),
            st.booleans(),
            st.lists(st.tuples(on, st.floats(0, 9), st.booleans()), max_size=3),
        ),
        max_size=6,
    )
)
def test_the_parts_come_to_one_at_most(
    drawn: list[tuple[list[tuple[int, ...] | None], float, int, bool, list[Any]]],
) -> None:
    found = [
        program(
            at,
            parent=None if above < 0 else f"{above:032x}",
            spans=spans,
            cpu=cpu,
            run=run,
            lately=lately,
        )
        for at, (spans, cpu, above, run, lately) in enumerate(drawn)
    ]
    grouped = trees(found)
    assert sorted(each.facts.writer for tree in grouped for each in tree.members) == sorted(
        each.facts.writer for each in found
    )
    for device in (*GPUS, CPU):
        parts = shares(device, "boot-a", grouped)
        assert sum(parts.values()) <= 1 + 1e-9
        assert all(part >= 0 for part in parts.values())
    if any(lately for *_, lately in drawn):
        return
    for gpu in GPUS:  # whoever is on it shares it alike: all of it is given, or nobody is there
        parts = shares(gpu, "boot-a", grouped)
        assert not parts or abs(sum(parts.values()) - 1) < 1e-9
        assert len(set(parts.values())) <= 1


def test_a_program_and_its_wrapper_are_one() -> None:
    wrapper = program(1, spans=[None], run=True, cpu=0.8)
    inner = program(2, parent=wrapper.facts.writer, spans=[(0,)], cpu=0.8)
    other = program(3, spans=[(0,), (1,)], cpu=0.1)
    found = trees([inner, wrapper, other])
    assert [len(each.members) for each in found] == [2, 1]
    assert found[0].root is wrapper
    assert shares(GPUS[0], "boot-a", found) == {found[0].id: 0.5, found[1].id: 0.5}
    assert shares(GPUS[1], "boot-a", found) == {found[1].id: 1.0}
    assert shares(GPUS[2], "boot-a", found) == {}
    assert shares(CPU, "boot-a", found) == {found[0].id: 0.8, found[1].id: 0.1}
    assert shares(CPU, "boot-b", found) == {}


def test_short_calls_count_for_the_time_they_took() -> None:
    serves = program(1, lately=[((0,), 0.25, False), ((0,), 0.2, True)], cpu=0.4)
    assert shares(GPUS[0], "boot-a", trees([serves])) == {serves.facts.writer: 0.25}
    assert shares(GPUS[1], "boot-a", trees([serves])) == {}
    assert shares(CPU, "boot-a", trees([serves])) == {serves.facts.writer: 0.1}
    crowded = program(2, lately=[((0,), 3.0, False)])
    found = shares(GPUS[0], "boot-a", trees([serves, crowded]))
    assert found == {serves.facts.writer: 0.2, crowded.facts.writer: 0.8}
    trains = program(3, spans=[(0,)], lately=[((0,), 0.5, True)])
    assert shares(GPUS[0], "boot-a", trees([trains])) == {trains.facts.writer: 1.0}


def test_a_ring_of_parents_ends() -> None:
    one, two = program(1, parent=f"{2:032x}"), program(2, parent=f"{1:032x}")
    assert sum(len(each.members) for each in trees([one, two])) == 2
