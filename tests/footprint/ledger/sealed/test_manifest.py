"""Manifests: what is printed is what is parsed, and nothing else is taken for one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.errors import LedgerError, LedgerVersionError
from footprint.ledger.sealed.manifest import (
    Chain,
    Group,
    Link,
    Manifest,
    Replaced,
    SealedFile,
    SealedJournal,
    number_of,
    parse,
    path_of,
    printed,
)

CHAIN = "0123456789abcdef" * 2
DIGEST = "ab" * 32
NS = st.integers(-(2**63), 2**63 - 1)
COUNT = st.integers(0, 2**63 - 1)
TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
HEX = st.binary(min_size=32, max_size=32).map(bytes.hex)
UUID = st.binary(min_size=16, max_size=16).map(bytes.hex)
GROUPS = st.builds(Group, COUNT, COUNT, COUNT, COUNT, HEX, st.lists(TEXT).map(tuple), NS, NS)
FILES = st.builds(
    SealedFile,
    st.just("sealed/span/date=2026-11-22/20261122T110000Z-00ff.parquet"),
    st.just("span"),
    st.just("2026-11-22"),
    COUNT,
    HEX,
    COUNT,
    st.lists(GROUPS, max_size=3).map(tuple),
)
JOURNALS = st.builds(
    SealedJournal,
    st.just("20261122T110304Z-host-4711-9f86d081.fpj"),
    UUID,
    st.integers(0, 65535),
    TEXT,
    TEXT,
    COUNT,
    HEX,
    COUNT,
    st.dictionaries(TEXT, COUNT, max_size=3),
    NS,
    NS,
    NS,
    NS,
    st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple),
    st.lists(HEX, max_size=2).map(tuple),
)
MANIFESTS = st.builds(
    Manifest,
    chain=UUID,
    number=st.integers(1, 99_999_999),
    previous=HEX,
    kind=st.sampled_from(["seal", "compaction"]),
    seal=st.just("20261122T110000Z-00ff00ff00ff00ff"),
    utc=TEXT,
    tool=st.dictionaries(TEXT, TEXT, max_size=2),
    journals=st.lists(JOURNALS, max_size=2).map(tuple),
    files=st.lists(FILES, max_size=2).map(tuple),
    replaces=st.lists(
        st.builds(Replaced, st.just("sealed/span/date=2026-11-22/a.parquet"), HEX), max_size=2
    ).map(tuple),
)


@given(MANIFESTS)
def test_a_manifest_comes_back_as_it_was_and_is_printed_the_same_again(manifest: Manifest) -> None:
    data = printed(manifest)
    assert parse(data, "m") == manifest
    assert printed(parse(data, "m")) == data
    assert number_of(manifest.path) == (manifest.chain, manifest.number)


def _document(**changed: Any) -> dict[str, Any]:
    first = Manifest(CHAIN, 0, None, "seal", "s-1", "2026-11-22T11:00:00Z", {"name": "footprint"})
    return json.loads(printed(first)) | changed


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"number": 1}, "manifest 1 names None as the one before it"),
        ({"number": True}, "True is no 64-bit integer"),
        ({"number": -1}, "-1 is less than 0"),
        ({"chain": "../../etc"}, "'../../etc' is not what belongs there"),
        ({"kind": "other"}, "'other' is none of seal, compaction"),
        ({"tool": None}, "NoneType"),
        ({"files": [{"path": "sealed/../../x"}]}, "'sealed/../../x' is no path of a sealed file"),
        ({"journals": [{"name": "../a.fpj"}]}, "'../a.fpj' is not what belongs there"),
        ({"journals": [{}]}, "'name' is missing"),
        ({"replaces": [{"path": "sealed/span/date=2026-11-22/a", "sha256": "x"}]}, "no SHA-256"),
        ({"schema": "other"}, "its schema is 'other'"),
        ({"schema": None}, "its schema is None"),
        ({"utc": "2026-11-22T11:00:01Z"}, "its content is not what its own SHA-256 says"),
    ],
)
def test_what_is_no_manifest_is_said_in_one_line(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(LedgerError, match=r"L/m\.json is damaged or foreign") as raised:
        parse(json.dumps(_document(**changed)).encode(), "L/m.json")
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"[]", b"{", b"[" * 100_000])
def test_bytes_that_are_no_json_object_are_damage(data: bytes) -> None:
    with pytest.raises(LedgerError, match="damaged or foreign"):
        parse(data, "m")


def test_a_newer_manifest_is_refused_by_name() -> None:
    with pytest.raises(LedgerVersionError, match="L/m was written by a newer footprint"):
        parse(json.dumps(_document(schema="footprint.manifest/2")).encode(), "L/m")


def test_files_that_were_replaced_do_not_count() -> None:
    old, new = (
        SealedFile(
            f"sealed/span/date=2026-11-22/{n}.parquet", "span", "2026-11-22", 1, DIGEST, 0, ()
        )
        for n in "ab"
    )
    first = Manifest(CHAIN, 0, None, "seal", "a", "", {}, files=(old,))
    second = Manifest(
        CHAIN, 1, DIGEST, "compaction", "b", "", {}, (), (new,), (Replaced(old.path, DIGEST),)
    )
    chain = Chain(CHAIN, (Link(first, DIGEST), Link(second, DIGEST)))
    assert list(chain.files) == [new]


def test_only_names_of_manifests_are_names_of_manifests() -> None:
    assert number_of(path_of(CHAIN, 12)) == (CHAIN, 12)
    assert path_of(CHAIN, 12) == f"manifests/{CHAIN}/00000012.json"
    for name in (f"manifests/{CHAIN}/00000012.sig.json", f"manifests/{CHAIN}/12.json", "x"):
        assert number_of(name) is None
