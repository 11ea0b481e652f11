"""Everything that can be done to a ledger's files is found, and named.

What the ledger itself cannot tell stands in tests of its own: the end of a journal, a whole open
journal, the last manifest, pinned factors. A head finds those, a key those of chains.
"""

from __future__ import annotations

import itertools
import json
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint.ledger import format as fmt
from footprint.ledger.proofs import sign
from footprint.ledger.proofs.findings import Finding
from footprint.ledger.proofs.head import head
from footprint.ledger.proofs.verify import verify
from footprint.ledger.sealed.manifest import canonical, number_of, own_hash, parse
from footprint.ledger.stores import Store
from proved_ledgers import Memory

from .conftest import Whole

#: The files that carry no checksum of their own, and that no manifest names.
PINNED = "factors/pinned.json"
MANY = settings(max_examples=250, deadline=None)


def _names(findings: list[Finding], name: str) -> bool:
    return any(name in each.where or name in each.text for each in findings)


def _batches(data: bytes) -> list[tuple[int, int]]:
    """(start, end) of the batches of a journal; a torn one ends with the file."""
    found = []
    at = fmt.HEADER_SIZE
    while (batch := fmt.batch_head(data, at)) is not None:
        end = min(at + fmt.BATCH_HEADER_SIZE + batch.length, len(data))
        found.append((at, end))
        at = end
    return found


def _torn(whole: Whole) -> tuple[str, int]:
    """The journal that was cut short, and where its last batch begins."""
    (name,) = whole.named("-7-")
    return name, _batches(whole.files[name])[-1][0]


def _at(files: dict[str, bytes], position: int) -> tuple[str, int]:
    """The file and byte at a position in all files, one after the other."""
    for name in sorted(files):
        if position < len(files[name]):
            return name, position
        position -= len(files[name])
    raise IndexError


def _flipped(data: bytes, at: int, bit: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


def test_a_ledger_as_it_was_written_is_clean(whole: Whole) -> None:
    found = verify(Memory(whole.files), whole.head, whole.key.public)
    torn, start = _torn(whole)
    assert [(each.kind, each.severity, each.where, each.bytes) for each in found] == [
        ("torn-tail", "note", torn, (start, len(whole.files[torn])))
    ]


def _check_flip(whole: Whole, name: str, at: int, bit: int) -> None:
    changed = _flipped(whole.files[name], at, bit)
    torn, start = _torn(whole)
    needs_head = name == PINNED or (name == torn and at >= start)
    found = whole.errors({name: changed}, head=needs_head)
    assert _names(found, name), (name, at, bit, found)
    if not name.startswith("sealed/"):
        return
    manifests = [parse(data, n) for n, data in whole.files.items() if number_of(n)]
    (file,) = (file for each in manifests for file in each.files if file.path == name)
    for group in file.groups:
        if group.start <= at < group.end:
            (one,) = found
            assert one.rows == (group.first, group.first + group.rows - 1)
            assert one.bytes == (group.start, group.end)


def test_any_bit_that_is_flipped_is_found_with_its_rows(whole: Whole) -> None:
    total = sum(map(len, whole.files.values()))

    @MANY
    @given(st.integers(0, total - 1), st.integers(0, 7))
    def law(position: int, bit: int) -> None:
        _check_flip(whole, *_at(whole.files, position), bit)

    law()


def test_every_byte_of_the_small_files_is_covered(whole: Whole) -> None:
    small = ["footprint-ledger.json", "manifests/own.json", PINNED, *whole.named(".sig.json")]
    for name in small:
        for at in range(len(whole.files[name])):
            _check_flip(whole, name, at, at % 8)


def test_any_file_that_is_cut_short_is_found(whole: Whole) -> None:
    @MANY
    @given(st.sampled_from(sorted(whole.files)), st.floats(0, 1, exclude_max=True))
    def law(name: str, part: float) -> None:
        data = whole.files[name]
        kept = int(len(data) * part)
        # A journal that is cut short looks as a crash leaves it: only a head tells.
        needs_head = name.startswith(("journals/", "factors/"))
        found = whole.errors({name: data[:kept]}, head=needs_head)
        assert _names(found, name)
        if name.startswith("sealed/"):
            assert any(
                each.kind == "truncated" and each.bytes == (kept, len(data)) for each in found
            )
        if needs_head and kept >= fmt.HEADER_SIZE and name.startswith("journals/"):
            (one,) = found
            assert (one.kind, one.bytes) == ("truncated", (kept, len(data)))

    law()


def test_a_journal_that_is_cut_short_is_no_error_without_a_head(whole: Whole) -> None:
    (name,) = whole.named("-5-")
    data = whole.files[name]
    ends = {end + more for _, end in _batches(data) for more in (-1, 0, 1)} - {len(data) + 1}
    for kept in {*range(0, len(data), 7), *ends}:
        assert whole.errors({name: whole.files[name][:kept]}) == []


def test_any_file_that_is_removed_is_found(whole: Whole) -> None:
    last = whole.named("00000001.json")[0]
    needs_head = {*whole.named("journals/"), PINNED}
    for name in whole.files:
        signature = name.endswith(".sig.json")
        found = whole.errors({name: None}, head=name in needs_head, key=signature)
        where = name.replace(".sig.json", ".json") if signature else name
        assert _names(found, where), name
    signatures = dict.fromkeys(whole.named(".sig.json"))
    assert whole.errors({last: None, **signatures}) == []
    assert [each.kind for each in whole.errors({last: None, **signatures}, head=True)] == [
        "missing"
    ]
    assert _names(whole.errors({last: None, **signatures}, key=True), "00000000.json")


def test_a_whole_chain_that_is_gone_is_found_with_a_head(whole: Whole) -> None:
    gone: dict[str, bytes | None] = dict.fromkeys(
        [*whole.named("manifests/"), *whole.named("sealed/")]
    )
    gone["footprint-ledger.json"] = b'{"schema": "footprint.ledger/1"}\n'
    assert whole.errors(gone) == []
    (one,) = whole.errors(gone, head=True)
    assert "no manifest of its chain is there" in one.text


def test_any_two_files_that_are_swapped_are_found(whole: Whole) -> None:
    for one, other in itertools.combinations(sorted(whole.files), 2):
        changed = {one: whole.files[other], other: whole.files[one]}
        found = whole.errors(changed)
        assert _names(found, one) or _names(found, other), (one, other)
    spans = whole.named("sealed/span/")
    changed = {spans[0]: whole.files[spans[1]], spans[1]: whole.files[spans[0]]}
    found = whole.errors(changed)
    assert {each.where for each in found} == set(spans)


def test_any_copy_of_a_file_is_found_or_is_not_read(whole: Whole) -> None:
    chain = next(iter(whole.head.chains))
    seal = "20261122T120000Z-0123456789abcdef"
    copies = {
        **{n: n.replace("-0000000", "-copy-0000000") for n in whole.named("journals/")},
        **{n: n.rpartition("/")[0] + f"/{seal}.parquet" for n in whole.named("sealed/")},
        whole.named("00000001.json")[0]: f"manifests/{chain}/00000002.json",
        whole.named("00000000.json")[0]: f"manifests/{'0' * 32}/00000000.json",
        whole.named(".sig.json")[0]: f"manifests/{chain}/00000000.sig.json",
    }
    for name, copy in copies.items():
        assert copy not in whole.files
        assert _names(whole.errors({copy: whole.files[name]}), copy), name


def test_files_that_nobody_sealed_are_named(whole: Whole) -> None:
    known = whole.named("sealed/span/")[0].rpartition("/")[2]
    for name in (
        "sealed/span/date=2026-11-22/mine.parquet",
        f"sealed/hold/date=2026-11-22/{known}",
    ):
        (one,) = whole.errors({name: b"PAR1"})
        assert (one.kind, one.where) == ("inserted", name)
    left = "sealed/span/date=2026-11-22/20261122T120000Z-0123456789abcdef.parquet"
    found = verify(Memory({**whole.files, left: b"PAR1", "notes.txt": b"", "journals/x.bak": b""}))
    assert {(each.kind, each.where) for each in found if each.kind != "torn-tail"} == {
        ("leftover", left),
        ("foreign", "notes.txt"),
        ("foreign", "journals/x.bak"),
    }
    assert not any(each.is_error for each in found)


def test_batches_that_are_moved_removed_or_doubled_are_found(whole: Whole) -> None:
    (name,) = whole.named("-5-")
    data = whole.files[name]
    cuts = [(0, fmt.HEADER_SIZE), *_batches(data)]
    head_, *batches = (data[start:end] for start, end in cuts)
    assert len(batches) == 3
    for order in itertools.permutations(range(3)):
        found = whole.errors({name: head_ + b"".join(batches[i] for i in order)})
        assert bool(found) == (order != (0, 1, 2))
    for at in range(4):
        for copied in batches:
            doubled = [*batches[:at], copied, *batches[at:]]
            found = whole.errors({name: head_ + b"".join(doubled)})
            assert any(each.kind in ("inserted", "missing") for each in found)
    for gone in range(2):
        kept = b"".join(batch for i, batch in enumerate(batches) if i != gone)
        (one,) = whole.errors({name: head_ + kept})
        assert (one.kind, one.text.partition(" is")[0]) == ("missing", f"batch {gone}")
    cut = {name: head_ + batches[0] + batches[1]}
    assert whole.errors(cut) == []
    (one,) = whole.errors(cut, head=True)
    assert (one.kind, one.bytes) == ("truncated", (len(cut[name]), len(data)))


def test_row_groups_that_are_exchanged_are_found_with_their_rows(whole: Whole) -> None:
    manifest = parse(whole.files[whole.named("00000000.json")[0]], "m")
    (file,) = (file for file in manifest.files if file.table == "span")
    name = file.path
    first, second, third = file.groups
    data = whole.files[name]
    parts = [data[group.start : group.end] for group in file.groups]
    moved = data[: first.start] + parts[1] + parts[0] + parts[2] + data[third.end :]
    assert len(moved) == len(data)
    (one,) = whole.errors({name: moved})
    assert (one.kind, one.rows) == ("changed", (0, second.first + second.rows - 1))


def _edited(data: bytes, **changed: object) -> bytes:
    """A manifest with other content and the hash of it: as somebody would who knows the format."""
    document = json.loads(data) | changed
    return canonical(document | {"sha256": own_hash(document)})


@pytest.mark.parametrize("what", [{"journals": []}, {"utc": "2026-01-01T00:00:00+00:00"}])
def test_a_manifest_that_was_edited_with_care_is_found(
    whole: Whole, what: dict[str, object]
) -> None:
    first, last = whole.named("0000000.json")[0], whole.named("0000001.json")[0]
    assert _names(whole.errors({first: _edited(whole.files[first], **what)}), first)
    # With its signature gone too, the last one is only known from outside.
    changed: dict[str, bytes | None] = {last: _edited(whole.files[last], **what)}
    changed |= dict.fromkeys(whole.named(".sig.json"))
    assert bool(whole.errors(changed)) == ("journals" in what)  # its rows would not add up
    assert _names(whole.errors(changed, head=True), last)
    assert _names(whole.errors(changed, key=True), last)


def test_a_chain_that_was_written_anew_is_found_with_a_head_or_a_key(
    whole: Whole, tmp_path_factory: pytest.TempPathFactory
) -> None:
    first, last = whole.named("0000000.json")[0], whole.named("0000001.json")[0]
    new = _edited(whole.files[first], utc="2026-01-01T00:00:00+00:00")
    store = Memory(whole.files)
    store.files[first] = new
    store.files[last] = _edited(whole.files[last], previous=sha256(new).hexdigest())
    path = tmp_path_factory.mktemp("forger") / "key"
    sign.make_key(path)
    chain, number = number_of(last) or ("", 0)
    sign.sign(store, chain, number, sign.read_private(path))
    assert not any(each.is_error for each in verify(store))
    assert any(each.is_error for each in verify(store, whole.head))
    assert any(each.kind == "unsigned" for each in verify(store, key=whole.key.public))


def test_a_directory_verifies_as_its_files_do(store: Store) -> None:
    assert [each.kind for each in verify(store, head(store))] == ["torn-tail"]


def test_what_a_newer_footprint_wrote_is_said_to_be_newer(whole: Whole) -> None:
    journal = whole.named("-5-")[0]
    header = fmt.header(bytes(16), major=fmt.MAJOR + 1)
    manifest = whole.named("0000001.json")[0]
    newer = {
        "footprint-ledger.json": canonical({"schema": "footprint.ledger/9"}),
        journal: header + whole.files[journal][len(header) :],
        manifest: _edited(whole.files[manifest], schema="footprint.manifest/9"),
    }
    for name, data in newer.items():
        found = [each for each in whole.errors({name: data}) if each.kind == "newer"]
        assert [each.where for each in found] == [name]
        assert "upgrade footprint" in found[0].text


@pytest.mark.parametrize("wrong", ["newer", "damaged"])
def test_files_of_a_manifest_that_cannot_be_read_are_no_leftovers(whole: Whole, wrong: str) -> None:
    name = whole.named("0000001.json")[0]
    theirs = {each.path for each in parse(whole.files[name], name).files}
    data = whole.files[name]
    data = _edited(data, schema="footprint.manifest/9") if wrong == "newer" else data[1:]
    found = verify(Memory({**whole.files, name: data}))
    assert not any(each.where in theirs for each in found)
    (note,) = [each for each in found if each.kind == "unproved"]
    assert (note.where, note.is_error) == (name, False)
    assert f"{len(theirs)} sealed files that no other one names are not told" in note.text
    (one,) = [each for each in found if each.is_error and each.where == name]
    assert one.kind == ("newer" if wrong == "newer" else "changed")
    assert one.line.count(name) == 1
