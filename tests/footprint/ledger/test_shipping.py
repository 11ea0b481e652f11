"""Shipping: resumed after every kill, done once, and never over what differs."""

from __future__ import annotations

import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from footprint.errors import LedgerError, LedgerVersionError
from footprint.factors import pins
from footprint.ledger import pinned, receipts
from footprint.ledger.sealed import manifest as manifests
from footprint.ledger.sealed.closed import here
from footprint.ledger.sealed.manifest import Replaced
from footprint.ledger.sealed.removal import LEFT_AFTER
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.shipping import Shipped, ship
from footprint.ledger.stores import Store, open_store
from shipped_ledgers import NS, Chained, Dying, KilledError, journal_bytes


@pytest.fixture
def source(tmp_path: Path) -> Chained:
    made = Chained(open_store(tmp_path / "node"))
    made.seal(b"one" * 1000, b"two")
    made.seal(b"three")
    return made


@pytest.fixture
def there(tmp_path: Path) -> Store:
    return open_store(tmp_path / "shared" / "ledgers")


def content(store: Store) -> dict[str, bytes]:
    """All facts of a place: what is in its notes depends on when they were written."""
    names = [name for name, _ in store.names() if not name.startswith(receipts.FOLDER)]
    return {name: store.read(name) for name in names}


def whole(store: Store) -> bool:
    """Whether all that the manifests of a place name is there, in unbroken chains."""
    for chain in manifests.read_chains(store):
        if chain.missing:
            return False
        for file in chain.files:
            if hashlib.sha256(store.read(file.path)).hexdigest() != file.sha256:
                return False
    return True


def test_what_is_shipped_is_the_same_under_the_same_chain(source: Chained, there: Store) -> None:
    done = ship(source.store, there)
    assert done._replace(skew_s=None) == Shipped(manifests=2, files=3, bytes=3008)
    assert content(there) == content(source.store)
    assert [chain.id for chain in manifests.read_chains(there)] == [source.chain]


def test_a_second_run_copies_nothing(source: Chained, there: Store) -> None:
    ship(source.store, there)
    before = {name: there.written_utc_ns(name) for name, _ in there.names()}
    assert ship(source.store, there) == Shipped(there=2)
    assert {name: there.written_utc_ns(name) for name, _ in there.names()} == before


def test_what_was_sealed_since_is_added(source: Chained, there: Store) -> None:
    ship(source.store, there)
    source.seal(b"four")
    done = ship(source.store, there)
    assert done._replace(skew_s=None) == Shipped(manifests=1, files=1, bytes=4, there=2)
    assert content(there) == content(source.store)


def test_many_ledgers_go_to_one_place(source: Chained, there: Store, tmp_path: Path) -> None:
    other = Chained(open_store(tmp_path / "other"), "d" * 32)
    other.seal(b"theirs")
    ship(source.store, there)
    ship(other.store, there)
    assert content(there) == content(source.store) | content(other.store)
    onward = open_store(tmp_path / "onward")  # and from a place of many to another
    assert ship(there, onward).manifests == 3
    assert content(onward) == content(there)


def test_killed_at_any_step_it_is_whole_and_the_next_run_goes_on(
    source: Chained, tmp_path: Path
) -> None:
    """Also with journals that are open, and the removal at the source."""
    rounds = 0
    for after in (False, True):
        at = 0
        while True:
            node = open_store(tmp_path / f"node-{after}-{at}")
            copy = Chained(node)
            copy.seal(b"one" * 1000, b"two")
            copy.seal(b"three")
            copy.open("open.fpj", journal_bytes(9))
            copy.open("0-cccc.fpj", journal_bytes(1))  # its seal was interrupted
            there = open_store(tmp_path / f"there-{after}-{at}")
            there.create("footprint-ledger.json", b'{"schema":"footprint.ledger/1"}')
            there.create("journals/1-cccc.fpj", journal_bytes(2)[:30])  # shipped when it was open
            dying, leaving = Dying(there, at, after), Dying(node, at, after)
            killed = 0
            for source_, destination in ((node, dying), (leaving, there)):
                try:
                    ship(source_, destination, open_journals=True, delete_after=True)
                except KilledError:
                    killed += 1
                assert whole(there)
            ship(node, there, open_journals=True, delete_after=True)
            facts = content(there)
            assert whole(there)
            assert {name: facts[name] for name in copy.files} == copy.files
            assert [name for name in facts if name.startswith("journals")] == ["journals/open.fpj"]
            left = [name for name, _ in node.names("sealed")]
            assert left == sorted(copy.manifests[0].files[i].path for i in (0, 1))
            again = ship(node, there, open_journals=True, delete_after=True)
            assert again == Shipped(there=2)
            if not killed:
                break
            at += 1
            rounds += 1
    assert rounds >= 18


def test_a_seal_at_the_destination_leaves_what_is_on_its_way(source: Chained, there: Store) -> None:
    """Files of old seals, without their manifest yet: they were written a moment ago."""
    dying = Dying(there, 2, after=True)
    with pytest.raises(KilledError):
        ship(source.store, dying)
    before = there.names()
    assert [name for name, _ in before if name.startswith("sealed")]
    assert not manifests.read_chains(there)
    now = here()
    assert seal(there, now).removed == ()
    assert there.names() == before
    later = now._replace(utc_ns=now.utc_ns + 2 * LEFT_AFTER * NS)
    assert len(seal(there, later).removed) == 2


@pytest.mark.parametrize("kind", ["directory", "bucket"])
def test_several_runs_at_once_ship_it_once(
    source: Chained, tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    place = tmp_path / "t" if kind == "directory" else request.getfixturevalue("bucket")
    source.open("a.fpj", journal_bytes(9))
    start = threading.Barrier(4)

    def run(_: int) -> Shipped:
        start.wait(timeout=30)
        return ship(source.store, open_store(place), open_journals=True)

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(run, range(4)))
    there = open_store(place)
    assert content(there) == content(source.store)
    assert whole(there)
    assert all(each.manifests + each.there == 2 for each in done)


def test_what_differs_is_named_and_left(source: Chained, there: Store) -> None:
    ship(source.store, there)
    path = source.manifests[1].path
    there.replace(path, b"{}")
    with pytest.raises(LedgerError) as caught:
        ship(source.store, there)
    assert f"{there.where}/{path} is another file than {source.store.where}/{path}" in str(
        caught.value
    )
    assert "nothing is overwritten" in str(caught.value)
    assert there.read(path) == b"{}"


@pytest.mark.parametrize("other", [b"threw", b"longer than it was"])
def test_a_file_that_differs_is_named_before_its_manifest_is_there(
    source: Chained, there: Store, other: bytes
) -> None:
    file = source.manifests[1].files[0]
    there.create("footprint-ledger.json", b"{}")
    there.create(file.path, other)
    with pytest.raises(LedgerError, match=f"{file.path} is another file than"):
        ship(source.store, there)
    assert there.read(file.path) == other
    assert whole(there)
    assert [name for name, _ in there.names("manifests")] == [source.manifests[0].path]


def test_a_file_that_a_run_left_before_its_manifest_is_not_copied_again(
    source: Chained, there: Store
) -> None:
    file = source.manifests[0].files[0]
    there.create("footprint-ledger.json", b"{}")
    there.create(file.path, source.files[file.path])
    done = ship(source.store, there)
    assert (done.files, done.bytes) == (2, 8)


def test_a_file_that_the_destination_lost_is_copied_again(source: Chained, there: Store) -> None:
    ship(source.store, there)
    there.delete(source.manifests[0].files[1].path)
    assert ship(source.store, there) == Shipped(files=1, bytes=3, there=2)
    assert content(there) == content(source.store)


def test_a_file_that_was_changed_at_the_source_is_not_shipped(
    source: Chained, there: Store
) -> None:
    path = source.manifests[1].files[0].path
    source.store.replace(path, b"thref")
    with pytest.raises(LedgerError, match=f"{path} is not what its manifest says: nothing of it"):
        ship(source.store, there)
    assert [name for name, _ in there.names("manifests")] == [source.manifests[0].path]


def test_a_chain_with_a_hole_or_another_link_is_not_shipped(
    source: Chained, there: Store, tmp_path: Path
) -> None:
    source.seal(b"four")
    hole = Chained(open_store(tmp_path / "hole"))
    for name, data in content(source.store).items():
        if name != source.manifests[1].path:
            hole.store.replace(name, data)
    with pytest.raises(LedgerError, match=r"00000001\.json is missing: nothing of it"):
        ship(hole.store, there)
    other = manifests.printed(source.manifests[1]._replace(seal="another"))
    source.store.replace(source.manifests[1].path, other)
    with pytest.raises(LedgerError, match=r"00000002\.json does not follow the one before it"):
        ship(source.store, there)


def test_files_that_were_replaced_stay_behind(source: Chained, there: Store) -> None:
    old = source.manifests[1].files[0]
    source.seal(b"folded", replaces=(Replaced(old.path, old.sha256),), journals=())
    source.store.delete(old.path)
    assert ship(source.store, there).manifests == 3
    assert content(there) == content(source.store)
    assert ship(source.store, there) == Shipped(there=3)


def test_open_journals_only_grow(source: Chained, there: Store) -> None:
    long, short = journal_bytes(9, 3), journal_bytes(9, 2)
    source.open("a.fpj", short)
    assert ship(source.store, there).journals == 0
    assert ship(source.store, there, open_journals=True).journals == 1
    source.open("a.fpj", long)
    assert ship(source.store, there, open_journals=True).journals == 1
    assert there.read("journals/a.fpj") == long
    source.open("a.fpj", short)
    assert ship(source.store, there, open_journals=True).journals == 0
    assert there.read("journals/a.fpj") == long
    source.open("a.fpj", journal_bytes(8, 4))
    with pytest.raises(LedgerError, match=r"journals/a\.fpj is another file than"):
        ship(source.store, there, open_journals=True)


def test_an_open_copy_goes_when_the_journal_arrives_sealed(source: Chained, there: Store) -> None:
    source.open("2-cccc.fpj", journal_bytes(3))
    source.open("other.fpj", journal_bytes(4))
    ship(source.store, there, open_journals=True)
    there.replace("journals/1-cccc.fpj", journal_bytes(77))  # another writer's, of the same name
    source.seal(b"four")
    source.store.delete("journals/2-cccc.fpj")
    ship(source.store, there, open_journals=True)
    assert [name for name, _ in there.names("journals")] == [
        "journals/1-cccc.fpj",
        "journals/other.fpj",
    ]


def test_what_was_removed_after_it_was_shipped_is_noted(
    source: Chained, there: Store, tmp_path: Path
) -> None:
    done = ship(source.store, there, delete_after=True)
    assert (done.removed, done.removed_bytes) == (3, 3008)
    assert source.store.names("sealed") == []
    assert len(source.store.names("manifests")) == 2
    assert receipts.moved(source.store) == dict.fromkeys(source.files, there.where)
    source.seal(b"four")
    assert ship(source.store, there, delete_after=True).removed == 1
    assert {name: there.read(name) for name in source.files} == source.files
    with pytest.raises(LedgerError, match=r"it was shipped to .*shared/ledgers: ship it from"):
        ship(source.store, open_store(tmp_path / "third"))


def test_nothing_is_removed_that_is_not_whole_at_the_destination(
    source: Chained, there: Store
) -> None:
    ship(source.store, there)
    path = source.manifests[0].files[0].path
    there.replace(path, b"onf" * 1000)  # of the same size
    with pytest.raises(LedgerError, match=r"shared/ledgers/sealed/.* is not what its manifest"):
        ship(source.store, there, delete_after=True)
    assert {name for name, _ in source.store.names("sealed")} == set(source.files)
    assert receipts.moved(source.store) == {}


def test_signatures_go_along(source: Chained, there: Store) -> None:
    ship(source.store, there)
    name = source.manifests[0].path.removesuffix(".json") + ".sig.json"
    source.store.create(name, b'{"signature": 1}')
    ship(source.store, there)
    assert there.read(name) == b'{"signature": 1}'
    there.replace(name, b'{"signature": 2}')
    with pytest.raises(LedgerError, match=r"\.sig\.json is another file than"):
        ship(source.store, there)


def test_a_place_that_holds_other_things_is_refused(
    source: Chained, there: Store, tmp_path: Path
) -> None:
    there.create("thesis.tex", b"")
    with pytest.raises(LedgerError, match=r"holds other files and no footprint-ledger\.json"):
        ship(source.store, there)
    with pytest.raises(LedgerError, match="is the ledger itself: name another place"):
        ship(source.store, open_store(tmp_path / "shared" / ".." / "node"))
    with pytest.raises(LedgerError, match="there is no ledger at"):
        ship(open_store(tmp_path / "nowhere"), there)


def test_a_ledger_of_journals_that_takes_segments_is_marked(source: Chained, there: Store) -> None:
    there.create("footprint-ledger.json", b'{"schema": "footprint.ledger/1"}')
    ship(source.store, there)
    assert there.read("footprint-ledger.json") == b'{"schema":"footprint.ledger/2"}\n'


def test_a_place_of_a_newer_footprint_is_refused(source: Chained, there: Store) -> None:
    there.create("footprint-ledger.json", b'{"schema": "footprint.ledger/3"}')
    with pytest.raises(LedgerVersionError, match="upgrade footprint"):
        ship(source.store, there)


def pinned_file(text: str) -> bytes:
    document = {"schema": "footprint.factors/1", "pinned": text, "pins": []}
    return json.dumps(document | {"digest": pinned.digest(document)}).encode()


def test_pins_are_shipped_once_and_never_over_anothers(
    source: Chained, there: Store, tmp_path: Path
) -> None:
    other = Chained(open_store(tmp_path / "other"), chain="d" * 32)
    first, second, theirs = (pinned_file(each) for each in ("1", "2", "3"))
    source.store.create("factors/pinned.json", first)
    source.store.create("factors/pinned-0002.json", second)
    other.store.create("factors/pinned.json", theirs)
    assert ship(source.store, there).pins == 2
    assert ship(other.store, there).pins == 1
    assert ship(source.store, there).pins == ship(other.store, there).pins == 0
    assert [there.read(name) for _, name in sorted(pinned.numbered(there))] == [
        *(first, second, theirs)
    ]
    assert [each.when for each in pins.read(there)] == ["3", "2", "1"]


def test_pins_that_were_changed_are_not_shipped(source: Chained, there: Store) -> None:
    data = pinned_file("1")
    source.store.create("factors/pinned.json", data.replace(b'"1"', b'"2"'))
    with pytest.raises(LedgerError, match=r"factors/pinned\.json was changed"):
        ship(source.store, there)
    assert there.names("factors") == []
